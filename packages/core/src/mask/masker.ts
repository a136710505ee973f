// The one gate that everything leaving the process passes.
import type { Source } from '../source.js'
import { patternDetector } from './custom.js'
import { formWriter, mark } from './forms.js'
import { type KeyJudge, keyJudge } from './keys.js'
import { type MaskerOptions, readOptions, type Settings } from './options.js'
import { piiDetector, piiKeys } from './pii/detect.js'
import { namedRules, tokenRules } from './rules/index.js'
import { Session } from './session.js'
import { type StreamMasker, streamMasker } from './stream.js'
import { type HoldRules, holdRules } from './stream-hold.js'
import { KEY_RULE } from './text/assignments.js'
import type { Findings } from './text/findings.js'
import { headerFindings, headerKind } from './text/headers.js'
import { type Detector, type Scan, textScan } from './text/scan.js'
import { tokenScan } from './text/tokens.js'
import type { Finding } from './types.js'
import { walk } from './walk.js'

export interface Masker {
  /** Masks secrets inside a text. Never throws. */
  mask(value: string): string
  /** Masks a value of any shape into a plain copy; never throws, never changes its input. */
  mask(value: unknown): unknown
  /** Masks one text that arrives in chunks. */
  stream(): StreamMasker
  /** Whether a value under this name is secret whatever it looks like. */
  isSecretKey(name: string): boolean
  /** Counts of what was masked, for metrics. */
  readonly source: Source
}

/** How far past the cut a text is read, so that a secret on the edge is seen whole. */
const MARGIN = 8192

/**
 * Makes the gate. One masker serves all exits of a process; it keeps no values, only counts.
 *
 * @throws RagError `RAG_CORE_MASK` for wrong options.
 * @example
 * const masker = createMasker({ keys: ['internalCode'] })
 * masker.mask('login with password=hunter2') // 'login with password=[masked:key-name]'
 */
export function createMasker(options: MaskerOptions = {}): Masker {
  const settings = readOptions(options)
  const counts = new Map<string, number>()
  const count = (rule: string, times = 1): void => {
    counts.set(rule, (counts.get(rule) ?? 0) + times)
  }
  const write = formWriter(settings.form, settings.pseudonymKey)
  const judge: KeyJudge = keyJudge(settings.keys, settings.allowNames)
  const detectors: Detector[] = settings.patterns.map(patternDetector)
  if (settings.pii.length > 0) detectors.push(piiDetector(settings.pii))
  const allowed = allowTest(settings)
  const tokens = tokenScan(tokenRules, namedRules, judge)
  const scan = textScan(judge, tokens, detectors, allowed)
  let hold: HoldRules | undefined
  const suspectKey = keyTest(scan)
  const personalKey = settings.pii.length > 0 ? piiKeys(settings.pii) : undefined
  const { maxLength } = settings

  const cut = (record: Session, value: string, first?: Findings): string => {
    if (value.length <= maxLength) return record.text(value, first)
    count('cut')
    return shorten(record.text(value.slice(0, maxLength + MARGIN)), maxLength)
  }

  /** What is masked once must look masked the second time: a value that does not is masked whole. */
  const header = (name: string, value: string, record: Session): string => {
    const out = headerOnce(name, value, record)
    return out === value || headerOnce(name, out, record) === out ? out : record.whole(KEY_RULE, value)
  }

  const headerOnce = (name: string, value: string, record: Session): string => {
    const found: Finding[] = []
    const kind = headerKind(name)!
    if (headerFindings(value, 0, value.length, kind, (finding) => found.push(finding)) === 0)
      return isMasked(value) ? value : record.whole(KEY_RULE, value)
    if (found.length === 0) return value
    let out = ''
    let at = 0
    for (const { start, end, rule } of found) {
      out += value.slice(at, start) + record.whole(rule, value.slice(start, end))
      at = end
    }
    return out + value.slice(at)
  }

  const maskText = (value: string): string => {
    // Most texts are clean: they cost one scan and no allocation.
    const first = value.length <= maxLength ? scan(value) : undefined
    if (first !== undefined && first.starts.length === 0) return value
    const record = new Session(scan, write, count)
    const out = cut(record, value, first)
    return record.found ? record.spread(out) : out
  }

  const maskValue = (value: unknown): unknown => {
    const record = new Session(scan, write, count)
    const tools = {
      session: record,
      judge,
      count,
      drop: settings.form === 'drop',
      suspectKey,
      personalKey,
      header: (name: string, held: string) => header(name, held, record),
      text: (held: string) => cut(record, held)
    }
    let out = walk(tools).value(value)
    // A value that stood elsewhere too leaves a text that may read differently: then our copy is looked at again.
    for (let round = 0; record.found && round < MAX_ROUNDS; round++) {
      const before = record.changes
      out = spread(out, record, new Set())
      if (record.changes === before) break
      out = walk(tools).value(out)
    }
    return out
  }

  const masker: Masker = {
    mask: ((value: unknown) => {
      try {
        if (typeof value === 'string') return maskText(value)
        if (value === null || (typeof value !== 'object' && typeof value !== 'bigint' && typeof value !== 'symbol'))
          return typeof value === 'function' ? undefined : value
        return maskValue(value)
      } catch {
        count('failure')
        return mark('failure')
      }
    }) as Masker['mask'],
    stream() {
      hold ??= holdRules(
        tokens.literals,
        tokenRules.flatMap(({ prefixes }) => prefixes),
        detectors.length > 0 ? 160 : 0
      )
      return streamMasker({ scan, write, count, hold })
    },
    isSecretKey: (name) => judge.judge(name) === 2,
    source: {
      read(emit) {
        for (const [rule, value] of counts) emit('rag_masked_total', value, { rule })
      }
    }
  }
  const neutral = neutralTest((name) => judge.judge(name) === 0 && personalKey?.(name) === undefined && !suspectKey(name))
  const leaves: Leaves = (name, value) => {
    try {
      return neutral(name) && (typeof value !== 'string' || (value.length <= maxLength && scan(value).starts.length === 0))
    } catch {
      return false
    }
  }
  // Not enumerable: a copy with another `mask` is a masker of the application.
  Object.defineProperty(masker, OWN, { value: leaves })
  return masker
}

/** Says of one flat field whether the gate leaves it as it is; counts nothing. A field that it does not answer for passes `mask` with its record. */
export type Leaves = (name: string, value: string | number | boolean | null) => boolean

const OWN = Symbol.for('@rag/core/masker/1')

/** The quick answer of a masker of {@link createMasker}; undefined for any other. */
export function ownLeaves(masker: Masker): Leaves | undefined {
  const leaves = (masker as { [OWN]?: unknown })[OWN]
  return typeof leaves === 'function' && isOwnMasker(masker) ? (leaves as Leaves) : undefined
}

/** Whether a masker is one of {@link createMasker}, of this copy of the package or another; these never throw. */
export const isOwnMasker = (masker: Masker): boolean => Object.hasOwn(masker, OWN)

/** Cuts a masked text, but neither a mark nor a character of two units in half. */
function shorten(text: string, maxLength: number): string {
  let end = Math.min(text.length, maxLength - 1)
  const mark = text.lastIndexOf('[masked:', end)
  if (mark >= 0 && text.indexOf(']', mark) >= end && end - mark < LONGEST_MARK) end = mark
  if (text.charCodeAt(end - 1) >> 10 === 0x36) end--
  return `${text.slice(0, end)}…`
}

const LONGEST_MARK = 140

/** Nothing but marks and signs between them: a header that went through the gate before. */
const isMasked = (value: string): boolean => value.includes('[masked:') && !/\w{6,}/.test(value.replace(/\[masked:[^\]\s]{1,130}\]/g, ' '))

/** Second pass over our own copy: values found anywhere in the record go wherever else they stand. */
function spread(value: unknown, record: Session, seen: Set<object>): unknown {
  if (typeof value === 'string') return record.spread(value)
  if (typeof value !== 'object' || value === null || seen.has(value)) return value
  seen.add(value)
  const holder = value as Record<string, unknown>
  for (const key in holder) {
    const held = holder[key]
    if (typeof held !== 'string' && typeof held !== 'object') continue
    const out = spread(held, record, seen)
    if (out !== held) holder[key] = out
  }
  return value
}

/** Looks at one record; the second finds nothing in nearly all. */
const MAX_ROUNDS = 4
const MAX_KEYS = 4096

/** Remembers which keys are clean; records have few keys and many values. */
function keyTest(scan: Scan): (key: string) => boolean {
  const clean = new Set<string>()
  return (key) => {
    if (key.length < 8 || clean.has(key)) return false
    if (scan(key).starts.length > 0) return true
    if (clean.size >= MAX_KEYS) clean.clear()
    if (key.length <= 128) clean.add(key)
    return false
  }
}

/** `{ name: 'password', value: … }`: here one field speaks of another, so neither can be judged alone. */
const PAIRED: ReadonlySet<string> = new Set(['value', 'toJSON', '__proto__'])

/** Remembers which names say nothing about their value. */
function neutralTest(test: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>()
  return (name) => {
    let neutral = known.get(name)
    if (neutral !== undefined) return neutral
    neutral = name.length <= 128 && !PAIRED.has(name) && test(name)
    if (known.size >= MAX_KEYS) known.clear()
    if (name.length <= 128) known.set(name, neutral)
    return neutral
  }
}

/** Values that the application lets pass: its own texts and patterns. */
function allowTest({ allowNames, allowPatterns }: Settings): ((value: string) => boolean) | undefined {
  if (allowNames.length === 0 && allowPatterns.length === 0) return undefined
  const texts = new Set(allowNames)
  return (value) =>
    texts.has(value) ||
    allowPatterns.some((pattern) => {
      pattern.lastIndex = 0
      const match = pattern.exec(value)
      return match !== null && match[0].length === value.length
    })
}
