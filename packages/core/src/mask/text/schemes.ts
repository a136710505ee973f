// Finds `Bearer …` and `Basic …` where no header name stands before them.
import { isSpace } from './chars.js'
import type { Collect } from './headers.js'
import { looksRandom } from './values.js'

/** Literals that open a scheme; they join the expression of the token prefixes. */
export const SCHEMES: readonly string[] = [
  'Bearer ',
  'bearer ',
  'BEARER ',
  'Bearer%20',
  'Bearer+',
  'Basic ',
  'basic ',
  'BASIC ',
  'Basic%20'
]

const CREDENTIAL = /[\w.~+/-]{6,512}={0,2}/y

/** Returns the end of the credential that follows the scheme, or 0. */
export function schemeFindings(text: string, start: number, collect: Collect, literal: string): number {
  let from = start + literal.length
  while (from - start < 24 && isSpace(text.charCodeAt(from))) from++
  CREDENTIAL.lastIndex = from
  if (!CREDENTIAL.test(text)) return 0
  let end = CREDENTIAL.lastIndex
  while (end < text.length && /[\w.~+/=-]/.test(text[end]!)) end++
  const basic = (literal.charCodeAt(1) | 32) === 97
  if (
    basic ? !isBasic(text.slice(from, Math.min(end, from + 512))) : !looksRandom(text, from, end, 10) && !isScrambled(text.slice(from, end))
  )
    return 0
  while (text.charCodeAt(end - 1) === 46) end--
  collect({ start: from, end, rule: basic ? 'basic-auth' : 'bearer-token', fixed: 0 })
  return end
}

/** Base64 of `user:password`: a colon and printable characters. */
function isBasic(value: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{6,}={0,2}$/.test(value)) return false
  const plain = Buffer.from(value, 'base64').toString('latin1')
  return plain.includes(':') && /^[\x20-\x7e\x80-\xff]+$/.test(plain)
}

/** Letters alone, in an order of cases that no name has. */
const isScrambled = (value: string): boolean =>
  value.length >= 12 &&
  value.length <= 512 &&
  /(?:[A-Z].*){3}/.test(value) &&
  /[a-z].*[a-z]/.test(value) &&
  !/^(?:[A-Z][a-z]+)+$/.test(value) &&
  /[a-z][A-Z]{2}|[A-Z]{2}[a-z][A-Z]/.test(value)
