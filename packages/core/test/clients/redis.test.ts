import IORedis from 'ioredis'
import { createClient, createClientPool } from 'redis'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeWith, type RunningServer, startRedis } from '../../../../scripts/test-support.js'
import { drain, type Operation, observeClient, releaseClient, stage, startOperation, withOperation } from '../../src/index.js'
import { recordingObserver } from '../../src/test-suite/index.js'
import { unhandledDuring } from '../unhandled.js'

describeWith(['redis'], 'observeClient on a real Redis', () => {
  let server: RunningServer
  let recorder = recordingObserver()
  const commands = () => {
    drain()
    return (recorder.operations as Operation<'db'>[]).map(({ attributes, outcome }) => [attributes.operation, outcome])
  }

  beforeAll(async () => {
    server = await startRedis()
  })
  afterEach(() => {
    drain()
    recorder = recordingObserver()
  })
  afterAll(() => server.stop())

  it('records each command of ioredis on the same object, once, until released', async () => {
    const plain = new IORedis(server.port, '127.0.0.1')
    await plain.ping()
    const client = observeClient(observeClient(plain, { observers: [recorder] }), { observers: [recorder] })
    expect(client).toBe(plain)
    await client.set('secret-key', 'secret-value')
    expect(await client.get('secret-key')).toBe('secret-value')
    await expect(client.call('NOPE')).rejects.toThrow(/unknown command/i)
    expect(commands()).toEqual([
      ['SET', 'ok'],
      ['GET', 'ok'],
      ['NOPE', 'error']
    ])
    expect(JSON.stringify(recorder.operations.map(({ attributes }) => attributes))).not.toContain('secret')
    releaseClient(client)
    await client.get('secret-key')
    expect(commands()).toHaveLength(3)
    await client.quit()
  })

  it('records a pipeline and a transaction of ioredis as one call each', async () => {
    const client = observeClient(new IORedis(server.port, '127.0.0.1', { lazyConnect: true }), { observers: [recorder] })
    await client.connect()
    drain()
    recorder.operations.length = 0
    expect(await client.pipeline().set('a', '1').get('a').exec()).toEqual([
      [null, 'OK'],
      [null, '1']
    ])
    await client.multi().incr('n').incr('n').exec()
    expect(commands()).toEqual([
      ['PIPELINE', 'ok'],
      ['MULTI', 'ok']
    ])
    expect((recorder.operations[0] as Operation<'db'>).attributes.batchSize).toBe(2)
    await client.quit()
  })

  it('records each command of node-redis', async () => {
    const client = createClient({ url: server.url }).on('error', () => {})
    await client.connect()
    observeClient(client, { observers: [recorder] })
    await client.set('b', '2')
    expect(await client.get('b')).toBe('2')
    expect(commands()).toEqual([
      ['SET', 'ok'],
      ['GET', 'ok']
    ])
    releaseClient(client)
    await client.close()
  })

  it('leaves the commands of a cache to the cache', async () => {
    const client = observeClient(new IORedis(server.port, '127.0.0.1'), { observers: [recorder] })
    await client.ping()
    const operation = startOperation('cache', 'get', { cache: 'answers', operation: 'get', layer: 'redis', size: 1, hit: false }, [
      recorder
    ])
    await withOperation(operation, () => client.get('x'))
    operation.end()
    drain()
    expect(recorder.operations.filter(({ name }) => name === 'GET')).toEqual([])
    await client.quit()
  })

  it('records a transaction and a pipeline of node-redis as one call each', async () => {
    const client = createClient({ url: server.url }).on('error', () => {})
    await client.connect()
    observeClient(client, { observers: [recorder] })
    expect(await client.multi().set('m', '1').incr('m').exec()).toEqual(['OK', 2])
    expect(await client.multi().get('m').get('m').execAsPipeline()).toEqual(['2', '2'])
    expect(commands()).toEqual([
      ['MULTI', 'ok'],
      ['PIPELINE', 'ok']
    ])
    expect((recorder.operations as Operation<'db'>[]).map(({ attributes }) => attributes.batchSize)).toEqual([2, 2])
    await client.close()
  })

  it('tells a time-out from an error, and records commands whose server is away', async () => {
    const slow = observeClient(new IORedis(server.port, '127.0.0.1', { commandTimeout: 30 }), { observers: [recorder] })
    await expect(slow.blpop('nothing', 1)).rejects.toThrow(/timed out/)
    slow.disconnect()
    const away = observeClient(new IORedis(1, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => null }), {
      observers: [recorder]
    })
    away.on('error', () => {})
    await expect(away.get('x')).rejects.toThrow()
    expect(commands()).toEqual([
      ['BLPOP', 'timeout'],
      ['GET', 'error']
    ])
    away.disconnect()
  })

  it('leaves a rejection that nobody handles to the process, and one that a callback has heard to the callback', async () => {
    const client = observeClient(new IORedis(server.port, '127.0.0.1'), { observers: [recorder] })
    const modern = createClient({ url: server.url }).on('error', () => {})
    await modern.connect()
    observeClient(modern, { observers: [recorder] })
    await client.set('text', 'a text')
    const wrong = { message: expect.stringContaining('WRONGTYPE') }
    const operation = startOperation('cache', 'load', { cache: 'a', operation: 'load', layer: undefined, size: 1, hit: undefined }, [
      recorder
    ])
    const ways = [
      () => client.lpush('text', 'x'),
      () => withOperation(operation, () => client.lpush('text', 'x')),
      () => modern.lPush('text', 'x'),
      () => modern.sendCommand(['LPUSH', 'text', 'x'])
    ]
    for (const way of ways) expect(await unhandledDuring(() => void way())).toEqual([expect.objectContaining(wrong)])
    const aborted = { message: expect.stringContaining('EXECABORT') }
    expect(await unhandledDuring(() => void client.multi().call('lpush').exec())).toEqual([expect.objectContaining(aborted)])

    const heard: unknown[] = []
    const hear = (error: unknown): void => void heard.push(error)
    const unheard = await unhandledDuring(() => {
      client.call('lpush', ['text', 'x'], hear)
      client.multi().call('lpush').exec(hear)
      withOperation(operation, () => {
        client.call('lpush', ['text', 'x'], hear)
        client.multi().call('lpush').exec(hear)
      })
    })
    expect(unheard).toEqual([])
    expect(heard).toHaveLength(4)
    operation.end()
    await client.quit()
    await modern.close()
  })

  it('says of a pipeline that a command of it failed', async () => {
    const client = observeClient(new IORedis(server.port, '127.0.0.1'), { observers: [recorder] })
    const modern = createClient({ url: server.url }).on('error', () => {})
    await modern.connect()
    observeClient(modern, { observers: [recorder] })
    await client.set('text', 'a text')
    const [failed] = (await client.pipeline().lpush('text', 'x').get('text').exec())!
    await expect(modern.multi().lPush('text', 'x').exec()).rejects.toThrow('1 commands failed')
    expect(commands().slice(-2)).toEqual([
      ['PIPELINE', 'error'],
      ['MULTI', 'error']
    ])
    expect(recorder.operations.at(-2)!.error).toBe(failed![0])
    await client.quit()
    await modern.close()
  })

  it('records each command of a pool of node-redis once, under its caller', async () => {
    const pool = observeClient(createClientPool({ url: server.url }, { maximum: 1 }), { observers: [recorder] })
    await pool.connect()
    const ask = (name: string) => stage(name, { observers: [recorder] }, () => pool.set('a', name))
    await Promise.all(['one', 'two', 'three'].map(ask))
    await pool.sendCommand(['GET', 'a'])
    await pool.multi().get('a').exec()
    const calls = (await recorder.settled(8)).filter(({ kind }) => kind === 'db')
    expect(calls.map(({ name, parent }) => [name, parent?.name])).toEqual([
      ['SET', 'one'],
      ['SET', 'two'],
      ['SET', 'three'],
      ['GET', undefined],
      ['MULTI', undefined]
    ])
    releaseClient(pool)
    await pool.set('a', '1')
    expect(await recorder.settled(8)).toHaveLength(8)
    await pool.close()
  })
})
