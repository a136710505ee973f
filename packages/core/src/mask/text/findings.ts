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

export function columnsOf(list: readonly Finding[]): Findings {
  const columns = newFindings()
  for (const finding of list) addFinding(columns, finding)
  return columns
}

/** In order and without overlaps, as most are already. */
export function inOrder(findings: Findings): Findings {
  const { starts, ends } = findings
  let index = 1
  while (index < starts.length && starts[index]! >= ends[index - 1]!) index++
  return index >= starts.length ? findings : joined(findings)
}

/** More findings than one text can hold; a start and an index fit into one number. */
const INDEXES = 2 ** 26

/** Sorts findings and joins those that overlap; the kind of the longest wins, and of two that end apart the one that is no mere key. */
function joined({ starts, ends, rules, fixed }: Findings): Findings {
  // Plain numbers are sorted without a call back for each comparison.
  const keys = Float64Array.from(starts, (start, index) => start * INDEXES + index).sort()
  const out = newFindings()
  let last = -1
  for (const key of keys) {
    const index = key % INDEXES
    const start = starts[index]!
    const end = ends[index]!
    const rule = rules[index]!
    if (last < 0 || start >= out.ends[last]!) {
      addFinding(out, { start, end, rule, fixed: fixed[index]! })
      last++
      continue
    }
    const longer = start === out.starts[last] && end > out.ends[last]!
    if (rule !== KEY_RULE && (longer || out.rules[last] === KEY_RULE)) {
      out.rules[last] = rule
      out.fixed[last] = start === out.starts[last] ? fixed[index]! : 0
    }
    if (end > out.ends[last]!) out.ends[last] = end
  }
  return out
}
