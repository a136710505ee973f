/** CPU a request by variant, one figure a round, in microseconds. */
export type CpuSet = Record<string, number[]>
export interface Share {
  share: number
  /** The same of each set alone. */
  sets: number[]
}
export interface Shares {
  shares: Record<string, Share>
  /** All signals in one pass over the sum of each alone, where each was measured. */
  togetherOverSum?: number
  addedMicroseconds: Record<string, number>
}
export function sharesOf(sets: readonly CpuSet[]): Shares
