// Redis from INFO; https://redis.io/docs/latest/commands/info/
import { type Emit, RagError } from '@rag/core'
import type { MetricName } from '@rag/core/catalogue'
import type { Collector } from './collector.js'

/** ioredis and node-redis, by shape. */
interface RedisShape {
  info(): Promise<string>
}

const FIELDS: readonly (readonly [field: string, metric: MetricName])[] = [
  ['used_memory', 'rag_redis_memory_used_bytes'],
  ['maxmemory', 'rag_redis_memory_max_bytes'],
  ['mem_fragmentation_ratio', 'rag_redis_memory_fragmentation_ratio'],
  ['connected_clients', 'rag_redis_clients'],
  ['blocked_clients', 'rag_redis_blocked_clients'],
  ['keyspace_hits', 'rag_redis_hits_total'],
  ['keyspace_misses', 'rag_redis_misses_total'],
  ['evicted_keys', 'rag_redis_evicted_keys_total'],
  ['expired_keys', 'rag_redis_expired_keys_total'],
  ['total_commands_processed', 'rag_redis_commands_total'],
  ['rejected_connections', 'rag_redis_rejected_connections_total'],
  ['rdb_last_save_time', 'rag_redis_persistence_last_save_timestamp_seconds'],
  ['connected_slaves', 'rag_redis_replicas']
]

/**
 * Reads memory, clients, keys and their expiry, hits, evictions, persistence and replication by one INFO.
 *
 * @throws RagError `RAG_METRICS_STORE` for something that is no client of Redis.
 * @example
 * metrics.collect(redisCollector(redis, { name: 'cache' }))
 */
export function redisCollector(client: object, { name }: { name: string }): Collector {
  const redis = client as RedisShape
  if (typeof redis?.info !== 'function')
    throw new RagError('RAG_METRICS_STORE', {
      option: 'client',
      problem: 'this is no client of ioredis or node-redis',
      fix: 'pass the client itself'
    })
  return {
    name: `redis:${name}`,
    async collect(emit) {
      readInfo(String(await redis.info()), emit, name)
    }
  }
}

function readInfo(info: string, emit: Emit, store: string): void {
  const fields = new Map<string, string>()
  for (const line of info.split('\n')) {
    const at = line.indexOf(':')
    if (at > 0 && !line.startsWith('#')) fields.set(line.slice(0, at), line.slice(at + 1).trim())
  }
  for (const [field, metric] of FIELDS) {
    const value = Number(fields.get(field) ?? Number.NaN)
    if (Number.isFinite(value) && value >= 0) emit(metric, value, { store })
  }
  const lag = lagOf(fields)
  if (lag !== undefined) emit('rag_redis_replication_lag_seconds', lag, { store })
  let keys = 0
  let expiring = 0
  for (const [field, value] of fields) {
    if (!/^db\d+$/.test(field)) continue
    keys += Number(/keys=(\d+)/.exec(value)?.[1] ?? 0)
    expiring += Number(/expires=(\d+)/.exec(value)?.[1] ?? 0)
  }
  emit('rag_redis_keys', keys, { store })
  emit('rag_redis_keys_with_expiry', expiring, { store })
  const saved = fields.get('rdb_last_bgsave_status') ?? 'ok'
  const appended = fields.get('aof_last_write_status') ?? 'ok'
  emit('rag_redis_persistence_ok', saved === 'ok' && appended === 'ok' ? 1 : 0, { store })
}

/** Seconds by which a replica is behind; undefined on a primary without replicas. */
function lagOf(fields: ReadonlyMap<string, string>): number | undefined {
  const number = (field: string) => Number(fields.get(field) ?? Number.NaN)
  if (fields.get('role') === 'slave') {
    // Without a link it says -1 for the last word and how long ago the link broke; one that never had a link says -1 for both.
    const [heard, down] = [number('master_last_io_seconds_ago'), number('master_link_down_since_seconds')]
    if (heard >= 0) return heard
    return down >= 0 ? down : undefined
  }
  let lag: number | undefined
  for (const [field, value] of fields) {
    const confirmed = /^slave\d+$/.test(field) ? /(?:^|,)lag=(\d+)/.exec(value) : undefined
    if (confirmed) lag = Math.max(lag ?? 0, Number(confirmed[1]))
  }
  return lag
}
