// Says at which characters of a text a secret may open: each pair of neighbours is looked up once, in a table that steps along all beginnings at the same time.
import { ALNUM, codeAt } from './chars.js'

/*
 * Every bit of an entry is one pair of a pattern: bit 5 says "these two may be what stands before a literal and its first
 * letter", bit 6 "its first two letters", and so on. The state moves one bit up a character and keeps the bits that the pair
 * allows, so a bit at the end of its chain says that a whole pattern may end here. What follows there decides.
 */

/** Literals of two characters, of three, and the first four of longer ones, each with what stands before it. */
const TWO = 0
const THREE = 2
const FOUR = 5
/** The last three letters of a name and the operator behind it. */
const NAMED = 9
/** A sign that is looked at whatever stands before it. */
const SIGN = 12

/** Where each chain begins. */
export const STARTS: number = (1 << TWO) | (1 << THREE) | (1 << FOUR) | (1 << NAMED) | (1 << SIGN)
/** A literal of so many characters ends here. */
export const OPENS_TWO: number = 1 << (TWO + 1)
export const OPENS_THREE: number = 1 << (THREE + 2)
export const OPENS_FOUR: number = 1 << (FOUR + 3)
export const IS_SIGN: number = (1 << (NAMED + 2)) | (1 << SIGN)
/** Something may open here. */
export const EVENTS: number = OPENS_TWO | OPENS_THREE | OPENS_FOUR | IS_SIGN
/** The state behind a character beyond ASCII, which may belong to any name. */
export const BEHIND_WIDE: number = 1 << NAMED

const ANY: readonly number[] = Array.from({ length: 128 }, (_, code) => code)
const isLetter = (code: number): boolean => ALNUM[code] === 1 && code > 57
const NO_WORD = ANY.filter((code) => ALNUM[code] !== 1)

/** Builds the table: the place of a pair is the first of its characters times 128 plus the second; 0 stands for all beyond ASCII. */
export function pairTable(literals: readonly string[], nameEndings: readonly string[]): Uint16Array {
  const table = new Uint16Array(1 << 14)
  const chain = (bit: number, ...places: (readonly number[])[]): void => {
    for (let step = 0; step + 1 < places.length; step++)
      for (const first of places[step]!) for (const second of places[step + 1]!) table[(first << 7) | second]! |= 1 << (bit + step)
  }
  for (const literal of literals) {
    const codes = Array.from({ length: Math.min(4, literal.length) }, (_, index) => [codeAt(literal, index)])
    // Literals that begin with a sign are few: they are looked for at their sign.
    if (ALNUM[codes[0]![0]!] === 1) chain(codes.length === 2 ? TWO : codes.length === 3 ? THREE : FOUR, NO_WORD, ...codes)
    else chain(SIGN, NO_WORD, codes[0]!)
  }
  const operators = [...'=:>'].map((sign) => codeAt(sign, 0))
  for (const ending of nameEndings) chain(NAMED, ...[3, 2, 1].map((back) => casesOf(codeAt(ending, ending.length - back))), operators)
  // Behind a digit, a quote or a blank the name has to be looked for.
  chain(
    SIGN,
    ANY.filter((code) => !isLetter(code)),
    operators
  )
  chain(
    SIGN,
    ANY,
    [...'%\\'].map((sign) => codeAt(sign, 0))
  )
  // `--` and `<-`; `://`.
  chain(SIGN, NO_WORD, [codeAt('-', 0)])
  chain(SIGN, [codeAt(':', 0)], [codeAt('/', 0)])
  return table
}

/** A letter in both cases or full-width; anything where the ending is shorter. */
function casesOf(code: number): readonly number[] {
  if (Number.isNaN(code)) return ANY
  if (code > 127) return [0]
  return isLetter(code) ? [0, code | 32, code & ~32] : [0, code]
}
