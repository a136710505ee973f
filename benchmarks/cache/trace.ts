// A synthetic mix of what a RAG service caches: embeddings, retrievals and answers, by Zipf's law, with scans of a re-index.

export interface Request {
  readonly key: string
  readonly bytes: number
  readonly usd: number
}
const KINDS = [
  { name: 'embedding', share: 0.5, keys: 20_000, bytes: 6_200, usd: 2e-6 },
  { name: 'retrieval', share: 0.3, keys: 10_000, bytes: 20_000, usd: 5e-6 },
  { name: 'answer', share: 0.2, keys: 10_000, bytes: 3_000, usd: 4e-3 }
] as const

/** Always the same requests for the same seed (mulberry32). */
export function mixedTrace(requests: number, seed = 1): Request[] {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const zipf = KINDS.map(({ keys }) => cumulative(keys, 0.9))
  let scanned = 0
  return Array.from({ length: requests }, () => {
    // Three of ten requests belong to a re-index that asks for every document once.
    if (random() < 0.3) return { key: `scan:${scanned++}`, bytes: 6_200, usd: 2e-6 }
    const pick = random()
    const kind = pick < KINDS[0].share ? 0 : pick < KINDS[0].share + KINDS[1].share ? 1 : 2
    const { name, bytes, usd } = KINDS[kind]!
    return { key: `${name}:${search(zipf[kind]!, random())}`, bytes, usd }
  })
}

function cumulative(keys: number, exponent: number): Float64Array {
  const sums = new Float64Array(keys)
  let sum = 0
  for (let rank = 0; rank < keys; rank++) sums[rank] = sum += 1 / (rank + 1) ** exponent
  return sums.map((value) => value / sum)
}

function search(sums: Float64Array, value: number): number {
  let low = 0
  let high = sums.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (sums[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
