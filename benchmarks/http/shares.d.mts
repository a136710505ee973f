/** CPU a request by variant, one figure a round, in microseconds. */
export type CpuSet = Record<string, number[]>
export interface Share {
  share: number
  /** The same of each set alone. */
  sets: number[]
}
export function sharesOf(sets: readonly CpuSet[]): { shares: Record<string, Share>; addedMicroseconds: Record<string, number> }
