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

const newFindings = (): Findings => ({ starts: [], ends: [], rules: [], fixed: [] })

/** Most texts with a finding have one: arrays made with it are small, those that begin empty grow to seventeen places. */
export const oneFinding = ({ start, end, rule, fixed }: Finding): Findings => ({
  starts: [start],
  ends: [end],
  rules: [rule],
  fixed: [fixed]
})

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

/** Indexes by start. Each detector works in order, so there are a few ascending runs to merge. */
function orderOf(starts: readonly number[]): Int32Array {
  let from = new Int32Array(starts.length)
  let to = new Int32Array(starts.length)
  let bounds = [0]
  for (let index = 1; index < starts.length; index++) {
    from[index] = index
    if (starts[index]! < starts[index - 1]!) bounds.push(index)
  }
  bounds.push(starts.length)
  while (bounds.length > 2) {
    const merged = [0]
    for (let run = 0; run + 1 < bounds.length; run += 2) {
      const middle = bounds[run + 1]!
      const end = bounds[run + 2] ?? middle
      let left = bounds[run]!
      let right = middle
      for (let at = left; at < end; at++) {
        const takesLeft = right >= end || (left < middle && starts[from[left]!]! <= starts[from[right]!]!)
        to[at] = takesLeft ? from[left++]! : from[right++]!
      }
      merged.push(end)
    }
    ;[from, to] = [to, from]
    bounds = merged
  }
  return from
}

/** Sorts findings and joins those that overlap; the kind of the longest wins, and of two that end apart the one that is no mere key. */
function joined({ starts, ends, rules, fixed }: Findings): Findings {
  const order = orderOf(starts)
  const out = newFindings()
  let last = -1
  for (const index of order) {
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
