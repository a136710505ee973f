// Says from where a text must wait for its next chunk, because what stands there may yet become a secret.
import { isAlnum, isSpace } from './text/chars.js'

/** What a masker's rules need of the text after them. */
export interface HoldRules {
  /** All beginnings of all literals that open a token. */
  beginnings: ReadonlySet<string>
  /** Literals that open a token and are mere letters: `pat` of `patA1b2…`. */
  words: readonly string[]
  /** Characters that always wait: personal data and custom rules may stretch over spaces. */
  always: number
}

const LIMIT = 448
const HEADER = /(?:authorization|cookie)["'\\]{0,4}\s{0,2}[:=,][^\n]{0,448}$/i
const PEM = /(?:-{1,5}|---- ?|-{4,5} ?B[A-Z ]{0,60}-{0,4}|-{4,5} ?BEGIN [A-Z0-9 ]{0,60}-{4,5}[^-]{0,20})$/
/** Words and signs before a value that it may belong to. */
const OPENING =
  /(?:[=:>|,"'`([{\\<-]|[^\x00-\x7f]|(?:^|[^A-Za-z\d]|\\[nrtbf]|\\u[\da-f]{4}|%[\da-f]{2})(?:is|was|to|for|by|bearer|basic|token|key|secret|pass(?:word|wd|phrase)|→)|--?[\w-]{1,48}|curl\b[^\n]{0,200})\s{0,8}$/i
const PLAIN = /^[A-Za-z]?[a-z]*[.,;!?]?$/

/** What a stream must know of a masker's literals: everything that opens something, and the prefixes of tokens among them. */
export function holdRules(literals: readonly string[], prefixes: readonly string[], always: number): HoldRules {
  const beginnings = new Set<string>()
  for (const literal of literals) for (let length = 1; length <= literal.length; length++) beginnings.add(literal.slice(0, length))
  return { beginnings, words: prefixes.filter((prefix) => /^[A-Za-z]?[a-z]*$/.test(prefix)), always }
}

/** Index from which the text waits; its length when all of it may go. */
export function holdFrom(text: string, known: readonly { value: string }[], { beginnings, words, always }: HoldRules): number {
  const { length } = text
  const least = Math.max(0, length - LIMIT)
  let from = length - always
  const run = runStart(text, least)
  if (run < from && !mayGo(text, run, beginnings, words)) from = run
  const tail = text.slice(least)
  const pem = PEM.exec(tail)
  if (pem) from = Math.min(from, least + pem.index)
  const header = HEADER.exec(tail)
  if (header) from = Math.min(from, least + header.index)
  const scheme = /(?:^|[^A-Za-z0-9])((?:Bearer|bearer|BEARER|Basic|basic|BASIC)\s{0,8})$/.exec(tail)
  if (scheme) from = Math.min(from, length - scheme[1]!.length)
  for (const { value } of known) from = Math.min(from, overlapStart(text, value))
  return Math.max(from, least)
}

/** Start of the last run without spaces and quotes. */
function runStart(text: string, least: number): number {
  let at = text.length
  while (at > least) {
    const code = text.charCodeAt(at - 1)
    if (isSpace(code) || code === 34 || code === 39 || code === 96 || code > 0x2fff) break
    at--
  }
  return at
}

/** A word of prose that opens nothing may go before it is whole. */
function mayGo(text: string, run: number, beginnings: ReadonlySet<string>, words: readonly string[]): boolean {
  const word = text.slice(run)
  if (word === '') return true
  if (!PLAIN.test(word) || beginnings.has(word)) return false
  for (let at = 1; at < word.length; at++) if (!isAlnum(word.charCodeAt(at - 1)) && beginnings.has(word.slice(at))) return false
  if (words.some((literal) => word.startsWith(literal))) return false
  if (OPENING.test(text.slice(Math.max(0, run - 260), run))) return false
  // A line of a YAML block may be a value of the key above it.
  return !(
    /\n[ \t]{1,32}$/.test(text.slice(Math.max(0, run - 34), run)) && /:\s*[|>][+-]?\r?\n/.test(text.slice(Math.max(0, run - LIMIT), run))
  )
}

/** Where the end of the text begins to be the beginning of a known value. */
function overlapStart(text: string, value: string): number {
  const first = Math.max(0, text.length - value.length + 1)
  for (let at = text.indexOf(value[0]!, first); at >= 0; at = text.indexOf(value[0]!, at + 1))
    if (value.startsWith(text.slice(at))) return at
  return text.length
}
