// Interleaved rounds: every case once a round, in random order; figures are compared within a round.
import { median, quartiles } from '../statistics.js'

export type Figures = Record<string, number[]>

/** Times each case `count` times a round; returns nanoseconds of CPU per run, by round. */
export async function rounds(cases: Record<string, () => unknown>, count: number, times: number): Promise<Figures> {
  const figures: Figures = {}
  for (let round = -2; round < times; round++) {
    for (const [name, run] of Object.entries(cases).sort(() => Math.random() - 0.5)) {
      const before = process.cpuUsage()
      for (let index = 0; index < count; index++) {
        const pending = run()
        if (pending instanceof Promise) await pending
      }
      const { user, system } = process.cpuUsage(before)
      if (round >= 0) (figures[name] ??= []).push(((user + system) * 1000) / count)
    }
  }
  return figures
}

/** The added cost of one case as a share of another's, over their bases. */
export function share(
  figures: Figures,
  [ours, ourBase]: [string, string?],
  [theirs, theirBase]: [string, string?]
): { median: number; spread: [number, number] } {
  const over = (name: string, base: string | undefined, round: number) => figures[name]![round]! - (base ? figures[base]![round]! : 0)
  const ratios = figures[ours]!.map((_, round) => over(ours, ourBase, round) / over(theirs, theirBase, round))
  const [low, high] = quartiles(ratios)
  return { median: fixed(median(ratios)), spread: [fixed(low), fixed(high)] }
}

export const fixed = (value: number, digits = 3): number => Number(value.toFixed(digits))
