// pg beyond a plain statement: cursors, streams, Query objects, waiting, a server that is away, slow statements and their plans.
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeWith, freePort, type RunningServer, startPostgres } from '../../../../scripts/test-support.js'
import { activeOperation, drain, type ObserveClientOptions, type Operation, observeClient, stage } from '../../src/index.js'
import { recordingObserver } from '../../src/test-suite/index.js'
import { unhandledDuring } from '../unhandled.js'

describeWith(['postgres'], 'observeClient on a real PostgreSQL, beyond a plain statement', () => {
  let server: RunningServer
  let recorder = recordingObserver()
  const pools: pg.Pool[] = []
  const recorded = () => {
    drain()
    return recorder.operations as Operation<'db'>[]
  }
  function poolOf(options: pg.PoolConfig = {}, observe: ObserveClientOptions = {}): pg.Pool {
    const pool = new pg.Pool({ connectionString: server.url, ...options }).on('error', () => {})
    pools.push(pool)
    return observeClient(pool, { ...observe, observers: [recorder] })
  }
  const settled = async (count: number): Promise<Operation<'db'>[]> => (await recorder.settled(count)) as Operation<'db'>[]

  beforeAll(async () => {
    server = await startPostgres()
  })
  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.end()
    recorder = recordingObserver()
  })
  afterAll(() => server.stop())

  it('records a cursor from its first row to its end or its close', async () => {
    const client = await poolOf().connect()
    const whole = client.query(new Cursor('select * from generate_series(1, 25) as n', []))
    expect(recorded()).toEqual([])
    let read = 0
    for (let rows = await whole.read(10); rows.length > 0; rows = await whole.read(10)) read += rows.length
    expect(read).toBe(25)
    const early = client.query(new Cursor('select * from generate_series(1, 25) as n', []))
    await early.read(5)
    await early.close()
    client.release()
    const operations = await settled(2)
    expect(operations.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['SELECT generate_series', 'ok'],
      ['SELECT generate_series', 'ok']
    ])
    expect(operations[0]!.attributes).toMatchObject({ rows: 25, statement: 'select * from generate_series(?, ?) as n' })
  })

  it('records a stream, runs its listeners in the context of their caller, and its error reaches the application', async () => {
    const client = await poolOf().connect()
    const names = await stage('stream', { observers: [recorder] }, async () => {
      const stream = client.query(new QueryStream('select * from generate_series(1, 3) as n'))
      const seen: (string | undefined)[] = []
      stream.on('data', () => seen.push(activeOperation()?.name))
      await once(stream, 'end')
      return seen
    })
    expect(names).toEqual(['stream', 'stream', 'stream'])
    const broken = client.query(new QueryStream('select 1/0'))
    broken.resume()
    await expect(once(broken, 'end')).rejects.toMatchObject({ code: '22012' })
    client.release(true)
    const calls = (await settled(3)).filter(({ kind }) => kind === 'db')
    expect(calls.map(({ outcome, parent }) => [outcome, parent?.name])).toEqual([
      ['ok', 'stream'],
      ['error', undefined]
    ])
  })

  it('survives async generators over a stream in the context of their caller', async () => {
    const client = await poolOf().connect()
    async function* rows(): AsyncGenerator<string | undefined> {
      for await (const row of client.query(new QueryStream('select * from generate_series(1, 150) as n')))
        if ((row as { n: number }).n % 50 === 0) yield activeOperation()?.name
    }
    const seen: (string | undefined)[] = []
    await stage('generate', { observers: [recorder] }, async () => {
      for await (const name of rows()) seen.push(name)
    })
    client.release()
    expect(seen).toEqual(['generate', 'generate', 'generate'])
  })

  it('records how long a caller waited for a connection of a busy pool', async () => {
    const pool = poolOf({ max: 1 })
    await Promise.all([pool.query('select pg_sleep(0.2)'), pool.query('select 1')])
    const [first, second] = recorded()
    expect(second!.attributes.waitMs).toBeGreaterThan(150)
    expect(first!.attributes.waitMs).toBeLessThan(second!.attributes.waitMs!)
    const client = await pool.connect()
    await client.query('select 2')
    await client.query('select 3')
    client.release()
    expect(recorded().map(({ attributes: { waitMs } }) => waitMs !== undefined)).toEqual([true, true, true, false])
  })

  it('records a connection that cannot be had, and one that is not had in time', async () => {
    const away = poolOf({ connectionString: `postgresql://postgres@127.0.0.1:${await freePort()}/postgres` })
    await expect(away.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const busy = poolOf({ max: 1, connectionTimeoutMillis: 50 })
    const held = await busy.connect()
    await expect(busy.query('select 1')).rejects.toThrow(/timeout/)
    await expect(new Promise((resolve, reject) => busy.query('select 1', (error) => (error ? reject(error) : resolve(0))))).rejects.toThrow(
      /timeout/
    )
    held.release()
    expect(recorded().map(({ name, outcome }) => [name, outcome])).toEqual([
      ['CONNECT', 'error'],
      ['CONNECT', 'timeout'],
      ['CONNECT', 'timeout']
    ])
  })

  it('marks slow statements with a fingerprint that values do not change, and explains each once, without its values', async () => {
    const pool = poolOf({}, { slow: 20, explain: true })
    await pool.query('create table if not exists people (id int, mail text)')
    recorded()
    recorder.operations.length = 0
    for (const mail of ['ada@example.com', 'bob@example.com'])
      await pool.query(
        `select pg_sleep(0.05), mail from people right join generate_series(1, 1) on true where mail is null or mail = '${mail}'`
      )
    const operations = await settled(3)
    const [first, second] = operations.filter(({ attributes }) => attributes.operation === 'SELECT')
    expect(first!.attributes).toMatchObject({ slow: true })
    expect(first!.attributes.fingerprint).toMatch(/^[0-9a-f]{16}$/)
    expect(second!.attributes.fingerprint).toBe(first!.attributes.fingerprint)
    const plans = operations.filter(({ attributes }) => attributes.operation === 'EXPLAIN')
    expect(plans).toHaveLength(1)
    expect(plans[0]!.parent).toBe(first)
    expect(JSON.parse(plans[0]!.attributes.plan!)[0].Plan['Node Type']).toBeTypeOf('string')
    expect(JSON.stringify(operations.map(({ name, attributes }) => [name, attributes]))).not.toContain('@example.com')
  })

  it('explains with parameters, never runs what it explains, and leaves statements behind a semicolon alone', async () => {
    const pool = poolOf({}, { slow: 1, explain: true })
    await pool.query('create table if not exists counted (n int)')
    await pool.query('insert into counted select $1::int from pg_sleep(0.02)', [1])
    await pool.query('select pg_sleep(0.02); insert into counted values (2)')
    await settled(4)
    expect((await pool.query('select count(*)::int as count from counted')).rows).toEqual([{ count: 2 }])
    const explained = recorded().filter(({ attributes }) => attributes.operation === 'EXPLAIN')
    expect(explained.map(({ outcome, attributes }) => [outcome, attributes.collection])).toEqual([['ok', 'counted']])
  })

  it('says nothing of a plan unless it is asked, nor when no connection is free', async () => {
    const quiet = poolOf({}, { slow: 1 })
    await quiet.query('select pg_sleep(0.02)')
    const busy = poolOf({ max: 1 }, { slow: 1, explain: true })
    await Promise.all([busy.query('select pg_sleep(0.02)'), busy.query('select pg_sleep(0.02)'), busy.query('select 1')])
    await settled(4)
    expect(recorded().filter(({ attributes }) => attributes.operation === 'EXPLAIN')).toEqual([])
  })

  it('leaves a rejection that nobody handles to the process', async () => {
    const pool = poolOf()
    const client = await pool.connect()
    expect(await unhandledDuring(() => void client.query('selec'))).toMatchObject([{ code: '42601' }])
    client.release()
    const away = poolOf({ connectionString: `postgresql://postgres@127.0.0.1:${await freePort()}/postgres` })
    expect(await unhandledDuring(() => void away.connect())).toMatchObject([{ code: 'ECONNREFUSED' }])
    expect((await settled(2)).map(({ name, outcome }) => [name, outcome])).toEqual([
      ['SELEC', 'error'],
      ['CONNECT', 'error']
    ])
  })

  it('records a Client that cannot connect, and says the same to the caller', async () => {
    const port = await freePort()
    const client = observeClient(new pg.Client({ host: '127.0.0.1', port, user: 'postgres' }), { observers: [recorder] })
    await expect(client.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const [operation] = await settled(1)
    expect([operation!.name, operation!.outcome, operation!.attributes.host, operation!.attributes.port]).toEqual([
      'CONNECT',
      'error',
      '127.0.0.1',
      port
    ])
    const well = observeClient(new pg.Client({ connectionString: server.url }), { observers: [recorder] })
    await well.connect()
    await well.query('SELECT 1')
    await well.end()
    expect((await settled(2)).map(({ name, attributes }) => [name, attributes.waitMs])).toEqual([
      ['CONNECT', undefined],
      ['SELECT', undefined]
    ])
  })

  it('lets go of clients that their pool has let go of', async () => {
    const pool = poolOf({ max: 1 })
    let gone = 0
    const registry = new FinalizationRegistry(() => void gone++)
    for (let count = 0; count < 10; count++) {
      const client = await pool.connect()
      registry.register(client, count)
      await client.query('SELECT 1')
      client.release(true)
    }
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    for (let turn = 0; gone < 8 && turn < 100; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      collect()
    }
    expect(gone).toBeGreaterThanOrEqual(8)
  })
})
