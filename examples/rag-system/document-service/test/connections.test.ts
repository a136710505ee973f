// A database that is silent, locked, or killed and started again: people get words in time, and the service works again by itself.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { elasticOptions, poolOptions } from '@rag-example/store'
import { replyTo } from '@rag-example/wire'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith, type RunningPostgres, startPostgres } from '../../../../scripts/test-support.js'
import { TABLES } from '../../store/src/schema.js'
import { createStore, type Store } from '../../store/src/store.js'

const WAITS = { connectMs: 300, answerMs: 400 }
const AWAY = {
  status: 503,
  headers: { 'retry-after': '2' },
  body: { message: 'The documents cannot be reached at the moment. Please try again.' }
}
const told = (work: Promise<unknown>) => work.then((done) => done, replyTo)

function storeOver(url: string): { store: Store; failures: () => number; end(): Promise<void> } {
  let failures = 0
  const pool = new Pool(poolOptions(url, WAITS))
  pool.on('error', () => {})
  const failed = () => void failures++
  return { store: createStore(pool, { failed }), failures: () => failures, end: () => pool.end() }
}

it('gives up on a server that takes connections and says nothing', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { store, failures, end } = storeOver(`postgres://127.0.0.1:${(server.address() as AddressInfo).port}/x`)
  // More than there are connections: those that wait for one give up too.
  const replies = await Promise.all([1, 2, 3, 4, 5, 6].map(() => told(store.sizes())))
  expect(replies).toEqual(Array(6).fill(AWAY))
  expect(failures()).toBe(6)
  await end()
  for (const socket of sockets) socket.destroy()
  server.close()
})

it('waits neither for a connection nor for an answer without an end, as the services are set', () => {
  expect(poolOptions('postgres://x')).toMatchObject({ connectionTimeoutMillis: 5000, query_timeout: 10_000, statement_timeout: 10_000 })
  expect(elasticOptions('http://x')).toEqual({ node: 'http://x', requestTimeout: 10_000, maxRetries: 1 })
})

describeWith(['postgres'], 'the store over a real PostgreSQL', () => {
  let server: RunningPostgres
  let service: ReturnType<typeof storeOver>
  const run = async (...statements: readonly string[]) => {
    const client = new Client({ connectionString: server.url })
    await client.connect()
    for (const statement of statements) await client.query(statement)
    return client
  }

  beforeAll(async () => {
    server = await startPostgres()
    service = storeOver(server.url)
  })
  afterAll(async () => {
    await service.end()
    await server.stop()
  })

  it('is being read in again while there are no tables, and has no documents then', async () => {
    expect(await told(service.store.sizes())).toEqual({
      ...AWAY,
      body: { message: 'The documents are being read in again. Please try again in a moment.' }
    })
    expect(await service.store.hashes()).toEqual(new Map())
    // What follows needs no vectors, and this server has none.
    const row = `INSERT INTO rag_demo.documents (id, title, hash, bytes, passages) VALUES ('a', 'A', 'h', 1, 2)`
    await (await run(TABLES[1]!, TABLES[2]!, row)).end()
    expect(await service.store.sizes()).toEqual({ documents: 1, passages: 2 })
    expect(await service.store.hashes()).toEqual(new Map([['a', 'h']]))
  })

  it('leaves nothing of a filling that fails in the middle', async () => {
    const before = service.failures()
    // Without pgvector the first table of passages cannot be made.
    await expect(service.store.fill([], { note: false })).rejects.toThrow(/vector/)
    expect(service.failures()).toBe(before + 1)
    expect(await service.store.sizes()).toEqual({ documents: 1, passages: 2 })
  })

  it('gives up on a table that somebody holds, and so does the server', async () => {
    const holder = await run('BEGIN', 'LOCK TABLE rag_demo.documents IN ACCESS EXCLUSIVE MODE')
    expect(await told(service.store.sizes())).toEqual(AWAY)
    const waiting = () => holder.query("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'").then(({ rows }) => rows.length)
    await expect.poll(waiting).toBe(0)
    await holder.query('ROLLBACK')
    await holder.end()
    expect(await service.store.sizes()).toEqual({ documents: 1, passages: 2 })
  })

  it('works again by itself after the server was killed and started again, with what was committed', async () => {
    await Promise.all([1, 2, 3, 4].map(() => service.store.sizes()))
    await server.kill()
    expect(await Promise.all([1, 2, 3, 4, 5].map(() => told(service.store.sizes())))).toEqual(Array(5).fill(AWAY))
    await server.restart()
    expect(await service.store.sizes()).toEqual({ documents: 1, passages: 2 })
  })
})
