import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { PGlite } from '@electric-sql/pglite'
import { Client, Pool, type QueryConfig } from 'pg'
import Cursor from 'pg-cursor'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { serveWire } from '../src/wire.js'

let database: PGlite
let server: Awaited<ReturnType<typeof serveWire>>
let pool: Pool
const large = 'x'.repeat(300_000)

beforeAll(async () => {
  database = await PGlite.create()
})
beforeEach(async () => {
  server = await serveWire(database, { port: 0, mostConnections: 6, mostBytes: 1_000_000 })
  pool = new Pool({ connectionString: address(), max: 4 })
  await pool.query('create table kept (who text)')
})
afterEach(async () => {
  await pool.query('drop table kept')
  await pool.end()
  await server.close()
})
afterAll(() => database.close())

const address = () => `postgres://postgres:postgres@127.0.0.1:${server.port}/postgres`
const kept = async () => (await pool.query<{ who: string }>('select who from kept order by who')).rows.map(({ who }) => who)

test('statements larger than one read, on four connections at once, keep their own parameters', async () => {
  const ask = async (lane: number, round: number) => {
    const value = `${lane}-${round}`
    const statements: [string, unknown[], Record<string, unknown>][] = [
      ['select $1::text as value', [value], { value }],
      ['select $1::text as value, length($2::text) as length', [value, large], { value, length: large.length }],
      ['select $1::text as value, $2::int as two, $3::int as three', [value, 2, 3], { value, two: 2, three: 3 }]
    ]
    const [text, values, expected] = statements[(lane + round) % 3] as (typeof statements)[number]
    expect((await pool.query(text, values)).rows).toEqual([expected])
  }
  const lane = async (lane: number) => {
    for (let round = 0; round < 60; round++) await ask(lane, round)
  }
  await Promise.all([0, 1, 2, 3].map(lane))
})

test('transactions that begin at once follow each other; what one rolls back is its own alone', async () => {
  const inTransaction = async (who: string, end: 'commit' | 'rollback') => {
    const client = await pool.connect()
    await client.query('begin')
    await client.query('insert into kept values ($1)', [who])
    await pause(5)
    const { rows } = await client.query('select who from kept where who like $1', ['rolled%'])
    await client.query(end)
    client.release()
    return rows.map(({ who }) => who)
  }
  const [seen, seenByOther] = await Promise.all([
    inTransaction('rolled back', 'rollback'),
    inTransaction('first', 'commit'),
    pool.query('insert into kept values ($1)', ['alone']),
    inTransaction('second', 'commit')
  ])
  expect(seen).toEqual(['rolled back'])
  expect(seenByOther).toEqual([])
  expect(await kept()).toEqual(['alone', 'first', 'second'])
})

test('a statement that fails inside a transaction fails that transaction, and the turn goes on', async () => {
  const client = await pool.connect()
  await client.query('begin')
  await client.query('insert into kept values ($1)', ['lost'])
  await expect(client.query('select $1::int / 0', [1])).rejects.toMatchObject({ code: '22012' })
  const other = pool.query('insert into kept values ($1)', ['other'])
  await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' })
  await client.query('rollback')
  client.release()
  await other
  expect(await kept()).toEqual(['other'])
})

test('a client that vanishes inside a transaction is rolled back, and who waits for it goes on', async () => {
  const client = new Client(address())
  client.on('error', () => {})
  await client.connect()
  await client.query('begin')
  await client.query('insert into kept values ($1)', ['vanished'])
  const waits = pool.query('insert into kept values ($1)', ['waited'])
  await pause(20)
  streamOf(client).destroy()
  await waits
  expect(await kept()).toEqual(['waited'])
})

test('a cursor is read to its end in parts while others ask', async () => {
  const client = await pool.connect()
  const cursor = client.query(new Cursor('select generate_series(1, $1::int) as n', [250]))
  const others = Array.from({ length: 10 }, (_, n) => pool.query('select $1::int as n', [n]))
  const sizes: number[] = []
  for (;;) {
    const rows = await cursor.read(100)
    if (rows.length === 0) break
    sizes.push(rows.length)
  }
  await cursor.close()
  client.release()
  expect(sizes).toEqual([100, 100, 50])
  expect((await Promise.all(others)).map(({ rows }) => rows[0].n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('a client that vanishes in the middle of a cursor does not keep the turn', async () => {
  const client = new Client(address())
  client.on('error', () => {})
  await client.connect()
  await client.query(new Cursor('select generate_series(1, 100) as n')).read(10)
  const waits = pool.query('select 1 as one')
  streamOf(client).destroy()
  expect((await waits).rows).toEqual([{ one: 1 }])
})

test('a statement above the limit is refused before it is gathered, on its connection alone', async () => {
  const client = new Client(address())
  client.on('error', () => {})
  await client.connect()
  await expect(client.query('select length($1::text)', ['x'.repeat(1_100_000)])).rejects.toMatchObject({ code: '54000', severity: 'FATAL' })
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('rows to copy are refused with an error, in both ways to ask, and everyone goes on', async () => {
  const client = await pool.connect()
  await expect(client.query('copy kept from stdin')).rejects.toThrow('copy from stdin is not possible here')
  await expect(client.query({ text: 'copy kept from stdin', queryMode: 'extended' } as QueryConfig)).rejects.toThrow('not possible here')
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  client.release()
  expect(await kept()).toEqual([])
})

test('a client above the limit of connections is told so, and has its place when another leaves', async () => {
  const clients = Array.from({ length: 5 }, () => new Client(address()))
  for (const client of clients) await client.connect()
  const late = new Client(address())
  await expect(late.connect()).rejects.toMatchObject({ code: '53300' })
  await clients.pop()?.end()
  const next = new Client(address())
  await next.connect()
  for (const client of [...clients, next]) await client.end()
})

test('a request for TLS is answered with no, a request to cancel and bytes of no protocol end their connection alone', async () => {
  const send = async (bytes: Buffer) => {
    const socket = connect(server.port, '127.0.0.1').on('error', () => {})
    socket.write(bytes)
    const answer: Buffer[] = []
    socket.on('data', (data) => {
      answer.push(data)
      if (data.toString() === 'N') socket.end()
    })
    await once(socket, 'close')
    return Buffer.concat(answer).toString('latin1')
  }
  const request = (code: number, rest = '') => {
    const bytes = Buffer.alloc(8 + rest.length)
    bytes.writeUInt32BE(bytes.length)
    bytes.writeUInt32BE(code, 4)
    bytes.write(rest, 8)
    return bytes
  }
  expect(await send(request(80877103))).toBe('N')
  expect(await send(request(80877102, '12345678'))).toBe('')
  expect(await send(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toContain('54000')
  expect(await send(Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]))).toContain('08P01')
  expect(await send(request(0x0002_0000, 'user\0me\0\0'))).toContain('0A000')
  expect(await send(Buffer.concat([request(0x0003_0000, '\0'), Buffer.from('!\0\0\0\x04')]))).toContain('08P01')
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const streamOf = (client: Client) => (client as unknown as { connection: { stream: Socket } }).connection.stream
