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

interface Known {
  readonly value: string
  readonly rule: string
  readonly fixed: number
}

/** A class, for one is made for each text with a secret: closures and their holder would cost more than the masking. */
export class Session {
  /** How often something was replaced because it stood elsewhere too. */
  changes = 0
  private values: Known[] | undefined = undefined

  constructor(
    private readonly scan: Scan,
    private readonly write: Writer,
    private readonly count: (rule: string, times?: number) => void
  ) {}

  /** Whether there is anything to spread. */
  get found(): boolean {
    return this.values !== undefined
  }

  /**
   * Masks one text and remembers what was found; `first` is what a look at it has found already.
   * A mark may lay open what stands beside it, and masking twice must be masking once: so the result is looked at again.
   */
  text(value: string, first?: Findings): string {
    let out = value
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const findings = round === 0 && first !== undefined ? first : this.scan(out)
      if (findings.starts.length === 0) return out
      const next = this.replace(out, findings)
      if (next === out || next.length > MAX_SETTLED) return next
      out = next
    }
    this.count('failure')
    return mark('failure')
  }

  /** Masks a whole value under a secret key. */
  whole(rule: string, value: string): string {
    this.remember(value, rule, 0)
    this.count(rule)
    return this.write(rule, value, 0)
  }

  /** Masks remembered values that stand elsewhere. */
  spread(text: string): string {
    if (this.values === undefined || text.length < MIN_VALUE) return text
    let out = text
    for (const { value, rule, fixed } of this.values) {
      if (!out.includes(value)) continue
      const parts = out.split(value)
      this.count(rule, parts.length - 1)
      out = parts.join(this.write(rule, value, fixed))
    }
    if (out === text) return text
    this.changes++
    return out.length > MAX_SETTLED ? out : this.text(out)
  }

  private replace(text: string, { starts, ends, rules, fixed: fixes }: Findings): string {
    let out = ''
    let part = ''
    let at = 0
    for (let index = 0; index < starts.length; index++) {
      const start = starts[index]!
      const end = ends[index]!
      const rule = rules[index]!
      const fixed = fixes[index]!
      const value = text.slice(start, end)
      this.remember(value, rule, fixed)
      this.count(rule)
      part += text.slice(at, start) + this.write(rule, value, fixed)
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

  private remember(value: string, rule: string, fixed: number): void {
    if (value.length < MIN_VALUE || value.length > MAX_VALUE || (this.values !== undefined && this.values.length >= MAX_VALUES)) return
    if (
      value.length < 12
        ? !looksRandom(value, 0, value.length, MIN_VALUE)
        : !looksRandom(value, 0, value.length, 12) && !/[^A-Za-z\s]/.test(value)
    )
      return
    if (this.values === undefined) this.values = [{ value, rule, fixed }]
    else if (!this.values.some((known) => known.value === value)) this.values.push({ value, rule, fixed })
  }
}
