// Walks a text once and hands each place where a secret may open to what knows it; hands back what must go, in order and without overlaps.
import type { KeyJudge } from '../keys.js'
import { assignmentAt, newText } from './assignments.js'
import { ALNUM, codeAt } from './chars.js'
import { escapeEnd } from './escapes.js'
import { addFinding, columnsOf, type Findings, inOrder, listOf, NO_FINDINGS, oneFinding } from './findings.js'
import { sentenceFindings } from './flags.js'
import type { Collect } from './headers.js'
import { pemFindings } from './pem.js'
import type { TokenScan } from './tokens.js'
import { copyUnits, PIECE, units } from './units.js'
import { encodedUserinfo, newUrls, userinfoAt } from './urls.js'

/** A detector beside the built-in ones: PII, custom rules. */
export type Detector = (text: string, collect: Collect) => void

/** Scans texts for one masker. */
export type Scan = (text: string) => Findings

/** A text that holds more is masked whole: no reader misses it, and its cost stays bounded whatever it repeats. */
const MAX_FINDINGS = 10_000
/** The kind of such a text. */
const OVERFLOW_RULE = 'too-many'
/** Thrown to leave every loop at once when a text holds too much. */
const FULL = new Error('too many findings')

/** Shorter texts hold no secret that a rule could tell from a word. */
const MIN_LENGTH = 6

const LETTER = 1
const SIGN = 2
const COLON = 58
const DASH = 45
const PERCENT = 37
const BACKSLASH = 92

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
  const { mayOpen } = tokens
  const kinds = Uint8Array.from({ length: 128 }, (_, code) =>
    ALNUM[code] === 1 ? LETTER : '=:>%\\-'.includes(String.fromCharCode(code)) || tokens.opensWith(code) ? SIGN : 0
  )
  /** Where the token and the value end that were found last: nothing of their kind is looked for inside. */
  let tokenEnd = 0
  let valueEnd = 0
  let dashes = false

  const tokenAt = (text: string, at: number): void => {
    if (at < tokenEnd) return
    const end = tokens.at(text, at, collect)
    if (end > tokenEnd) tokenEnd = end
  }
  const operatorAt = (text: string, at: number): void => {
    if (at < valueEnd) return
    const end = assignmentAt(text, at, judge, collect)
    if (end > valueEnd) valueEnd = end
  }
  const signAt = (text: string, at: number, code: number, inWord: boolean): void => {
    if (code === 61 || code === 62) operatorAt(text, at)
    else if (code === COLON) {
      operatorAt(text, at)
      if (codeAt(text, at + 1) === 47 && codeAt(text, at + 2) === 47) userinfoAt(text, at + 3, collect)
    } else if (code === PERCENT || code === BACKSLASH) {
      const end = escapeEnd(text, at, code)
      // After an escape such as `%3D` or `\n` a token may open in the middle of a word.
      if (end > 0) tokenAt(text, end)
      if (code === PERCENT && codeAt(text, at + 1) === 51) {
        operatorAt(text, at)
        encodedUserinfo(text, at, collect)
      }
    } else {
      if (code === DASH) {
        if (codeAt(text, at + 1) === DASH) dashes = true
        if (codeAt(text, at - 1) === 60) operatorAt(text, at)
      }
      if (!inWord) tokenAt(text, at)
    }
  }

  /** Tells whether there is anything beyond ASCII. */
  const walk = (text: string): boolean => {
    let four = 0
    let letters = 0
    let wide = 0
    for (let from = 0; from < text.length; from += PIECE) {
      const to = Math.min(text.length, from + PIECE)
      copyUnits(text, from, to)
      for (let at = from; at < to; at++) {
        const code = units[at - from]!
        if (code > 127) {
          wide |= code
          letters = 0
          if (code === 0xff1d || code === 0xff1a) operatorAt(text, at)
          continue
        }
        const kind = kinds[code]!
        four = ((four << 7) | code) & 0xfffffff
        letters = (letters << 1) | (kind & LETTER)
        // A word began three characters ago; most words are none that open something.
        if ((letters & 24) === 8 && mayOpen(four)) tokenAt(text, at - 3)
        if (kind === SIGN) signAt(text, at, code, (letters & 2) !== 0)
      }
    }
    return wide !== 0
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
    tokenEnd = valueEnd = 0
    dashes = full = false
    newText()
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
