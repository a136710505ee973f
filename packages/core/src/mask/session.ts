// One record on its way through the gate: what was found in it, so that the same value goes wherever else it stands.
import { mark, type Writer } from './forms.js'
import type { Scan } from './text/scan.js'
import { looksRandom } from './text/values.js'
import type { Finding } from './types.js'

/** Values kept for one record; more would make hostile input quadratic. */
const MAX_VALUES = 32
const MIN_VALUE = 8
const MAX_VALUE = 4096
/** Longer texts are looked at once: a second look at a hostile megabyte would double its time. */
const MAX_SETTLED = 262_144
/** Looks at one text; the second finds nothing in nearly all. */
const MAX_ROUNDS = 8

export interface Session {
  /** Masks one text and remembers what was found. */
  text(value: string): string
  /** Masks a whole value under a secret key. */
  whole(rule: string, value: string): string
  /** Masks remembered values that stand elsewhere. */
  spread(value: string): string
  /** Whether there is anything to spread. */
  readonly found: boolean
}

export function session(scan: Scan, write: Writer, count: (rule: string, times?: number) => void): Session {
  let values: { value: string; rule: string; fixed: number }[] | undefined
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
  const replace = (text: string, findings: readonly Finding[]): string => {
    let out = ''
    let at = 0
    for (const { start, end, rule, fixed } of findings) {
      const value = text.slice(start, end)
      remember(value, rule, fixed)
      count(rule)
      out += text.slice(at, start) + write(rule, value, fixed)
      at = end
    }
    return out + text.slice(at)
  }
  /** A mark may lay open what stands beside it; masking twice must be masking once. */
  const settle = (text: string): string => {
    let out = text
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const findings = scan(out)
      if (findings.length === 0) return out
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
      return out === text ? text : settle(out)
    },
    get found() {
      return values !== undefined
    }
  }
}
