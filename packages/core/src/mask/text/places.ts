// Says at which characters of a text a secret may open: each pair of neighbours is looked up once, in a table that steps along all beginnings at the same time.
import { ALNUM, BACKSLASH, BRACKET, COLON, COMMA, codeAt, DASH, PERCENT, SLASH } from './chars.js'

/*
 * Every bit of an entry is one pair of a pattern: the first bit of a chain says "these two may be what stands before a
 * literal and its first letter", the next "its first two letters", and so on. The state moves one bit up a character and
 * keeps the bits that the pair allows, so a bit at the end of its chain says that a whole pattern may end here. What stands
 * there decides.
 */

/** First bits of the chains of literals, by how many of their characters are looked at: two to six. */
const LITERAL: readonly number[] = [0, 0, 0, 2, 5, 9, 14]
/** Characters of a literal that are looked at, at most. */
export const LONGEST: number = LITERAL.length - 1
/** The last three letters of a name and the operator behind it. */
const NAMED = 20
/** A sign that is looked at whatever stands before it. */
const SIGN = 23
/** The same in quotes, with a comma behind them. */
const LISTED = 24

const bit = (at: number): number => 1 << at
const bits = (places: readonly number[]): number => places.reduce((all, at) => all | bit(at), 0)

/** Where each chain begins. */
export const STARTS: number = bits([...LITERAL.slice(2), NAMED, SIGN, LISTED])
/** By its length: a literal of so many characters, or their first six, may end here. */
export const OPENED: readonly number[] = LITERAL.map((first, length) => (length < 2 ? 0 : bit(first + length - 1)))
/** A sign stands here, or an operator behind what may be a secret name. */
export const IS_SIGN: number = bits([NAMED + 2, SIGN, LISTED + 3])
/** Something may open here. */
export const EVENTS: number = OPENED.reduce((all, one) => all | one, IS_SIGN)
/** The state behind a character beyond ASCII, which may belong to any name. */
export const BEHIND_WIDE: number = bit(NAMED)

const ANY: readonly number[] = Array.from({ length: 128 }, (_, code) => code)
const OPERATORS: readonly number[] = [61, 58, 62]
const QUOTES: readonly number[] = [34, 39, 96]
const isLetter = (code: number): boolean => code > 57 && ALNUM[code] === 1

/** Builds the table: the place of a pair is the first of its characters times 128 plus the second; 0 stands for all beyond ASCII. */
export function pairTable(literals: readonly string[], nameEndings: readonly string[]): Uint32Array {
  const table = new Uint32Array(1 << 14)
  const allow = (first: number, second: number, place: number): void => {
    table[(first << 7) | second]! |= bit(place)
  }
  const opens = headsOf(literals, allow)
  for (const ending of nameEndings) {
    const [first, middle, last] = [3, 2, 1].map((back) => casesOf(codeAt(ending, ending.length - back)))
    for (const code of first!) for (const next of middle!) allow(code, next, NAMED)
    for (const code of middle!) for (const next of last!) allow(code, next, NAMED + 1)
    for (const code of last!) for (const operator of [...OPERATORS, BRACKET]) allow(code, operator, NAMED + 2)
    for (const code of first!) for (const next of middle!) allow(code, next, LISTED)
    for (const code of middle!) for (const next of last!) allow(code, next, LISTED + 1)
    for (const code of last!) for (const quote of QUOTES) allow(code, quote, LISTED + 2)
  }
  for (const code of ANY) {
    // Behind a digit, a quote or a blank the name has to be looked for.
    if (!isLetter(code)) for (const operator of OPERATORS) allow(code, operator, SIGN)
    for (const sign of [PERCENT, BACKSLASH]) allow(code, sign, SIGN)
    if (ALNUM[code] === 1) continue
    // `--` and `<-`
    allow(code, DASH, SIGN)
    for (const first of ANY) table[(code << 7) | first]! |= opens[first]!
  }
  for (const quote of QUOTES) allow(quote, COMMA, LISTED + 3)
  // `://`
  allow(COLON, SLASH, SIGN)
  return table
}

/** Puts the pairs inside of literals into the table; returns what each character opens where no word stands before it. */
function headsOf(literals: readonly string[], allow: (first: number, second: number, place: number) => void): Uint32Array {
  const opens = new Uint32Array(128)
  for (const literal of literals) {
    const length = Math.min(literal.length, LONGEST)
    const place = LITERAL[length]!
    const first = codeAt(literal, 0)
    // Literals that begin with a sign are few: they are looked for at their sign.
    opens[first]! |= bit(ALNUM[first] === 1 ? place : SIGN)
    if (ALNUM[first] === 1) for (let at = 1; at < length; at++) allow(codeAt(literal, at - 1), codeAt(literal, at), place + at)
  }
  return opens
}

/** A letter in both cases or full-width; anything where the ending is shorter. */
function casesOf(code: number): readonly number[] {
  if (Number.isNaN(code)) return ANY
  if (code > 127) return [0]
  return isLetter(code) ? [0, code | 32, code & ~32] : [0, code]
}
