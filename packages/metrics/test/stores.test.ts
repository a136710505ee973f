import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { observeClient } from '@rag/core'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { expect, it } from 'vitest'
import { describeWith, type RunningServer, startPostgres, startRedis } from '../../../scripts/test-support.js'
import { createMetrics, postgresCollector, redisCollector } from '../src/index.js'
import { samples } from './kit.js'

describeWith(['postgres'], 'a collector of PostgreSQL', () => {
  it('agrees with what SQL says, under load', async () => {
    const server = await startPostgres({ settings: ['statement_timeout=7s'] })
    const pool = poolOf(server.url, 4)
    const metrics = createMetrics({ service: 'test', resources: false })
    try {
      await pool.query('CREATE TABLE chunks (id serial PRIMARY KEY, body text)')
      await pool.query(`INSERT INTO chunks (body) SELECT repeat('x', 200) FROM generate_series(1, 5000)`)
      await pool.query('DELETE FROM chunks WHERE id <= 500')
      for (let id = 600; id < 640; id++) await pool.query('SELECT * FROM chunks WHERE id = $1', [id])
      await pool.query('SELECT count(*) FROM chunks')
      await pool.query('VACUUM ANALYZE chunks')
      await pool.query('DELETE FROM chunks WHERE id <= 600')
      await pool.query('SELECT pg_stat_force_next_flush()')
      const { run } = metrics.collect(postgresCollector(pool, { name: 'docs' }))
      metrics.pool(pool, { name: 'docs' })
      await run()
      const read = async (sql: string) => Object.values((await pool.query(sql)).rows[0] as object).map(Number)
      const page = samples(await metrics.text())
      const table = '{store="docs",table="chunks"}'
      const [size, rows, dead] = await read(
        `SELECT pg_total_relation_size('chunks'), n_live_tup, n_dead_tup FROM pg_stat_user_tables WHERE relname = 'chunks'`
      )
      expect(page.get(`rag_pg_table_size_bytes${table}`)).toBe(size)
      expect(page.get(`rag_pg_table_rows${table}`)).toBe(rows)
      expect(page.get(`rag_pg_table_dead_rows${table}`)).toBe(dead)
      expect(dead).toBeGreaterThan(0)
      const [indexSize] = await read(`SELECT pg_relation_size('chunks_pkey')`)
      expect(page.get('rag_pg_index_size_bytes{store="docs",index="chunks_pkey",method="btree"}')).toBe(indexSize)
      expect(page.get('rag_pg_index_scans_total{store="docs",index="chunks_pkey",method="btree"}')).toBeGreaterThanOrEqual(40)
      expect(page.get('rag_pg_statement_timeout_seconds{store="docs"}')).toBe(7)
      expect(page.get('rag_pg_cache_hit_ratio{store="docs"}')).toBeGreaterThan(0.5)
      expect(page.get('rag_pg_connections{store="docs",state="active"}')).toBeGreaterThanOrEqual(1)
      expect(page.get('rag_collector_last_success_timestamp_seconds{collector="postgres:docs"}')).toBeGreaterThan(0)
      expect(page.get('rag_collector_failures_total{collector="postgres:docs"}')).toBe(0)
      expect(page.get('db_client_connection_max{db_client_connection_pool_name="docs"}')).toBe(4)
      expect(page.get('db_client_connection_count{db_client_connection_pool_name="docs",db_client_connection_state="idle"}')).toBe(1)
    } finally {
      await metrics.shutdown()
      await pool.end()
      await server.stop()
    }
  })

  it('sees time-outs, dead rows, waits and the archive while many clients work, as SQL does', async () => {
    const server = await startPostgres({ settings: ['archive_mode=on', 'archive_command=true', 'statement_timeout=2s'] })
    const pool = poolOf(server.url, 3)
    const metrics = createMetrics({ service: 'test', resources: false })
    try {
      metrics.pool(pool, { name: 'docs' })
      observeClient(pool, { observers: [metrics.observer] })
      await pool.query('CREATE TABLE chunks (id serial PRIMARY KEY, body text)')
      let working = true
      const load = Array.from({ length: 8 }, async (_, worker) => {
        for (let count = 0; working; count++) {
          await pool.query('INSERT INTO chunks (body) SELECT $1 FROM generate_series(1, 20)', [`w${worker}`])
          if (count % 3 === 0) await pool.query('DELETE FROM chunks WHERE id % 7 = 0')
          await pool.query('SELECT count(*) FROM chunks WHERE id = $1', [count])
        }
      })
      const { run } = metrics.collect(postgresCollector(pool, { name: 'docs' }), { every: '50ms' })
      const slow = await pool.connect()
      await slow.query("SET statement_timeout = '30ms'")
      for (let count = 0; count < 2; count++) await slow.query('SELECT pg_sleep(1)').catch(() => {})
      await slow.query('RESET statement_timeout')
      slow.release()
      await pool.query('SELECT pg_switch_wal()')
      await new Promise((resolve) => setTimeout(resolve, 700))
      working = false
      await Promise.all(load)
      // Each session keeps its own figures for a while.
      const sessions = await Promise.all([pool.connect(), pool.connect(), pool.connect()])
      for (const session of sessions) await session.query('SELECT pg_stat_force_next_flush()')
      for (const session of sessions) session.release()
      await new Promise((resolve) => setTimeout(resolve, 1100))
      await run()
      const page = samples(await metrics.text())
      const row = (await pool.query("SELECT n_live_tup, n_dead_tup, idx_scan FROM pg_stat_user_tables WHERE relname = 'chunks'")).rows[0]
      const table = '{store="docs",table="chunks"}'
      expect(Number(row.n_dead_tup)).toBeGreaterThan(0)
      expect(page.get(`rag_pg_table_dead_rows${table}`)! / Number(row.n_dead_tup)).toBeCloseTo(1, 1)
      expect(page.get(`rag_pg_table_rows${table}`)! / Number(row.n_live_tup)).toBeCloseTo(1, 1)
      expect(page.get(`rag_pg_table_index_scans_total${table}`)! / Number(row.idx_scan)).toBeCloseTo(1, 1)
      const [{ commits, rollbacks }] = (
        await pool.query(
          'SELECT xact_commit AS commits, xact_rollback AS rollbacks FROM pg_stat_database WHERE datname = current_database()'
        )
      ).rows
      expect(page.get('rag_pg_transactions_total{store="docs",end="commit"}')! / Number(commits)).toBeCloseTo(1, 1)
      expect(page.get('rag_pg_transactions_total{store="docs",end="rollback"}')! / Number(rollbacks)).toBeCloseTo(1, 1)
      const [{ archived }] = (await pool.query('SELECT archived_count AS archived FROM pg_stat_archiver')).rows
      expect(Number(archived)).toBeGreaterThan(0)
      expect(page.get('rag_pg_archived_files_total{store="docs"}')).toBe(Number(archived))
      expect(page.get('rag_pg_archive_age_seconds{store="docs"}')).toBeLessThan(60)
      // Statements that the server cancelled are time-outs, not errors.
      expect(
        page.get('db_client_operation_duration_seconds_count{db_system_name="postgresql",db_operation_name="SELECT",outcome="timeout"}')
      ).toBe(2)
      // Eight callers and three connections: somebody waited.
      const waits = '{db_client_connection_pool_name="docs"}'
      expect(page.get(`db_client_connection_wait_time_seconds_count${waits}`)).toBeGreaterThan(20)
      expect(page.get(`db_client_connection_wait_time_seconds_sum${waits}`)).toBeGreaterThan(0.01)
    } finally {
      await metrics.shutdown()
      await pool.end()
      await server.stop()
    }
  })

  it('shows how far a replica is behind', async () => {
    const primary = await startPostgres({ settings: ['wal_level=replica', 'max_wal_senders=4'] })
    const replica = await startPostgres({ standbyOf: primary })
    const [pool, behind] = [poolOf(primary.url), poolOf(replica.url)]
    const metrics = createMetrics({ service: 'test', resources: false })
    try {
      await pool.query('CREATE TABLE t (x int)')
      // A replica that has replayed nothing since it started does not know how late it is.
      while ((await behind.query('SELECT pg_last_xact_replay_timestamp() AS at')).rows[0].at === null)
        await new Promise((resolve) => setTimeout(resolve, 50))
      await behind.query('SELECT pg_wal_replay_pause()')
      await pool.query('INSERT INTO t SELECT generate_series(1, 20000)')
      const sql = 'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) AS lag FROM pg_stat_replication'
      const lag = async () => Number((await pool.query(sql)).rows[0].lag)
      while ((await lag()) < 1e6) await new Promise((resolve) => setTimeout(resolve, 50))
      await metrics.collect(postgresCollector(pool, { name: 'primary' })).run()
      await metrics.collect(postgresCollector(behind, { name: 'replica' })).run()
      const page = samples(await metrics.text())
      expect(page.get('rag_pg_replication_lag_bytes{store="primary"}')! / (await lag())).toBeCloseTo(1, 1)
      expect(page.get('rag_pg_replication_lag_seconds{store="replica"}')).toBeGreaterThan(0)
      expect(page.has('rag_pg_replication_lag_bytes{store="replica"}')).toBe(false)
    } finally {
      await metrics.shutdown()
      await Promise.all([pool.end(), behind.end()])
      await replica.stop()
      await primary.stop()
    }
  })

  it('is late, counted and harmless when the server hangs', async () => {
    const server = await startPostgres()
    const pool = poolOf(server.url)
    pool.on('error', () => {})
    const metrics = createMetrics({ service: 'test', resources: false })
    try {
      const { run } = metrics.collect(postgresCollector(pool, { name: 'docs' }), { timeout: '300ms' })
      await run()
      server.process.kill('SIGSTOP')
      const blocked = new Pool({ connectionString: server.url, connectionTimeoutMillis: 2000 })
      blocked.on('error', () => {})
      const other = metrics.collect(postgresCollector(blocked, { name: 'hung' }), { timeout: '300ms' })
      await other.run()
      const page = samples(await metrics.text())
      expect(page.get('rag_collector_failures_total{collector="postgres:hung"}')).toBe(1)
      expect(page.get('rag_pg_database_size_bytes{store="docs"}')).toBeGreaterThan(0)
    } finally {
      await metrics.shutdown()
      server.process.kill('SIGCONT')
      await pool.end()
      await server.stop()
    }
  })
})

describeWith(['redis'], 'a collector of Redis', () => {
  const load = async (server: RunningServer, redis: { info(): Promise<string> }) => {
    const metrics = createMetrics({ service: 'test', resources: false })
    const { run } = metrics.collect(redisCollector(redis, { name: 'cache' }))
    await run()
    const page = samples(await metrics.text())
    const info = await redis.info()
    const field = (name: string) => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1])
    expect(server.port).toBeGreaterThan(0)
    for (const [name, metric] of [
      ['keyspace_hits', 'rag_redis_hits_total'],
      ['keyspace_misses', 'rag_redis_misses_total'],
      ['evicted_keys', 'rag_redis_evicted_keys_total'],
      ['maxmemory', 'rag_redis_memory_max_bytes']
    ] as const)
      expect(page.get(`${metric}{store="cache"}`), metric).toBe(field(name))
    expect(page.get('rag_redis_memory_used_bytes{store="cache"}')! / field('used_memory')).toBeCloseTo(1, 1)
    const [, keys, expires] = /^db0:keys=(\d+),expires=(\d+)/m.exec(info)!
    expect(page.get('rag_redis_keys{store="cache"}')).toBe(Number(keys))
    expect(page.get('rag_redis_keys_with_expiry{store="cache"}')).toBe(Number(expires))
    await metrics.shutdown()
    return page
  }

  it('agrees with INFO, under load and with evictions, for both clients', async () => {
    const server = await startRedis({ values: ['--maxmemory', '3mb', '--maxmemory-policy', 'allkeys-lru'] })
    const redis = new Redis(server.port)
    const node = createClient({ url: server.url })
    try {
      await node.connect()
      for (let key = 0; key < 400; key++) await redis.set(`k${key}`, 'x'.repeat(10_000), 'EX', 1000)
      await redis.set('forever', '1')
      for (let key = 0; key < 50; key++) await redis.get(`k${399 - key}`)
      await redis.get('nothing')
      const page = await load(server, redis)
      expect(page.get('rag_redis_evicted_keys_total{store="cache"}')).toBeGreaterThan(0)
      await load(server, node)
    } finally {
      redis.disconnect()
      node.destroy()
      await server.stop()
    }
  })
})

describeWith(['redis'], 'a collector of a Redis with a replica', () => {
  it('shows on both how late the replica is, also when it hangs and when the primary is gone', async () => {
    const primary = await startRedis({ values: ['--repl-ping-replica-period', '1'] })
    const replica = await startRedis({ values: ['--replicaof', '127.0.0.1', String(primary.port)] })
    const [first, second] = [new Redis(primary.port), new Redis(replica.port)]
    for (const redis of [first, second]) redis.on('error', () => {})
    const metrics = createMetrics({ service: 'test', resources: false })
    const collectors = {
      primary: metrics.collect(redisCollector(first, { name: 'primary' })),
      replica: metrics.collect(redisCollector(second, { name: 'replica' }))
    }
    const lag = async (store: keyof typeof collectors) => {
      await collectors[store].run()
      return samples(await metrics.text()).get(`rag_redis_replication_lag_seconds{store="${store}"}`)
    }
    const lagOf = async (store: keyof typeof collectors, wanted: (lag: number | undefined) => boolean) => {
      let seen = await lag(store)
      for (const end = Date.now() + 20_000; !wanted(seen) && Date.now() < end; seen = await lag(store))
        await new Promise((resolve) => setTimeout(resolve, 100))
      expect(wanted(seen), `${store}: ${seen}`).toBe(true)
    }
    try {
      await lagOf('primary', (seen) => seen !== undefined && seen <= 1)
      await lagOf('replica', (seen) => seen !== undefined && seen <= 1)
      expect(samples(await metrics.text()).get('rag_redis_replicas{store="primary"}')).toBe(1)
      replica.process.kill('SIGSTOP')
      await lagOf('primary', (seen) => seen !== undefined && seen >= 2)
      replica.process.kill('SIGCONT')
      await lagOf('primary', (seen) => seen !== undefined && seen <= 1)
      await primary.kill()
      await lagOf('replica', (seen) => seen !== undefined && seen >= 2)
    } finally {
      replica.process.kill('SIGCONT')
      first.disconnect()
      second.disconnect()
      await metrics.shutdown()
      await replica.stop()
      await primary.stop()
    }
  })
})

it('reads pgvector: its indexes by method', async () => {
  const database = await PGlite.create({ extensions: { vector } })
  const metrics = createMetrics({ service: 'test', resources: false })
  try {
    await database.exec(`
      CREATE EXTENSION vector;
      CREATE TABLE passages (id serial PRIMARY KEY, embedding vector(3));
      INSERT INTO passages (embedding) SELECT ARRAY[random(), random(), random()]::vector FROM generate_series(1, 500);
      CREATE INDEX passages_meaning ON passages USING hnsw (embedding vector_cosine_ops);
      ANALYZE passages`)
    const client = { query: ({ text }: { text: string }) => database.query(text) }
    await metrics.collect(postgresCollector(client, { name: 'meaning' })).run()
    const page = samples(await metrics.text())
    const [row] = (await database.query<{ size: number }>("SELECT pg_relation_size('passages_meaning') AS size")).rows
    expect(Number(row!.size)).toBeGreaterThan(0)
    expect(page.get('rag_pg_index_size_bytes{store="meaning",index="passages_meaning",method="hnsw"}')).toBe(Number(row!.size))
    expect(page.get('rag_pg_table_size_bytes{store="meaning",table="passages"}')).toBeGreaterThan(Number(row!.size))
    expect(page.get('rag_collector_failures_total{collector="postgres:meaning"}')).toBe(0)
  } finally {
    await metrics.shutdown()
    await database.close()
  }
}, 60_000)

/** A server that is stopped tells its idle connections, and a pool without a listener would make that an exception. */
function poolOf(connectionString: string, max = 10): Pool {
  const pool = new Pool({ connectionString, max })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
