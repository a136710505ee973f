// What was found in one text, as columns: a hostile megabyte holds a hundred thousand findings, and as many objects would be moved by every collection of garbage.
import type { Finding } from '../types.js'
import { KEY_RULE } from './assignments.js'

export interface Findings {
  readonly starts: number[]
  readonly ends: number[]
  readonly rules: string[]
  readonly fixed: number[]
}

/** Nothing was found: shared, never written to. */
export const NO_FINDINGS: Findings = { starts: [], ends: [], rules: [], fixed: [] }

export const newFindings = (): Findings => ({ starts: [], ends: [], rules: [], fixed: [] })

export function addFinding({ starts, ends, rules, fixed }: Findings, finding: Finding): void {
  starts.push(finding.start)
  ends.push(finding.end)
  rules.push(finding.rule)
  fixed.push(finding.fixed)
}

export const listOf = ({ starts, ends, rules, fixed }: Findings): Finding[] =>
  starts.map((start, index) => ({ start, end: ends[index]!, rule: rules[index]!, fixed: fixed[index]! }))

/** In order and without overlaps. Most are already. */
export function inOrder(findings: Findings): Findings {
  const { starts, ends } = findings
  let index = 1
  while (index < starts.length && starts[index]! >= ends[index - 1]!) index++
  return index >= starts.length ? findings : columnsOf(joined(listOf(findings)))
}

export function columnsOf(list: readonly Finding[]): Findings {
  const columns = newFindings()
  for (const finding of list) addFinding(columns, finding)
  return columns
}

/** Sorts findings and joins those that overlap; the kind of the most telling one wins. */
export function joined(findings: Finding[]): Finding[] {
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
