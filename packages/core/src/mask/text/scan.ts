// Runs every detector over one text and hands back what must go, in order and without overlaps.
import type { KeyJudge } from '../keys.js'
import type { Finding } from '../types.js'
import { assignmentFindings, KEY_RULE } from './assignments.js'
import { sentenceFindings } from './flags.js'
import type { Collect } from './headers.js'
import { pemFindings } from './pem.js'
import type { TokenScan } from './tokens.js'
import { urlFindings } from './urls.js'

/** A detector beside the built-in ones: PII, custom rules. */
export type Detector = (text: string, collect: Collect) => void

/** Scans texts for one masker. */
export type Scan = (text: string) => Finding[]

const NOTHING: Finding[] = []
/** Shorter texts hold no secret that a rule could tell from a word. */
const MIN_LENGTH = 6
/** Up to here one walk over the characters is cheaper than the expressions. */
const SHORT = 160

export function textScan(judge: KeyJudge, tokens: TokenScan, detectors: readonly Detector[], allowed?: (value: string) => boolean): Scan {
  let found: Finding[] = NOTHING
  const collect: Collect = (finding) => {
    if (found === NOTHING) found = [finding]
    else found.push(finding)
  }
  return (text) => {
    if (text.length < MIN_LENGTH) return NOTHING
    if (text.length <= SHORT && detectors.length === 0 && tokens.plain(text)) return NOTHING
    found = NOTHING
    tokens.find(text, collect)
    if (text.includes(':')) urlFindings(text, collect)
    if (text.includes('----') || text.includes('PuTTY')) pemFindings(text, collect)
    assignmentFindings(text, judge, collect)
    sentenceFindings(text, collect)
    for (let index = 0; index < detectors.length; index++) detectors[index]!(text, collect)
    if (allowed && found.length > 0) found = found.filter(({ start, end }) => !allowed(text.slice(start, end)))
    return found.length > 1 ? joined(found) : found
  }
}

/** Sorts findings and joins those that overlap; the kind of the most telling one wins. */
export function joined(findings: Finding[]): Finding[] {
  if (findings.every(({ start }, index) => index === 0 || start >= findings[index - 1]!.end)) return findings
  findings.sort((a, b) => a.start - b.start || b.end - a.end)
  const result: Finding[] = []
  let last: Finding | undefined
  for (const finding of findings) {
    if (last === undefined || finding.start >= last.end) {
      last = { ...finding }
      result.push(last)
      continue
    }
    if (last.rule === KEY_RULE && finding.rule !== KEY_RULE) {
      last.rule = finding.rule
      last.fixed = finding.start === last.start ? finding.fixed : 0
    }
    if (finding.end > last.end) last.end = finding.end
  }
  return result
}
