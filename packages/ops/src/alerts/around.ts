// The scenarios every alert on one level has: above it, back again, and below it.
import { seconds } from '../config/duration.js'
import { after, m, type Phase } from './kit.js'
import type { Scenario, Series } from './types.js'

interface Around {
  /** The level, and a value on each side of it; a tenth off unless given. */
  readonly limit: number
  readonly above?: number
  readonly below?: number
  /** How long the level must hold. */
  readonly hold: string
  readonly series: (phases: readonly Phase[]) => readonly Series[]
  readonly labels?: Readonly<Record<string, string>>
}

/** Fires a tenth above after the hold and not before, is quiet when the value is back, stays quiet a tenth below. */
export function around({ limit, hold, series, labels, above = limit * 1.1, below = limit * 0.9 }: Around): Scenario[] {
  const start = m(10)
  const length = after(hold, m(20))
  const fired = after(start, hold)
  const early = seconds(hold) > 60 ? after(fired, '-60s') : start
  return [
    {
      title: 'above for longer than it must hold, then back',
      series: series([
        [below, start],
        [above, length],
        [below, m(20)]
      ]),
      expect: `quiet ${seconds(hold) > 60 ? early : '9m'}, fires ${after(fired, '1m')}, quiet ${after(after(start, length), '1m')}`,

      ...(labels && { labels })
    },
    {
      title: 'below all the time',
      series: series([[below, after(length, m(20))]]),
      expect: `quiet ${after(hold, m(15))}`,
      ...(labels && { labels })
    }
  ]
}

interface Share {
  readonly limit: number
  readonly window: string
  readonly hold: string
  readonly labels?: Readonly<Record<string, string>>
  /** Phases of so much of the whole and so much of the part a second. */
  readonly series: (phases: readonly (readonly [whole: number, part: number, length: string])[]) => readonly Series[]
}

/**
 * The whole falls to a quarter while the part stays: a share over a window passes its limit after 0.85 of the window, whose average of the
 * whole is then 4 - 3 x 0.85 = 1.45 times the new one.
 */
export function wholeFalls({ limit, window, hold, series, labels }: Share): Scenario {
  const step = 60
  const passed = Math.floor((0.85 * seconds(window)) / step) * step + seconds(hold)
  const start = 2 * seconds(window)
  const at = (moment: number) => `${(start + moment) / 60}m`
  const part = 0.5 * limit * 1.45
  return {
    title: 'as many as ever, of a whole that falls to a quarter',
    series: series([
      [2, part, `${start / 60}m`],
      [0.5, part, `${(2 * seconds(window) + seconds(hold)) / 60}m`]
    ]),
    expect: `quiet ${at(0)}, quiet ${at(passed)}, fires ${at(passed + step)}`,
    ...(labels && { labels })
  }
}
