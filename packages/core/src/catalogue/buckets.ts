// Histogram bounds by unit and purpose: dense enough that p50, p95 and p99 read from them stay near the truth.

/** Requests and data calls: 1 ms to 60 s. */
export const SECONDS = [
  0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.35, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 20, 30, 60
] as const

/** Model calls: 50 ms to 5 min. */
export const LLM_SECONDS = [0.05, 0.1, 0.15, 0.25, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300] as const
