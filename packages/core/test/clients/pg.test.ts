import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeWith, type RunningServer, startPostgres } from '../../../../scripts/test-support.js'
import { activeOperation, drain, type Operation, observeClient, releaseClient, stage } from '../../src/index.js'
import { recordingObserver } from '../../src/test-suite/index.js'

describeWith(['postgres'], 'observeClient on a real PostgreSQL', () => {
  let server: RunningServer
  let recorder = recordingObserver()
  const recorded = () => {
    drain()
    return recorder.operations as Operation<'db'>[]
  }

  beforeAll(async () => {
    server = await startPostgres()
  })
  afterEach(() => {
    drain()
    recorder = recordingObserver()
  })
  afterAll(() => server.stop())

  /** A pool whose idle clients may lose the server at the end. */
  function poolOf(options: pg.PoolConfig = {}): pg.Pool {
    return new pg.Pool({ connectionString: server.url, ...options }).on('error', () => {})
  }

  it('records statements of a pool without their values, on the same object', async () => {
    const plain = poolOf()
    const pool = observeClient(plain, { observers: [recorder] })
    expect(pool).toBe(plain)
    await pool.query('create table users (id int, mail text)')
    await pool.query("insert into users values (1, 'ada@example.com')")
    const { rows } = await pool.query('select mail from users where id = $1', [1])
    expect(rows).toEqual([{ mail: 'ada@example.com' }])
    expect(recorded().map(({ name, attributes: { rows: count } }) => [name, count])).toEqual([
      ['CREATE users', undefined],
      ['INSERT users', 1],
      ['SELECT users', 1]
    ])
    expect(JSON.stringify(recorder.operations.map(({ attributes }) => attributes))).not.toContain('ada@')
    releaseClient(pool)
    await pool.query('select 1')
    expect(recorded()).toHaveLength(3)
    await pool.end()
  })

  it('tells a statement time-out from an error and throws both on', async () => {
    const pool = observeClient(poolOf({ statement_timeout: 50 }), { observers: [recorder] })
    await expect(pool.query('select pg_sleep(2)')).rejects.toMatchObject({ code: '57014' })
    await expect(pool.query('select nonsense from nowhere')).rejects.toMatchObject({ code: '42P01' })
    expect(recorded().map(({ outcome }) => outcome)).toEqual(['timeout', 'error'])
    await pool.end()
  })

  it('runs callbacks in the context of their caller, also through a pool', async () => {
    const pool = observeClient(poolOf({ max: 1 }), { observers: [recorder] })
    const seen = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        stage(
          name,
          { observers: [recorder] },
          () => new Promise((resolve) => pool.query('select 1', () => resolve(activeOperation()?.name)))
        )
      )
    )
    expect(seen).toEqual(['a', 'b', 'c'])
    await pool.end()
  })
})
