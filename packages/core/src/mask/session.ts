// One record on its way through the gate: what was found in it, so that the same value goes wherever else it stands.
import { mark, type Writer } from './forms.js'
import type { Findings } from './text/findings.js'
import type { Scan } from './text/scan.js'
import { looksRandom } from './text/values.js'

/** Values kept for one record; more would make hostile input quadratic. */
const MAX_VALUES = 32
const MIN_VALUE = 8
const MAX_VALUE = 4096
/** Longer texts are looked at once: a second look at a hostile megabyte would double its time. */
const MAX_SETTLED = 262_144
/** Parts that are chained before they become one text. */
const CHAIN = 512
/** Looks at one text; the second finds nothing in nearly all. */
const MAX_ROUNDS = 8

export interface Session {
  /** Masks one text and remembers what was found; `first` is what a look at it has found already. */
  text(value: string, first?: Findings): string
  /** Masks a whole value under a secret key. */
  whole(rule: string, value: string): string
  /** Masks remembered values that stand elsewhere. */
  spread(value: string): string
  /** Whether there is anything to spread. */
  readonly found: boolean
  /** How often something was replaced because it stood elsewhere too. */
  readonly changes: number
}

export function session(scan: Scan, write: Writer, count: (rule: string, times?: number) => void): Session {
  let values: { value: string; rule: string; fixed: number }[] | undefined
  let changes = 0
  const remember = (value: string, rule: string, fixed: number): void => {
    if (value.length < MIN_VALUE || value.length > MAX_VALUE || (values !== undefined && values.length >= MAX_VALUES)) return
    if (
      value.length < 12
        ? !looksRandom(value, 0, value.length, MIN_VALUE)
        : !looksRandom(value, 0, value.length, 12) && !/[^A-Za-z\s]/.test(value)
    )
      return
    if (values?.some((known) => known.value === value)) return
    if (values) values.push({ value, rule, fixed })
    else values = [{ value, rule, fixed }]
  }
  const replace = (text: string, { starts, ends, rules, fixed: fixes }: Findings): string => {
    let out = ''
    let part = ''
    let at = 0
    for (let index = 0; index < starts.length; index++) {
      const start = starts[index]!
      const end = ends[index]!
      const rule = rules[index]!
      const fixed = fixes[index]!
      const value = text.slice(start, end)
      if (values === undefined || values.length < MAX_VALUES) remember(value, rule, fixed)
      count(rule)
      part += text.slice(at, start) + write(rule, value, fixed)
      at = end
      // A chain of a million parts is what makes long texts slow: reading one character makes it one text.
      if (index % CHAIN === CHAIN - 1) {
        part.charCodeAt(0)
        out += part
        part = ''
      }
    }
    return out + part + text.slice(at)
  }
  /** A mark may lay open what stands beside it; masking twice must be masking once. */
  const settle = (text: string, first?: Findings): string => {
    let out = text
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const findings = round === 0 && first !== undefined ? first : scan(out)
      if (findings.starts.length === 0) return out
      const next = replace(out, findings)
      if (next === out || next.length > MAX_SETTLED) return next
      out = next
    }
    count('failure')
    return mark('failure')
  }
  return {
    text: settle,
    whole(rule, value) {
      remember(value, rule, 0)
      count(rule)
      return write(rule, value, 0)
    },
    spread(text) {
      if (values === undefined || text.length < MIN_VALUE) return text
      let out = text
      for (const { value, rule, fixed } of values) {
        if (!out.includes(value)) continue
        const parts = out.split(value)
        count(rule, parts.length - 1)
        out = parts.join(write(rule, value, fixed))
      }
      if (out === text) return text
      changes++
      return out.length > MAX_SETTLED ? out : settle(out)
    },
    get changes() {
      return changes
    },
    get found() {
      return values !== undefined
    }
  }
}
