// Budgets in the memory of this process.
import type { Amounts, BudgetStore, ReserveRequest } from './types.js'

interface Bucket {
  used: Amounts
  holds: Map<string, { amounts: Amounts; until: number }>
  until: number
}

const KINDS = ['usd', 'tokens', 'requests'] as const
/** Subjects come from callers: beyond this the stalest window goes. */
const MAX_BUCKETS = 100_000

export function createMemoryStore(): BudgetStore {
  const buckets = new Map<string, Bucket>()
  const bucketOf = (key: string, keepMs: number): Bucket => {
    const now = Date.now()
    let bucket = buckets.get(key)
    if (!bucket) {
      if (buckets.size >= 1000) for (const [name, { until }] of buckets) if (until <= now) buckets.delete(name)
      if (buckets.size >= MAX_BUCKETS) buckets.delete(buckets.keys().next().value as string)
      bucket = { used: zero(), holds: new Map(), until: now + keepMs }
      buckets.set(key, bucket)
    }
    for (const [id, hold] of bucket.holds) if (hold.until <= now) bucket.holds.delete(id)
    return bucket
  }
  return {
    async reserve({ key, id, amounts, limits, unbounded, ttlMs, keepMs }: ReserveRequest) {
      const bucket = bucketOf(key, keepMs)
      const reserved = held(bucket)
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
      bucket.holds.delete(id)
      for (const kind of KINDS) bucket.used[kind] += amounts[kind]
    },
    async peek(key) {
      const bucket = buckets.get(key)
      return bucket ? { used: { ...bucket.used }, reserved: held(bucket) } : { used: zero(), reserved: zero() }
    }
  }
}

function held({ holds }: Bucket): Amounts {
  const sum = zero()
  for (const { amounts } of holds.values()) for (const kind of KINDS) sum[kind] += amounts[kind]
  return sum
}

function zero(): Amounts {
  return { usd: 0, tokens: 0, requests: 0 }
}
