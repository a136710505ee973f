// Reads the name before a place in a text, and the name that a `value` belongs to.
import { codeAt, isSpace, NAME, WRAP } from './chars.js'

const MAX_NAME = 64
/** Quotes, backslashes and blanks that are stepped over between the parts of a pair. */
const MAX_BETWEEN = 32
/** What the name of a pair is called: `name`, `Key`, `headerName`. */
const NAMES_NAME = /(?:^|[^a-z]|[a-z](?=[A-Z]))(?:name|key|header|field|param|parameter|variable|property|attribute)$/i
const NAMES_VALUE = /^(?:value|string_?value)$/i

/** Steps back over a name; an escape such as `\n` or `%26` right before it is not part of it. */
export function nameStart(text: string, end: number): number {
  let start = end
  const least = Math.max(0, end - MAX_NAME)
  while (start > least) {
    const code = codeAt(text, start - 1)
    if (!(code < 128 ? NAME[code] === 1 : code < 0x3000 || (code > 0x303f && code !== 0xff1a && code !== 0xff1d))) break
    start--
  }
  const before = codeAt(text, start - 1)
  if (before === 92 && end - start > 1) return start + 1
  if (before === 37 && end - start > 2) return start + 2
  return start
}

/** `"name": "password", "value": "…"`: the name that the word `value` at an index belongs to, empty for none. */
export function pairedName(text: string, name: string, start: number): string {
  // Most names end before the expression is asked.
  if (name.length < 5 || (codeAt(name, name.length - 1) | 32) !== 101 || !NAMES_VALUE.test(name)) return ''
  let at = backOver(text, start)
  // OTLP: `"value": { "stringValue": "…" }`.
  if (codeAt(text, at - 1) === 123) {
    at = backOver(text, at - 1)
    if (codeAt(text, at - 1) !== 58) return ''
    at = backOver(text, at - 1)
    const outer = nameStart(text, at)
    if (!NAMES_VALUE.test(text.slice(outer, at))) return ''
    at = backOver(text, outer)
  }
  if (codeAt(text, at - 1) === 44 || codeAt(text, at - 1) === 59) at = backOver(text, at - 1)
  else if (at === start) return ''
  const from = nameStart(text, at)
  const paired = text.slice(from, at)
  at = backOver(text, from)
  if (codeAt(text, at - 1) !== 58 && codeAt(text, at - 1) !== 61) return ''
  at = backOver(text, at - 1)
  return NAMES_NAME.test(text.slice(nameStart(text, at), at)) ? paired : ''
}

function backOver(text: string, from: number): number {
  let at = from
  for (; from - at < MAX_BETWEEN; at--) {
    const code = codeAt(text, at - 1)
    if (!isSpace(code) && !(code < 128 && WRAP[code] === 1)) break
  }
  return at
}
