// Judges what stands behind a key: a mark, a placeholder, a plain word or something that looks secret.
import { codeAt, isAlnum, isDigit } from './chars.js'

/** How every mark begins; a masked text is never masked again. */
const MARK_START = '[masked:'
const PLACEHOLDER_WORDS: ReadonlySet<string> = new Set(
  'null undefined none nil true false yes no empty redacted masked hidden omitted removed filtered n/a'.split(' ')
)
const PLACEHOLDER =
  /^(?:\*+|[xX]{3,}|\.{3,}|…|-+|<[^<>]{0,60}>|\[[A-Za-z ]{0,30}\]|\$\{[^}]{0,80}\}?|\$[A-Za-z_]\w{0,60}|\$\([^)]{0,60}\)|\{\{.{0,60}\}\}|\{[A-Za-z_.]{0,60}\}|%[A-Za-z_]{1,40}%|%[sdjoO]|(?:process\.)?env\.\w{0,60}|os\.(?:environ|getenv).{0,60})$/i
const STATUS_WORDS: ReadonlySet<string> = new Set(
  'a an the is was are be been not must may should can cannot could will would for of to in on at by from and or if as with without your my their our this that it its no yes ok okay ko failed failure success successful succeeded incorrect invalid valid required optional missing mismatch expired wrong changed reset updated created deleted revoked rotated refreshed refresh accepted rejected denied unauthorized forbidden field string text number int integer boolean bool object array any unknown never void char varchar bytes buffer uuid null undefined none default enabled disabled set unset present absent found unchanged strong weak short long too please enter see use used using basic bearer digest negotiate ntlm oauth jwt saml ldap password passwd secret token key apikey credential credentials cookie authorization passphrase login user username email name type value values test example sample placeholder change changeme here new old current confirm verified checked complete completed skipped ignored empty unavailable exists not_found unsupported unexpected illegal malformed length count limit policy provider manager service store input output import export function return const let var public private protected static readonly'.split(
    ' '
  )
)

export function isPlaceholder(value: string): boolean {
  const code = codeAt(value, 0)
  if (!isAlnum(code)) return code < 128 || code === 0x2026 ? PLACEHOLDER.test(value) : false
  if (isDigit(code)) return false
  if (value.length < 10 && PLACEHOLDER_WORDS.has(lowered(value))) return true
  // Of words only `xxx`, `env.X`, `os.environ` and `process.env.X` go on from here.
  return 'xeop'.includes(String.fromCharCode(code | 32)) && PLACEHOLDER.test(value)
}

/** A word that reports on a secret instead of being one: `password: incorrect.` */
export function isStatusWord(value: string): boolean {
  let end = value.length
  while (end > 0 && isSentenceEnd(codeAt(value, end - 1))) end--
  return (
    end <= LONGEST_WORD && isLetter(codeAt(value, end - 1)) && STATUS_WORDS.has(lowered(end === value.length ? value : value.slice(0, end)))
  )
}

/** Most words are in lower case already; the conversion costs much where a text holds anything beyond Latin-1. */
function lowered(value: string): string {
  for (let at = 0; at < value.length; at++) {
    const code = codeAt(value, at)
    if (code >= 65 && code <= 90) return value.toLowerCase()
  }
  return value
}

const isLetter = (code: number): boolean => isAlnum(code) && !isDigit(code)
const isSentenceEnd = (code: number): boolean => code === 46 || code === 33 || code === 63
const LONGEST_WORD = Math.max(...[...STATUS_WORDS].map(({ length }) => length))

/** Only letters, in the case of a word of prose. */
export function isPlainWord(value: string): boolean {
  const end = isSentenceEnd(codeAt(value, value.length - 1)) ? value.length - 1 : value.length
  if (end > 25) return false
  for (let at = 0; at < end; at++) {
    const code = codeAt(value, at)
    const inside = (code >= 97 && code <= 122) || code === 39 || code === 0x2019 || code === 45
    if (!inside && !(at === 0 && code >= 65 && code <= 90)) return false
  }
  return true
}

/** Whether the first 96 characters mix letters, digits or cases as no word of prose does. */
export function looksRandom(text: string, start: number, end: number, least: number): boolean {
  if (end - start < least) return false
  let digits = 0
  let upper = 0
  let lower = 0
  let other = 0
  const stop = Math.min(end, start + 96)
  for (let at = start; at < stop; at++) {
    const code = codeAt(text, at)
    if (isDigit(code)) digits++
    else if (code >= 65 && code <= 90) upper++
    else if (code >= 97 && code <= 122) lower++
    else if (code > 127 || code === 32) return false
    else if (!isAlnum(code)) other++
  }
  const kinds = (digits > 0 ? 1 : 0) + (upper > 0 ? 1 : 0) + (lower > 0 ? 1 : 0)
  return kinds >= 2 && digits > 0 && other <= (stop - start) / 4
}

/** Words with a number, dates, UUIDs: they mix letters and digits, but are not secret by themselves. */
const ORDINARY =
  /^(?:[a-z]+\d{0,4}(?:id|url|bit|ms|kb|mb|gb|px|st|nd|rd|th)?(?:[-_./][a-z]*\d{0,6})*|v?\d[\d./:_-]*[a-z]{0,4}|\d{4}-\d\d-\d\dT[\d:.Z+-]+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i

/** Whether a value tells by itself that it is secret, where no operator says so. */
export const standsOut = (text: string, start: number, end: number, least = 8): boolean =>
  looksRandom(text, start, end, least) && !ORDINARY.test(text.slice(start, Math.min(end, start + 64)))

/** Letters alone, in an order of cases that no name has. */
export function isScrambled(value: string): boolean {
  let upper = 0
  let lower = 0
  for (let at = 0; at < value.length; at++) {
    const code = codeAt(value, at)
    if (code >= 65 && code <= 90) upper++
    else if (code >= 97 && code <= 122) lower++
  }
  return value.length >= 12 && upper >= 3 && lower >= 2 && /[a-z][A-Z]{2}|[A-Z]{2}[a-z][A-Z]/.test(value)
}

/** Index after the mark that starts here, or 0. */
export function markEnd(text: string, at: number): number {
  if (codeAt(text, at) !== 91 || !text.startsWith(MARK_START, at)) return 0
  for (let index = at + MARK_START.length; index < at + 140 && index < text.length; index++) {
    const code = codeAt(text, index)
    if (code === 93) return index + 1
    if (code <= 32) return 0
  }
  return 0
}
