// PostgreSQL beside the cache: the bus over NOTIFY, cached queries, and questions in pgvector.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeWith, type RunningServer, startPostgres } from '../../../scripts/test-support.js'
import { describeStatement } from '../src/database/statement.js'
import {
  type Cache,
  type CacheOptions,
  cachedQuery,
  createCache,
  createPgVectors,
  createSemanticCache,
  postgresBus,
  tablesChanged
} from '../src/index.js'
import { startProxy } from './proxy.js'
import { pause, until } from './until.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
const make = (options: Partial<CacheOptions> = {}): Cache => {
  const cache = createCache({ name: 'pg', ttl: '1m', ...options })
  closers.push(() => cache.close())
  return cache
}

describe('what a statement says', () => {
  const reads: [string, string[]][] = [
    ['select * from documents', ['documents']],
    ['SELECT d.* FROM "Documents" d JOIN chunks AS c ON c.d = d.id', ['"Documents"', 'chunks']],
    ["select 1 from a, b x, public.c where t = 'from nowhere' -- join nothing\n", ['a', 'b', 'public.c']],
    ['with recent as (select * from logs) select * from recent /* from hidden */', ['logs', 'recent']],
    ['select * from only (select * from inner_table) as x', ['inner_table']],
    ["select $$ from quoted $$, E'\\' from escaped' from real_table;", ['real_table']]
  ]
  test.each(reads)('%s reads its tables', (text, tables) => {
    const { reads: found, cacheable } = describeStatement(text)
    expect(cacheable).toBe(true)
    expect(tables.filter((table) => !found.includes(table))).toEqual([])
    expect(found.filter((table) => /nowhere|nothing|hidden|quoted|escaped/.test(table))).toEqual([])
  })

  test.each([
    'insert into documents values (1)',
    'select * from documents for update',
    'select now()',
    "select nextval('s')",
    'with gone as (delete from documents returning *) select * from gone',
    'select 1; delete from documents',
    'explain select 1',
    'call refresh()',
    'not sql at all',
    ''
  ])('%s is never kept', (text) => {
    expect(describeStatement(text).cacheable).toBe(false)
  })
})

describeWith(['postgres'], 'a real PostgreSQL', () => {
  let server: RunningServer
  const poolAt = (port = server.port) => {
    const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', max: 4, connectionTimeoutMillis: 500 })
    pool.on('error', () => {})
    closers.push(() => pool.end())
    return pool
  }
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  test('an invalidation reaches the memory of another process over NOTIFY, a very long one too', async () => {
    const [first, second] = [make({ bus: postgresBus(poolAt()) }), make({ bus: postgresBus(poolAt()) })]
    const stranger = make({ name: 'stranger', bus: postgresBus(poolAt()) })
    const keys = Array.from({ length: 600 }, (_, index) => `a rather long key with a number, and letters of two bytes: äöü ${index}`)
    await until('both to listen', async () => {
      await first.delete('probe')
      return second.stats().bus.received > 0 && stranger.stats().bus.received === 0
    })
    for (const cache of [first, second, stranger])
      await cache.setMany(
        keys.map((key) => [key, 1]),
        { tags: ['t'] }
      )
    await until('the sets to be heard', async () => (await first.get(keys[0]!)) === undefined || second.stats().bus.received > 2)
    await second.setMany(keys.map((key) => [key, 2]))
    await until('the other to drop them all', async () => (await first.getMany(keys)).every((value) => value === undefined))
    expect(await stranger.get(keys[0]!)).toBe(1)
    expect(second.stats().bus.gaps + first.stats().bus.gaps).toBe(0)
  })

  test('after its connection was lost nothing stale is served for longer than a second', async () => {
    const proxy = await startProxy(server.port)
    closers.push(() => proxy.close())
    const behind = make({ bus: postgresBus(poolAt(proxy.port)) })
    const writer = make({ bus: postgresBus(poolAt()) })
    await until('the bus', async () => {
      await writer.delete('probe')
      return behind.stats().bus.received > 0
    })
    await behind.set('a', 'old')
    await pause(100)
    expect(await behind.get('a')).toBe('old')
    proxy.cut()
    await writer.delete('a')
    await pause(300)
    expect(await behind.get('a')).toBe('old')
    proxy.mend()
    const mended = performance.now()
    await until('the old value to be gone', async () => (await behind.get('a')) === undefined)
    expect(performance.now() - mended).toBeLessThan(3000)
    expect(behind.stats().bus.gaps).toBeGreaterThan(0)
  })

  test('what could not be sent is sent when PostgreSQL is back, and nobody waits for it', async () => {
    const proxy = await startProxy(server.port)
    closers.push(() => proxy.close())
    const cut = make({ bus: postgresBus(poolAt(proxy.port)) })
    const other = make({ bus: postgresBus(poolAt()) })
    await until('the bus', async () => {
      await cut.delete('probe')
      return other.stats().bus.received > 0
    })
    await other.set('a', 'old', { tags: ['t'] })
    proxy.cut()
    const start = performance.now()
    await cut.invalidate({ tags: ['t'] })
    expect(performance.now() - start).toBeLessThan(1000)
    expect(await other.get('a')).toBe('old')
    proxy.mend()
    await until('the invalidation', async () => (await other.get('a')) === undefined)
  })

  test('a query is asked once, until a table of it changes, by a statement or by name', async () => {
    const pool = poolAt()
    await pool.query('CREATE TABLE IF NOT EXISTS documents (id int primary key, title text); TRUNCATE documents')
    await pool.query('CREATE TABLE IF NOT EXISTS chunks (document int, body text)')
    const cache = make()
    let asked = 0
    const counting = {
      query: (text: string, values?: unknown[]) => {
        asked++
        return pool.query(text, values)
      }
    }
    const query = cachedQuery(counting, { cache, tags: ['library'] })
    await query('INSERT INTO documents VALUES ($1, $2)', [1, 'one'])
    const read = () =>
      query<{ title: string }>('SELECT title FROM documents d LEFT JOIN chunks c ON c.document = d.id WHERE d.id = $1', [1])
    expect((await read()).rows).toEqual([{ title: 'one' }])
    expect(await read()).toEqual({ rows: [{ title: 'one' }], rowCount: 1 })
    expect(asked).toBe(2)
    await query('UPDATE documents SET title = $1', ['two'])
    expect((await read()).rows).toEqual([{ title: 'two' }])
    await pool.query("UPDATE documents SET title = 'three'")
    expect((await read()).rows).toEqual([{ title: 'two' }])
    await tablesChanged(cache, 'public.Documents')
    expect((await read()).rows).toEqual([{ title: 'three' }])
    await pool.query("UPDATE documents SET title = 'four'")
    await cache.invalidate({ tags: ['library'] })
    expect((await read()).rows).toEqual([{ title: 'four' }])
    await expect(query('SELECT * FROM nowhere')).rejects.toThrow('nowhere')
    const own = cachedQuery(counting, { tags: ['library'], ttl: '5m' })
    closers.push(() => own.cache.close())
    const before = asked
    await own('SELECT 1 AS one')
    expect((await own('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect(asked).toBe(before + 1)
    expect((await query('SELECT count(*)::int AS n FROM documents WHERE title = $1', ['four'])).rows).toEqual([{ n: 1 }])
    expect((await query('SELECT count(*)::int AS n FROM documents WHERE title = $1', ['one'])).rows).toEqual([{ n: 0 }])
  })
})

test('questions in pgvector are found by nearness, within their partition only, and forgotten with their answer', async () => {
  const database = await PGlite.create({ extensions: { vector } })
  closers.push(() => database.close())
  const cache = make()
  const vectors = createPgVectors({ pool: database as never, dimensions: 3, table: 'odd "name"' })
  const near: Record<string, number[]> = {
    'How do I reset my password?': [1, 0, 0.05],
    'How can I reset the password?': [1, 0, 0.1],
    'What does it cost?': [0, 1, 0]
  }
  const semantic = createSemanticCache<string>({ cache, vectors, embed: (text) => near[text]!, threshold: 0.95 })
  const ask = (tenant: string, text: string) => semantic.get({ tenant, model: 'm', text })
  await semantic.set({ tenant: 'acme', model: 'm', text: 'How do I reset my password?' }, 'by mail', { dependsOn: ['document:1'] })
  expect(await ask('acme', 'How can I reset the password?')).toMatchObject({ value: 'by mail', question: 'How do I reset my password?' })
  expect(await ask('acme', 'What does it cost?')).toBeUndefined()
  expect(await ask('other', 'How do I reset my password?')).toBeUndefined()
  await cache.invalidate({ dependency: 'document:1' })
  expect(await ask('acme', 'How can I reset the password?')).toBeUndefined()
  const { rows } = await database.query('SELECT * FROM "odd ""name"""')
  expect(rows).toEqual([])
}, 60_000)

test('a cached query without a pool, or with an option it does not have, fails at creation', () => {
  for (const pool of [undefined, {}, { query: 'SELECT 1' }]) {
    expect(() => cachedQuery(pool as never)).toThrow(expect.objectContaining({ code: 'RAG_CACHE_OPTION' }))
  }
  expect(() => cachedQuery({ query: async () => ({ rows: [] }) }, { tag: 'a' } as never)).toThrow(/did you mean "tags"/)
})

test.each([[{}], [undefined], [{ query() {} }]])('a bus over what is no pool fails at creation', (pool) => {
  expect(() => postgresBus(pool as never)).toThrow(expect.objectContaining({ code: 'RAG_CACHE_BUS' }))
  expect(() => postgresBus({ query() {}, connect() {} } as never, { channel: 'x; drop' })).toThrow(/plain name/)
})
