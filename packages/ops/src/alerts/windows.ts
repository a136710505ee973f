// Scenarios of burn rates: a long and a short window that must both be above a level, and the least number of failures.
import { duration, seconds } from '../config/duration.js'
import type { Scenario, Series } from './types.js'

interface Windows {
  /** The share at which it burns, and the largest share there can be. */
  readonly share: number
  readonly most: number
  readonly long: string
  readonly short: string
  readonly hold: string
  readonly step: string
  /** The volume is how many requests there are, as a multiple of some number. */
  readonly series: (phases: readonly (readonly [share: number, length: string, volume?: number])[]) => readonly Series[]
}

/** Each window alone keeps it quiet: the long one while it fills, the short one as soon as it is over. */
export function twoWindows({ share, most, long, short, hold, step, series }: Windows): Scenario[] {
  const grid = seconds(step)
  const whole = Math.ceil((seconds(long) * 1.25) / grid) * grid
  const steep = Math.min(3, most / share)
  // From 0.7 of the level, at `steep` times the level from some moment on, the long window passes it after this part of its length.
  const passed = ((1 - 0.7) / (steep - 0.7)) * seconds(long)
  const fires = Math.floor(passed / grid) * grid + grid + seconds(hold)
  const high = Math.min(1.5, most / share)
  const over = Math.ceil(seconds(short) / grid) * grid + grid
  const before = Math.floor((0.7 * seconds(short)) / grid) * grid
  // As many failures among a quarter of the requests: the long window passes the level after this part of its length.
  const last = Math.min(1.45, most / share)
  const thin = Math.floor((((1 - last / 4) / 0.75) * seconds(long)) / grid) * grid + seconds(hold)
  // As many failures among four times the requests: the short window falls below after this part of its length.
  const first = Math.min(2.4, most / share)
  const thick = Math.floor((((first - 1) / 3) * seconds(short)) / grid) * grid
  return [
    {
      title: 'a little below for long, then steep: the long window has to fill',
      step,
      series: series([
        [share * 0.7, duration(whole)],
        [share * steep, duration(fires + grid * 2)]
      ]),
      expect: `quiet ${duration(whole)}, quiet ${duration(whole + fires - grid)}, fires ${duration(whole + fires)}`
    },
    {
      title: 'above for long, now a little below: the short window has seen the end',
      step,
      series: series([
        [share * high, duration(whole)],
        [share * 0.9, duration(over + grid * 2)]
      ]),
      expect: `fires ${duration(whole)}, fires ${duration(whole + before)}, quiet ${duration(whole + over)}`
    },
    {
      title: 'as many failures among a quarter of the requests',
      step,
      series: series([
        [(share * last) / 4, duration(whole), 4],
        [share * last, duration(thin + grid * 3), 1]
      ]),
      expect: `quiet ${duration(whole + thin)}, fires ${duration(whole + thin + grid)}`
    },
    {
      title: 'as many failures among four times the requests',
      step,
      series: series([
        [share * first, duration(whole), 1],
        [(share * first) / 4, duration(thick + grid * 3), 4]
      ]),
      expect: `fires ${duration(whole + thick)}, quiet ${duration(whole + thick + grid)}`
    }
  ]
}

/** Everything fails, and hardly anybody calls: a little less and a little more than the least number of failures in the long window. */
export function leastErrors(
  least: number,
  { long, hold, step }: { long: string; hold: string; step: string },
  series: (perSecond: number, length: string) => readonly Series[]
): Scenario[] {
  const grid = seconds(step)
  const length = Math.ceil((seconds(long) * 2.1 + seconds(hold)) / grid) * grid
  return (
    [
      ['a little less than the least number of failures', 0.9, 'quiet'],
      ['a little more than the least number of failures', 1.1, 'fires']
    ] as const
  ).map(([title, times, state]) => ({
    title,
    step,
    series: series((least * times) / seconds(long), duration(length)),
    expect: `${state} ${duration(length - grid)}`
  }))
}
