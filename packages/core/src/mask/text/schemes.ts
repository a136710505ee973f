// Finds `Bearer …` and `Basic …` where no header name stands before them.
import { codeAt, isSpace, isWord } from './chars.js'
import type { Collect } from './headers.js'
import { isScrambled, looksRandom } from './values.js'

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
/** `Bearer+` may stand in a run of what it is made of: then a shorter head decides. */
const SHORT_CREDENTIAL = /[\w.~+/-]{6,32}={0,2}/y

const isCredential = (code: number): boolean => isWord(code) || code === 46 || code === 126 || code === 43 || code === 47 || code === 61

/** Returns the end of the credential that follows the scheme, or 0. */
export function schemeFindings(text: string, start: number, collect: Collect, literal: string): number {
  let from = start + literal.length
  while (from - start < 24 && isSpace(codeAt(text, from))) from++
  const basic = (codeAt(literal, 1) | 32) === 97
  const credential = basic ? CREDENTIAL : SHORT_CREDENTIAL
  credential.lastIndex = from
  if (!credential.test(text)) return 0
  let end = credential.lastIndex
  if (basic ? !isBasic(text.slice(from, end)) : !looksRandom(text, from, end, 10) && !isScrambled(text.slice(from, end))) return 0
  while (end < text.length && isCredential(codeAt(text, end))) end++
  while (codeAt(text, end - 1) === 46) end--
  collect({ start: from, end, rule: basic ? 'basic-auth' : 'bearer-token', fixed: 0 })
  return end
}

/** Base64 of `user:password`: a colon and printable characters. */
function isBasic(value: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{6,}={0,2}$/.test(value)) return false
  const plain = Buffer.from(value, 'base64').toString('latin1')
  return plain.includes(':') && /^[\x20-\x7e\x80-\xff]+$/.test(plain)
}
