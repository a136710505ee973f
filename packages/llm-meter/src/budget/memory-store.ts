// Budgets in the memory of this process.
import type { Amounts, BudgetStore, ReserveRequest } from './types.js'

interface Bucket {
  used: Amounts
  holds: Map<string, { amounts: Amounts; until: number }>
  /** The last ids that were settled: each counts once. */
  settled: Set<string>
  until: number
}

const KINDS = ['usd', 'tokens', 'requests'] as const
/** Subjects come from callers: beyond this the stalest window goes. */
const MAX_BUCKETS = 100_000
const MAX_SETTLED = 1000
const SWEEP_MS = 10_000

export function createMemoryStore(): BudgetStore {
  const buckets = new Map<string, Bucket>()
  let sweptAt = Date.now()
  const sweep = (now: number): void => {
    if (now - sweptAt < SWEEP_MS) return
    sweptAt = now
    for (const [name, { until }] of buckets) if (until <= now) buckets.delete(name)
  }
  const bucketOf = (key: string, keepMs: number): Bucket => {
    const now = Date.now()
    sweep(now)
    let bucket = buckets.get(key)
    if (!bucket) {
      if (buckets.size >= MAX_BUCKETS) buckets.delete(buckets.keys().next().value as string)
      bucket = { used: zero(), holds: new Map(), settled: new Set(), until: now + keepMs }
      buckets.set(key, bucket)
    }
    return bucket
  }
  return {
    async reserve({ key, id, amounts, limits, unbounded, ttlMs, keepMs }: ReserveRequest) {
      const bucket = bucketOf(key, keepMs)
      const reserved = held(bucket)
      if (bucket.holds.has(id)) return { admitted: true, used: { ...bucket.used }, reserved }
      const taken: Amounts = { ...amounts }
      for (const kind of KINDS) {
        const limit = limits[kind]
        if (limit < 0) continue
        const left = limit - bucket.used[kind] - reserved[kind]
        if (kind !== 'requests' && unbounded[kind]) taken[kind] = left
        if (left < taken[kind] || left <= 0) return { admitted: false, used: { ...bucket.used }, reserved }
      }
      bucket.holds.set(id, { amounts: taken, until: Date.now() + ttlMs })
      return { admitted: true, used: { ...bucket.used }, reserved: held(bucket) }
    },
    async settle(key, id, amounts, keepMs) {
      const bucket = bucketOf(key, keepMs)
      if (bucket.settled.has(id)) return
      if (bucket.settled.size >= MAX_SETTLED) bucket.settled.delete(bucket.settled.values().next().value as string)
      bucket.settled.add(id)
      bucket.holds.delete(id)
      for (const kind of KINDS) bucket.used[kind] += amounts[kind]
    },
    async peek(key) {
      const bucket = buckets.get(key)
      return bucket ? { used: { ...bucket.used }, reserved: held(bucket) } : { used: zero(), reserved: zero() }
    }
  }
}

/** What live reservations hold; expired ones are let go. */
function held({ holds }: Bucket): Amounts {
  const sum = zero()
  const now = Date.now()
  for (const [id, { until }] of holds) if (until <= now) holds.delete(id)
  for (const { amounts } of holds.values()) for (const kind of KINDS) sum[kind] += amounts[kind]
  return sum
}

function zero(): Amounts {
  return { usd: 0, tokens: 0, requests: 0 }
}
