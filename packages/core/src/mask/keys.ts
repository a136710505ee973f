// Says from its name whether a key holds a secret. Compares segments, never substrings: `author` is not `auth`.
import { FORM_WORDS, SECRET_ENDINGS, SECRET_NOUNS, SECRET_PAIRS, SECRET_WORDS, WEAK } from './key-words.js'
import { ASKING, HARMLESS, PLAIN_KEYS } from './plain-words.js'
import { segmentsOf } from './segments.js'
import { codeAt } from './text/chars.js'

/** 0: harmless. 1: secret when the value looks like one. 2: secret. */
export type KeyVerdict = 0 | 1 | 2

/** What decides about key names; built once a masker. */
export interface KeyJudge {
  /** The verdict on a name, cached in a bounded map. */
  judge(name: string): KeyVerdict
  /** Whether the name that ends before this index can be secret at all. */
  mayEnd(text: string, end: number): boolean
  /** Last letters of all secret names, three of each that has so many. */
  readonly endings: readonly string[]
  /** Whether a word may be secret together with the words before it, as `key` is in `api key`. */
  mayFollow(word: string): boolean
}

const NOUNS: ReadonlySet<string> = new Set(SECRET_NOUNS)
const MAX_CACHED = 4096
const MAX_NAME = 128

/** Makes the judge. `extra` names are secret beside the built-in ones, `allow` names never are. */
export function keyJudge(extra: readonly string[] = [], allow: readonly string[] = []): KeyJudge {
  const own = new Set(extra.map(flat))
  const allowed = new Set(allow.map(flat))
  const cache = new Map<string, KeyVerdict>()
  const followers = new Set([...Object.keys(SECRET_PAIRS), 'str', ...extra.map((name) => segmentsOf(name).at(-1) ?? '')])
  const endings = endingsOf([...extra.flatMap(spellings), ...SECRET_WORDS])
  const table = endingTable(endings)
  return {
    judge(name) {
      const known = cache.get(name)
      if (known !== undefined) return known
      const verdict = verdictOf(name, own, allowed)
      if (cache.size >= MAX_CACHED) cache.clear()
      if (name.length <= MAX_NAME) cache.set(name, verdict)
      return verdict
    },
    mayEnd: (text, end) => table[endingIndex(codeAt(text, end - 3), codeAt(text, end - 2), codeAt(text, end - 1))] === 1,
    endings,
    mayFollow: (word) => followers.has(word) || followers.has(word.toLowerCase())
  }
}

function verdictOf(raw: string, own: ReadonlySet<string>, allowed: ReadonlySet<string>): KeyVerdict {
  // A key that was itself masked names nothing any more.
  if (raw.includes('[masked:')) return 0
  const name = raw.length > MAX_NAME ? raw.slice(-MAX_NAME) : raw
  const segments = segmentsOf(name)
  const whole = segments.join('')
  if (allowed.has(whole)) return 0
  if (own.has(whole)) return 2
  while (segments.length > 1 && /^\d+$/.test(segments[segments.length - 1]!)) segments.pop()
  if (segments.length > 1 && FORM_WORDS.has(segments[segments.length - 1]!)) segments.pop()
  const joined = segments.join('')
  if (joined === '' || allowed.has(joined) || HARMLESS.has(joined)) return 0
  const last = segments[segments.length - 1]!
  if (own.has(joined)) return 2
  for (let from = 1; from < segments.length; from++) if (own.has(segments.slice(from).join(''))) return 2
  if (last.charCodeAt(0) > 127) return SECRET_WORDS.some((word) => joined.endsWith(word)) ? 2 : 0
  if (segments.length > 1 && ASKING.has(segments[0]!)) return 0
  const before = segments[segments.length - 2]
  if (before !== undefined && HARMLESS.has(before + last)) return 0
  if (NOUNS.has(last)) return 2
  if (before !== undefined) {
    if (SECRET_PAIRS[last]?.includes(before)) return 2
    if (NOUNS.has(before + last)) return 2
  }
  if (SECRET_ENDINGS.some((ending) => last.length > ending.length && last.endsWith(ending)) && !HARMLESS.has(last)) return 2
  if (last === 'key' || last === 'keys') {
    if (last === 'keys') return 0
    // `fooKey` beside a value that looks like a key; `cacheKey` never.
    return before === undefined || !PLAIN_KEYS.has(before) ? 1 : 0
  }
  return WEAK.has(last) && (segments.length === 1 || last !== 'code') ? 1 : 0
}

const flat = (name: string): string => segmentsOf(name).join('')

/** An own name may be written `kundenNr`, `kunden_nr` or `kunden-n-r`, and the digits at its end are stepped over. */
function spellings(name: string): string[] {
  const plain = flat(name).replace(/\d+$/, '')
  if (plain === '') return []
  return [plain, ...[...'-_. '].flatMap((sign) => [sign + plain.slice(-2), plain.slice(-2, -1) + sign + plain.slice(-1)])]
}

function endingsOf(more: readonly string[]): string[] {
  const pairs = Object.entries(SECRET_PAIRS).flatMap(([last, before]) =>
    before.flatMap((word) => [word + last, `${word}-${last}`, `${word}_${last}`, `${word} ${last}`])
  )
  const words = [...SECRET_NOUNS, ...SECRET_ENDINGS, ...pairs, ...WEAK, ...FORM_WORDS, 'keys', ...more]
  return [...new Set(words.map((word) => word.toLowerCase().slice(-3)))].filter((ending) => codeAt(ending, ending.length - 1) < 128)
}

/** A text scan rejects nearly all keys by their last three letters without taking a substring. */
function endingTable(endings: readonly string[]): Uint8Array {
  const table = new Uint8Array(1 << 15)
  for (const ending of endings) {
    const [c, b, a] = [1, 2, 3].map((back) => codeAt(ending, ending.length - back)) as [number, number, number]
    if (ending.length > 2) table[endingIndex(a, b, c)] = 1
    else
      for (let any = 0; any < (ending.length > 1 ? 32 : 1024); any++)
        table[(any << (ending.length > 1 ? 10 : 5)) | endingIndex(0, b, c)] = 1
  }
  return table
}

const endingIndex = (a: number, b: number, c: number): number => ((a & 31) << 10) | ((b & 31) << 5) | (c & 31)
