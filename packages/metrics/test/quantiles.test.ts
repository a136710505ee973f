import { BYTES, LLM_SECONDS, SCORES, SECONDS, TOKENS, USD } from '@rag/core/catalogue'
import { expect, it } from 'vitest'

const SIZE = 20_000

/** Uniform numbers that are the same in every run (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A value of a log-normal distribution, which durations, sizes and counts of tokens follow closely. */
function logNormal(random: () => number, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return median * Math.exp(sigma * normal)
}

/** `histogram_quantile` of Prometheus over these buckets. */
function quantileFrom(bounds: readonly number[], values: readonly number[], q: number): number {
  const counts = new Array<number>(bounds.length + 1).fill(0)
  for (const value of values) {
    const index = bounds.findIndex((bound) => value <= bound)
    counts[index < 0 ? bounds.length : index]!++
  }
  const rank = q * values.length
  let below = 0
  for (const [index, count] of counts.entries()) {
    if (index === bounds.length) return bounds[bounds.length - 1]!
    if (below + count >= rank) {
      const low = index === 0 ? 0 : bounds[index - 1]!
      return low + ((bounds[index]! - low) * (rank - below)) / count
    }
    below += count
  }
  return Number.NaN
}

const cases: { name: string; bounds: readonly number[]; medians: number[]; sigmas: number[] }[] = [
  { name: 'requests and data calls', bounds: SECONDS, medians: [0.003, 0.008, 0.02, 0.07, 0.25, 0.8, 2, 6], sigmas: [0.5, 0.8, 1.1] },
  { name: 'model calls', bounds: LLM_SECONDS, medians: [0.2, 0.6, 1.5, 4, 10, 30], sigmas: [0.4, 0.6, 0.8] },
  { name: 'tokens', bounds: TOKENS, medians: [30, 150, 600, 2500, 9000, 40_000, 200_000], sigmas: [0.4, 0.7, 1] },
  { name: 'prices', bounds: USD, medians: [0.0003, 0.002, 0.01, 0.04, 0.3], sigmas: [0.5, 0.8, 1.1] },
  { name: 'sizes', bounds: BYTES, medians: [900, 5000, 40_000, 600_000], sigmas: [0.5, 1, 1.4] }
]

it.each(cases)('$name: p50, p95 and p99 read from the buckets are within 15 % of the truth', ({ bounds, medians, sigmas }) => {
  const wrong: string[] = []
  for (const median of medians) {
    for (const sigma of sigmas) {
      const random = randomOf(Math.round(median * 1e6) + Math.round(sigma * 10))
      // One in fifty takes another way and is several times as slow, as behind a retry or a cold cache.
      const values = Array.from({ length: SIZE }, () => logNormal(random, random() < 0.02 ? median * 4 : median, sigma))
      const sorted = [...values].sort((a, b) => a - b)
      for (const q of [0.5, 0.95, 0.99]) {
        const truth = sorted[Math.ceil(q * SIZE) - 1]!
        if (truth > bounds[bounds.length - 1]! || truth < bounds[0]!) continue
        const error = quantileFrom(bounds, values, q) / truth - 1
        if (Math.abs(error) > 0.15) wrong.push(`median ${median}, sigma ${sigma}, p${q * 100}: ${(error * 100).toFixed(1)} %`)
      }
    }
  }
  expect(wrong).toEqual([])
})

it('scores are read within 15 %', () => {
  const random = randomOf(7)
  for (const [power, label] of [
    [0.3, 'high'],
    [1, 'even'],
    [2, 'low']
  ] as const) {
    const values = Array.from({ length: SIZE }, () => random() ** power)
    const sorted = [...values].sort((a, b) => a - b)
    for (const q of [0.5, 0.95, 0.99])
      expect(Math.abs(quantileFrom(SCORES, values, q) / sorted[Math.ceil(q * SIZE) - 1]! - 1), `${label} p${q * 100}`).toBeLessThan(0.15)
  }
})

it('the ranges are those asked for: 1 ms to 60 s, 50 ms to 5 min, 1 to 2 million tokens', () => {
  const range = (bounds: readonly number[]) => [bounds[0], bounds[bounds.length - 1]]
  expect(range(SECONDS)).toEqual([0.001, 60])
  expect(range(LLM_SECONDS)).toEqual([0.05, 300])
  expect(range(TOKENS)).toEqual([1, 2_000_000])
})
