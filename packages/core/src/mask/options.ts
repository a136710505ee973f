// The options of the masker and their checks.
import { RagError } from '../errors.js'
import { checkOptions } from '../options.js'
import { type CheckedPattern, type CustomPattern, checkPattern } from './custom.js'
import type { Form } from './forms.js'
import { PII_KINDS, PII_PROFILES, type PiiKind, type PiiProfile } from './pii/kinds.js'

/** Options of {@link createMasker}; every one has a default. */
export interface MaskerOptions {
  /** Further key names whose values are secret, compared by segments: `'internalCode'` covers `INTERNAL_CODE`. @default [] */
  keys?: readonly string[]
  /** Further patterns of secrets in text. Super-linear ones are refused. @default [] */
  patterns?: readonly (CustomPattern | RegExp)[]
  /** Key names, texts and patterns that are never masked by their key name or by a token rule. @default [] */
  allow?: readonly (string | RegExp)[]
  /** Personal data: `true` for all kinds, a named profile, or single kinds. @default false */
  pii?: boolean | PiiProfile | { readonly [kind in PiiKind]?: boolean }
  /** What stands in place of a secret. @default 'kind' */
  form?: Form
  /** Key of the pseudonyms; needed with `form: 'pseudonym'`, which it also turns on. At least 16 characters or bytes. */
  pseudonymKey?: string | Uint8Array
  /** Longest text that leaves the gate, in characters; longer ones are masked, then cut. @default 1048576 */
  maxLength?: number
}

const KNOWN = ['keys', 'patterns', 'allow', 'pii', 'form', 'pseudonymKey', 'maxLength'] as const
const DEFAULT_MAX_LENGTH = 1_048_576

export interface Settings {
  keys: readonly string[]
  patterns: readonly CheckedPattern[]
  allowNames: readonly string[]
  allowPatterns: readonly RegExp[]
  pii: readonly PiiKind[]
  form: Form
  pseudonymKey: string | Uint8Array | undefined
  maxLength: number
}

/**
 * Checks the options once, at start-up.
 *
 * @throws RagError `RAG_CORE_MASK`, `RAG_CORE_UNKNOWN_OPTION`
 */
export function readOptions(options: MaskerOptions): Settings {
  if (typeof options !== 'object' || options === null)
    throw wrong('options', options, 'the options are no object', 'pass an object, or nothing')
  checkOptions('createMasker', options, KNOWN)
  const {
    keys = [],
    patterns = [],
    allow = [],
    pii = false,
    pseudonymKey,
    form = pseudonymKey === undefined ? 'kind' : 'pseudonym',
    maxLength = DEFAULT_MAX_LENGTH
  } = options
  if (!Array.isArray(keys) || keys.some((key) => typeof key !== 'string' || key.trim() === ''))
    throw wrong('keys', keys, 'this is no list of names', "pass names such as ['internalCode']")
  if (!Array.isArray(patterns)) throw wrong('patterns', patterns, 'this is no list', "pass [{ name: 'badge', pattern: /BADGE-\\d{8}/ }]")
  if (!Array.isArray(allow) || allow.some((entry) => typeof entry !== 'string' && !(entry instanceof RegExp)))
    throw wrong('allow', allow, 'this is no list of names or patterns', "pass names such as ['sessionToken'] or expressions")
  if (!(typeof form === 'function' || ['kind', 'last4', 'pseudonym', 'drop'].includes(form)))
    throw wrong('form', form, 'this is no form of masking', "use 'kind', 'last4', 'pseudonym', 'drop' or a function")
  if (form === 'pseudonym' && pseudonymKey === undefined)
    throw wrong('pseudonymKey', undefined, 'pseudonyms need a key', 'pass pseudonymKey, the same in every process')
  if (
    pseudonymKey !== undefined &&
    !((typeof pseudonymKey === 'string' || pseudonymKey instanceof Uint8Array) && pseudonymKey.length >= 16)
  )
    throw wrong('pseudonymKey', undefined, 'the key is too short', 'pass at least 16 random characters or bytes')
  if (typeof maxLength !== 'number' || !(maxLength >= 64))
    throw wrong('maxLength', maxLength, 'this is no length', 'pass at least 64 characters, or Infinity')
  const checked = patterns.map((pattern) => checkPattern(pattern))
  const allowPatterns = allow
    .filter((entry) => entry instanceof RegExp)
    .map((pattern, index) => checkPattern({ name: `allow-${index}`, pattern }).pattern)
  return {
    keys,
    patterns: checked,
    allowNames: allow.filter((entry) => typeof entry === 'string'),
    allowPatterns,
    pii: piiKinds(pii),
    form,
    pseudonymKey,
    maxLength
  }
}

function piiKinds(pii: NonNullable<MaskerOptions['pii']>): readonly PiiKind[] {
  if (pii === false) return []
  if (pii === true) return PII_KINDS
  if (typeof pii === 'string') {
    const profile = PII_PROFILES[pii]
    if (profile) return profile
    throw wrong('pii', pii, 'there is no such profile', `use one of ${Object.keys(PII_PROFILES).join(', ')}`)
  }
  if (typeof pii !== 'object' || pii === null)
    throw wrong('pii', pii, 'this is no choice of personal data', 'pass true, a profile or an object of kinds')
  for (const kind of Object.keys(pii))
    if (!(PII_KINDS as readonly string[]).includes(kind))
      throw wrong(`pii.${kind}`, undefined, 'there is no such kind', `use ${PII_KINDS.join(', ')}`)
  return PII_KINDS.filter((kind) => pii[kind])
}

const wrong = (option: string, value: unknown, problem: string, fix: string): RagError =>
  new RagError('RAG_CORE_MASK', { option, value, problem, fix })
