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
    const pool = new Pool({ connectionString: server.url, max: 4 })
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

  it('is late, counted and harmless when the server hangs', async () => {
    const server = await startPostgres()
    const pool = new Pool({ connectionString: server.url })
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
