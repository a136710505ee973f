// Walks a text once and hands each place where a secret may open to what knows it; hands back what must go, in order and without overlaps.
import type { KeyJudge } from '../keys.js'
import { assignmentAt, newText } from './assignments.js'
import { calledAt, listedAt } from './beside.js'
import { BACKSLASH, BRACKET, COLON, COMMA, codeAt, DASH, isAlnum, PERCENT, SLASH } from './chars.js'
import { doubleEnd, escapeEnd } from './escapes.js'
import { addFinding, columnsOf, type Findings, inOrder, listOf, NO_FINDINGS, oneFinding } from './findings.js'
import { newFlags, sentenceFindings } from './flags.js'
import type { Collect } from './headers.js'
import { pemFindings } from './pem.js'
import { BEHIND_WIDE, EVENTS, IS_SIGN, LONGEST, OPENED, pairTable, STARTS } from './places.js'
import type { TokenScan } from './tokens.js'
import { copyUnits, PIECE, units } from './units.js'
import { encodedUserinfo, newUrls, userinfoAt } from './urls.js'

/** A detector beside the built-in ones: PII, custom rules. */
export type Detector = (text: string, collect: Collect) => void

/** Scans texts for one masker. */
export type Scan = (text: string) => Findings

/** Looks behind a name; returns the end of the value it masked, or 0. */
type ValueScan = (text: string, at: number, judge: KeyJudge, collect: Collect) => number

/** A text that holds more is masked whole: no reader misses it, and its cost stays bounded whatever it repeats. */
const MAX_FINDINGS = 10_000
/** The kind of such a text. */
const OVERFLOW_RULE = 'too-many'
/** Thrown to leave every loop at once when a text holds too much. */
const FULL = new Error('too many findings')

/** Shorter texts hold no secret that a rule could tell from a word. */
const MIN_LENGTH = 6

export function textScan(judge: KeyJudge, tokens: TokenScan, detectors: readonly Detector[], allowed?: (value: string) => boolean): Scan {
  let found = NO_FINDINGS
  let full = false
  const collect: Collect = (finding) => {
    if (found === NO_FINDINGS) found = oneFinding(finding)
    else if (found.starts.length < MAX_FINDINGS) addFinding(found, finding)
    else {
      full = true
      throw FULL
    }
  }
  const pairs = pairTable(tokens.literals, judge.endings)
  /** The token that was found last, and where the value ends: nothing of their kind is looked for inside. */
  let tokenFrom = 0
  let tokenEnd = 0
  let valueEnd = 0
  let dashes = false

  const tokenAt = (text: string, at: number): void => {
    // Long literals are known later than short ones, so one that begins before the last token may come after it.
    if (at >= tokenFrom && at < tokenEnd) return
    const end = tokens.at(text, at, collect)
    if (end <= tokenEnd) return
    tokenFrom = at
    tokenEnd = end
  }
  const valueAt = (text: string, at: number, find: ValueScan): void => {
    if (at < valueEnd) return
    const end = find(text, at, judge, collect)
    if (end > valueEnd) valueEnd = end
  }
  const operatorAt = (text: string, at: number): void => valueAt(text, at, assignmentAt)
  const signAt = (text: string, at: number, code: number): void => {
    const before = codeAt(text, at - 1)
    if (code === 61 || code === 62 || code === COLON) operatorAt(text, at)
    else if (code === COMMA) valueAt(text, at - 1, listedAt)
    else if (code === BRACKET) valueAt(text, at, calledAt)
    else if (code === PERCENT || code === BACKSLASH) {
      if (code === BACKSLASH && isAlnum(before)) valueAt(text, at, listedAt)
      const end = escapeEnd(text, at, code)
      // After an escape such as `%3D` or `\n` a token may open in the middle of a word.
      if (end > 0) tokenAt(text, end)
      if (code !== PERCENT) return
      const double = doubleEnd(text, at)
      if (double > 0) {
        tokenAt(text, double)
        if (codeAt(text, at + 3) === 51) operatorAt(text, at)
      } else if (codeAt(text, at + 1) === 51) {
        operatorAt(text, at)
        encodedUserinfo(text, at, collect)
      }
    } else if (before === COLON && code === SLASH) {
      if (codeAt(text, at + 1) === SLASH) userinfoAt(text, at + 2, collect)
    } else {
      if (code === DASH) {
        if (before === DASH) dashes = true
        else if (before === 60) operatorAt(text, at)
      }
      if (!isAlnum(before)) tokenAt(text, at)
    }
  }

  /** Looks at each place where something may open; tells whether there is anything beyond ASCII. */
  const walk = (text: string): boolean => {
    let before = 0
    let state = BEHIND_WIDE
    let wide = false
    for (let from = 0; from < text.length; from += PIECE) {
      const to = Math.min(text.length, from + PIECE)
      const length = to - from
      copyUnits(text, from, to)
      for (let next = 0; next < length; ) {
        let code = 0
        // The loop that everything passes: it calls nothing, so that the compiler keeps both tables at hand.
        do {
          code = units[next++]!
          if (code > 127) break
          state = ((state << 1) | STARTS) & pairs[(before << 7) | code]!
          before = code
        } while ((state & EVENTS) === 0 && next < length)
        const at = from + next - 1
        if (code > 127) {
          wide = true
          before = 0
          state = BEHIND_WIDE
          if (code === 0xff1d || code === 0xff1a) operatorAt(text, at)
          continue
        }
        if ((state & EVENTS) === 0) break
        if ((state & ~IS_SIGN & EVENTS) !== 0)
          for (let length = LONGEST; length > 1; length--) if ((state & OPENED[length]!) !== 0) tokenAt(text, at - length + 1)
        if ((state & IS_SIGN) !== 0) signAt(text, at, code)
      }
    }
    return wide
  }

  const look = (text: string): void => {
    const wide = walk(text)
    if (dashes || (text.length > 80 && text.includes('PuTTY'))) pemFindings(text, collect)
    if (wide) sentenceFindings(text, collect)
    for (let index = 0; index < detectors.length; index++) detectors[index]!(text, collect)
  }

  return (text) => {
    if (text.length < MIN_LENGTH) return NO_FINDINGS
    found = NO_FINDINGS
    tokenFrom = tokenEnd = valueEnd = 0
    dashes = full = false
    newText()
    newFlags()
    newUrls()
    try {
      look(text)
    } catch (error) {
      if (error !== FULL) throw error
    }
    // Asked for by itself, for a detector of the application may have caught what was thrown.
    if (full) return oneFinding({ start: 0, end: text.length, rule: OVERFLOW_RULE, fixed: 0 })
    if (allowed && found !== NO_FINDINGS) found = columnsOf(listOf(found).filter(({ start, end }) => !allowed(text.slice(start, end))))
    return inOrder(found)
  }
}
