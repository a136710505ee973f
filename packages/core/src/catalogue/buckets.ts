// Histogram bounds by unit and purpose: dense enough that p50, p95 and p99 read from them stay within 15 % of the truth; a test holds that.

/** Requests and data calls: 1 ms to 60 s. */
export const SECONDS = [
  0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.35, 0.5, 0.75, 1, 1.5, 2.5, 3.5, 5, 7.5,
  10, 15, 20, 30, 45, 60
] as const

/** Model calls: 50 ms to 5 min. */
export const LLM_SECONDS = [
  0.05, 0.1, 0.15, 0.25, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300
] as const

/** Tokens of one model call: 1 to 2 million. */
export const TOKENS = [
  1, 2, 4, 8, 16, 32, 64, 100, 150, 250, 400, 600, 1000, 1500, 2500, 4000, 6000, 10_000, 16_000, 25_000, 40_000, 64_000, 100_000, 160_000,
  250_000, 400_000, 640_000, 1_000_000, 1_400_000, 2_000_000
] as const

/** Price of one model call in US dollars: a hundred-thousandth to 10. */
export const USD = [
  0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_15, 0.000_2, 0.000_3, 0.000_5, 0.000_75, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.0075, 0.01,
  0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10
] as const

/** Bodies: 64 bytes to 64 MiB, each power of four with two steps between. */
export const BYTES = Array.from({ length: 31 }, (_, step) => Math.round(64 * 4 ** (step / 3))) as readonly number[]

/** Scores between 0 and 1. */
export const SCORES = [
  0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1
] as const

/** Pauses of the garbage collector: 0.1 ms to 2 s. */
export const PAUSES = [0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2] as const
