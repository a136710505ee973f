// Memory and Redis together, over a real Redis and both clients.
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeWith, type RunningRedis, startRedis } from '../../../scripts/test-support.js'
import { type Cache, type CacheOptions, createCache } from '../src/index.js'
import { PATIENT, pause, until } from './until.js'

describeWith(['redis'], 'memory over Redis', () => {
  let server: RunningRedis
  const closers: (() => unknown)[] = []
  beforeAll(async () => {
    server = await startRedis()
  })
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })
  afterAll(() => server.stop())

  let names = 0
  const clients = {
    ioredis: async () => {
      const client = new Redis(server.port)
      closers.push(() => client.disconnect())
      return client as object
    },
    'node-redis': async () => {
      const client = createClient({ socket: { port: server.port } })
      await client.connect()
      closers.push(() => client.destroy())
      return client as object
    }
  }

  describe.each(Object.entries(clients))('%s', (_client, connect) => {
    const make = async (options: Partial<CacheOptions> = {}): Promise<Cache> => {
      const cache = createCache({ name: `t${names}`, ttl: '1m', redis: await connect(), ...PATIENT, ...options })
      closers.push(() => cache.close())
      return cache
    }
    const pair = async (options: Partial<CacheOptions> = {}): Promise<[Cache, Cache]> => {
      names++
      return [await make(options), await make(options)]
    }

    test('a value set by one process is read by another, from Redis first and then from memory', async () => {
      const [first, second] = await pair()
      await first.set('a', { n: 1 })
      expect(await second.getEntry('a')).toMatchObject({ value: { n: 1 }, layer: 'redis', stale: false })
      expect(await second.getEntry('a')).toMatchObject({ value: { n: 1 }, layer: 'memory', stale: false })
      expect(second.stats()).toMatchObject({ memory: { calls: 2, hits: 1, misses: 1 }, redis: { calls: 1, hits: 1 } })
    })

    test('each layer has its own time, and what comes from Redis keeps the life it has left', async () => {
      const [first, second] = await pair({ ttl: 1500, jitter: 0 })
      await first.set('a', 1)
      await pause(800)
      expect(await second.getEntry('a')).toMatchObject({ layer: 'redis' })
      expect((await second.getEntry('a'))!.ageMs).toBeGreaterThan(700)
      await pause(900)
      expect(await second.get('a')).toBeUndefined()
      const short = await make({ memory: { ttl: 50 } })
      await short.set('b', 1)
      expect(await short.getEntry('b')).toMatchObject({ layer: 'memory' })
      await pause(100)
      expect(await short.getEntry('b')).toMatchObject({ layer: 'redis', value: 1 })
    })

    test('one load for a thousand callers in two processes', async () => {
      const [first, second] = await pair()
      let loads = 0
      const loader = async () => {
        loads++
        await new Promise((resolve) => setTimeout(resolve, 50))
        return 'loaded'
      }
      const answers = await Promise.all(Array.from({ length: 2000 }, (_, index) => (index % 2 ? first : second).getOrSet('cold', loader)))
      expect(new Set(answers)).toEqual(new Set(['loaded']))
      expect(loads).toBe(1)
    })

    test('an invalidation by tag, pattern, key, dependency or as a whole reaches the other process', async () => {
      const [first, second] = await pair({ bus: true })
      const kinds = {
        tags: () => first.invalidate({ tags: ['document:42'] }),
        pattern: () => first.invalidate({ pattern: 'ans*' }),
        dependency: () => first.invalidate({ dependency: 'document:42' }),
        key: () => first.delete('answer'),
        all: () => first.invalidate({ all: true }),
        version: () => first.invalidate({ version: String(Math.random()) })
      }
      for (const [kind, invalidate] of Object.entries(kinds)) {
        await first.set('answer', kind, { tags: ['document:42'], dependsOn: ['document:42'] })
        await until(`${kind} to be in the memory of the other`, async () => {
          const entry = await second.getEntry('answer')
          return entry?.layer === 'memory' && entry.value === kind
        })
        await invalidate()
        await until(`${kind} to be gone`, async () => (await second.get('answer')) === undefined)
        expect(await first.get('answer')).toBeUndefined()
      }
    })

    test('without a bus a tag is still invalid for who reads Redis', async () => {
      const [first, second] = await pair({ memory: false })
      await first.set('answer', 1, { tags: ['a', 'b'] })
      await first.set('other', 2, { tags: ['c'] })
      await second.invalidate({ tags: ['b'] })
      expect(await first.getMany(['answer', 'other'])).toEqual([undefined, 2])
      expect(await first.get('answer')).toBeUndefined()
    })

    test('a slow load that ends after an invalidation by another process is kept nowhere', async () => {
      const [first, second] = await pair({ bus: true })
      await first.get('warm up')
      await second.get('warm up')
      for (const invalidate of [
        () => second.delete('slow'),
        () => second.invalidate({ tags: ['t'] }),
        () => second.invalidate({ pattern: 's?ow' }),
        () => second.invalidate({ all: true }),
        () => second.set('slow', 'newer')
      ]) {
        let finish = (_value: string) => {}
        const loading = first.getOrSet('slow', () => new Promise<string>((resolve) => (finish = resolve)), { tags: ['t'] })
        await until('the load to begin', () => first.stats().loads > 0)
        await new Promise((resolve) => setTimeout(resolve, 30))
        await invalidate()
        finish('older')
        expect(await loading).toBe('older')
        await new Promise((resolve) => setTimeout(resolve, 30))
        for (const cache of [first, second]) expect(await cache.get('slow')).not.toBe('older')
        await first.delete('slow')
      }
    })

    test('every kind of value survives Redis exactly', async () => {
      const [first, second] = await pair({ memory: false })
      const values: unknown[] = [
        new Float32Array([1.5, -0, Number.NaN]),
        new Uint8Array([1, 2, 255]),
        Buffer.from('bytes'),
        new Date(0),
        new Map([['a', new Set([1n])]]),
        new Set(['x']),
        2n ** 70n,
        undefined,
        null,
        0,
        -0,
        '',
        false,
        true,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        'naïve 🧠',
        { a: [1, { b: undefined }] }
      ]
      await first.setMany(values.map((value, index) => [`v${index}`, value]))
      expect(await second.getMany(values.map((_, index) => `v${index}`))).toEqual(values)
      for (const [index, value] of values.entries()) {
        const entry = await second.getEntry(`v${index}`)
        expect(entry).toBeDefined()
        expect(Object.is(entry!.value, value) || typeof value === 'object').toBe(true)
        expect(Object.getPrototypeOf(Object(entry!.value))).toBe(Object.getPrototypeOf(Object(value)))
      }
    })

    test('batches of two processes load each key once; the loader is called once with all that is missing', async () => {
      const [first, second] = await pair()
      await first.set('k0', 'stored')
      const calls: (readonly string[])[] = []
      const load = async (missing: readonly string[]) => {
        calls.push(missing)
        await pause(50)
        return missing.map((key) => `${key} loaded`)
      }
      const keys = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `k${from + at}`)
      const asked = [first.getOrSetMany(keys(0, 20), load), pause(10).then(() => second.getOrSetMany(keys(10, 30), load))] as const
      const [one, two] = await Promise.all(asked)
      expect(one).toEqual(['stored', ...keys(1, 20).map((key) => `${key} loaded`)])
      expect(two).toEqual(keys(10, 30).map((key) => `${key} loaded`))
      expect(calls).toEqual([keys(1, 20), keys(20, 30)])
      const { memory, redis } = second.stats()
      expect([memory.calls, memory.misses, redis.calls, redis.hits, redis.misses]).toEqual([20, 20, 20, 10, 10])
      expect(await second.getOrSetMany(['k1', 'k29'], load, { fresh: true })).toEqual(['k1 loaded', 'k29 loaded'])
      expect(calls.at(-1)).toEqual(['k1', 'k29'])
    })

    test('a batch whose loader fails leaves no lock behind', async () => {
      const [first, second] = await pair()
      let loading = () => {}
      const begun = new Promise<void>((resolve) => {
        loading = resolve
      })
      const failing = first.getOrSetMany(['a', 'b'], async () => {
        loading()
        await pause(30)
        throw new Error('loader down')
      })
      await begun
      const others = second.getOrSetMany(['a', 'b'], (missing) => missing.map(() => 'by the second'))
      await expect(failing).rejects.toThrow('loader down')
      expect(await others).toEqual(['by the second', 'by the second'])
      expect(second.stats().loads).toBe(1)
    })

    test('a slow batch that ends after an invalidation by another process is kept nowhere, also without a bus', async () => {
      const [first, second] = await pair()
      await first.get('warm up')
      const slow = first.getOrSetMany(['a', 'b'], async (missing) => {
        await second.delete('a')
        return missing.map(() => 'old')
      })
      expect(await slow).toEqual(['old', 'old'])
      await until('the refusal', async () => (await first.get('a')) === undefined)
      expect(await second.getMany(['a', 'b'])).toEqual([undefined, 'old'])
    })

    test('what depends on a key goes with it also after Redis lost its data', async () => {
      const [first, second] = await pair({ memory: false })
      const raw = new Redis(server.port)
      closers.push(() => raw.disconnect())
      await first.set('answer', 'old', { dependsOn: ['source'] })
      await raw.flushall()
      expect(await first.get('answer')).toBeUndefined()
      await first.set('answer', 'new', { dependsOn: ['source'] })
      expect(await second.get('answer')).toBe('new')
      await second.set('source', 'changed')
      expect(await first.get('answer')).toBeUndefined()
    })

    test('a lock that Redis gave when nobody waited for it any more holds up nobody', async () => {
      const [cache] = await pair({ memory: false })
      const raw = new Redis(server.port)
      closers.push(() => raw.disconnect())
      const [entry, lock] = [`rag:${cache.name}:{k}`, `rag:${cache.name}:{k}:l`]
      let token: string | null = null
      await cache.getOrSet('k', async () => {
        token = await raw.get(lock)
        return 1
      })
      await until('the entry', () => raw.exists(entry))
      await raw.del(entry)
      await raw.set(lock, token!, 'PX', 60_000)
      const began = performance.now()
      expect(await cache.getOrSet('k', () => 2)).toBe(2)
      expect(performance.now() - began).toBeLessThan(5000)
      await until('the lock to go', async () => (await raw.exists(lock)) === 0)
    })
  })
})
