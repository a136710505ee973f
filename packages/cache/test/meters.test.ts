// Meters for caches that an application runs already, each on the vendor's own library.
import type { Emit, Source } from '@rag/core'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import { Cacheable, Keyv } from 'cacheable'
import { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeWith, type RunningRedis, startRedis } from '../../../scripts/test-support.js'
import { meterCache } from '../src/index.js'
import { pause } from './until.js'

const NONE = { hit: 0, miss: 0, stale: 0, negative: 0, error: 0 }
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe('lru-cache', () => {
  test('every look-up is one, whichever method asked, and a stale answer is told apart', async () => {
    const lru = new LRUCache<string, number>({
      max: 3,
      ttl: 30,
      allowStale: true,
      noDeleteOnStaleGet: true,
      fetchMethod: async (key) => key.length,
      memoMethod: (key) => key.length
    })
    const meter = meterCache(lru, { name: 'lru' })
    expect(lru.get('a')).toBeUndefined()
    lru.set('a', 1)
    expect(lru.get('a')).toBe(1)
    expect(await lru.fetch('a')).toBe(1)
    expect(await lru.fetch('bb')).toBe(2)
    expect(lru.memo('ccc')).toBe(3)
    expect(lru.memo('ccc')).toBe(3)
    expect(meter.stats().memory).toEqual({ ...NONE, hit: 3, miss: 3 })
    await pause(50)
    expect(lru.get('a')).toBe(1)
    expect(meter.stats().memory).toMatchObject({ stale: 1 })
    const status = {} as LRUCache.Status<string, number>
    lru.get('zz', { status })
    expect(status).toMatchObject({ get: 'miss' })
  })

  test('the figures carry no key, the size is read when they are, and close puts everything back', () => {
    const sources: Source[] = []
    const observer = { id: 't', service: 't', source: (source: Source) => (sources.push(source), () => void sources.splice(0)) }
    const lru = new LRUCache<string, string>({ max: 1000, maxSize: 10_000, sizeCalculation: (value) => value.length })
    const meter = meterCache(lru, { name: 'pages', observers: [observer] })
    for (let index = 0; index < 100; index++) {
      lru.set(`secret-key-${index}`, 'xxxx')
      lru.get(`secret-key-${index}`)
    }
    const emitted: string[] = []
    const emit: Emit = (metric, value, labels) => emitted.push(`${metric} ${JSON.stringify(labels)} ${value}`)
    sources[0]!.read(emit)
    expect(emitted).toContain('rag_cache_requests_total {"cache":"pages","layer":"memory","result":"hit"} 100')
    expect(emitted).toContain('rag_cache_entries {"cache":"pages"} 100')
    expect(emitted).toContain('rag_cache_bytes {"cache":"pages"} 400')
    expect(emitted.join()).not.toContain('secret')
    meter.close()
    lru.get('secret-key-1')
    expect(meter.stats().memory.hit).toBe(100)
    expect(Object.hasOwn(lru, 'get')).toBe(false)
    expect(sources).toEqual([])
  })
})

describe('cacheable', () => {
  test('primary and secondary are layers', async () => {
    const secondary = new Keyv()
    const cacheable = new Cacheable({ secondary })
    const meter = meterCache(cacheable, { name: 'cacheable' })
    await secondary.set('there', 'value')
    expect(await cacheable.get('there')).toBe('value')
    expect(await cacheable.get('there')).toBe('value')
    expect(await cacheable.get('nowhere')).toBeUndefined()
    expect(meter.stats()).toEqual({ memory: { ...NONE, hit: 1, miss: 2 }, redis: { ...NONE, hit: 1, miss: 1 } })
    meter.close()
    await cacheable.get('there')
    expect(meter.stats().memory.hit).toBe(1)
  })
})

describe('what is no cache', () => {
  test('is refused by name', () => {
    for (const target of [{}, new Map(), null, 7] as object[])
      expect(() => meterCache(target, { name: 'x' })).toThrow(expect.objectContaining({ code: 'RAG_CACHE_METER' }))
    expect(() => meterCache(new LRUCache({ max: 1 }), {} as never)).toThrow(expect.objectContaining({ code: 'RAG_CACHE_NAME' }))
  })
})

describeWith(['redis'], 'meters over a real Redis', () => {
  let server: RunningRedis
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  test('bentocache: the layer that served, also where its events name the wrong one, and a miss for a failed load', async () => {
    const connection = new Redis(server.port)
    closers.push(() => connection.disconnect())
    const store = () =>
      bentostore()
        .useL1Layer(memoryDriver({ maxItems: 100 }))
        .useL2Layer(redisDriver({ connection }))
    const bento = new BentoCache({ default: 'one', stores: { one: store() } })
    const other = new BentoCache({ default: 'one', stores: { one: store() } })
    const said: string[] = []
    bento.on('cache:hit', ({ layer }) => said.push(layer))
    const meter = meterCache(bento, { name: 'bento' })
    closers.push(() => meter.close())
    await other.set({ key: 'a', value: 1 })
    expect(await bento.get({ key: 'a' })).toBe(1)
    // What makes the meter necessary: this look-up was served by Redis.
    expect(said).toEqual(['l1'])
    expect(meter.stats()).toEqual({ memory: { ...NONE, miss: 1 }, redis: { ...NONE, hit: 1 } })
    expect(await bento.get({ key: 'a' })).toBe(1)
    expect(await bento.getOrSet({ key: 'b', factory: () => 2 })).toBe(2)
    const failing = bento.getOrSet({
      key: 'c',
      factory: () => {
        throw new Error('down')
      }
    })
    await expect(failing).rejects.toThrow()
    // Another cache of the same process and the same store name is not counted here.
    await other.get({ key: 'a' })
    expect(meter.stats()).toEqual({ memory: { ...NONE, hit: 1, miss: 3 }, redis: { ...NONE, hit: 1, miss: 2 } })
    const many = await Promise.all(Array.from({ length: 50 }, (_, index) => bento.getOrSet({ key: `k${index % 5}`, factory: () => index })))
    expect(many).toHaveLength(50)
    const { memory } = meter.stats()
    expect(memory.hit + memory.miss + memory.stale).toBe(54)
    meter.close()
    await bento.get({ key: 'a' })
    expect(meter.stats().memory.hit).toBe(memory.hit)
  })

  test('ioredis: typed, raw, in a pipeline, with errors; commands that read nothing are no look-ups', async () => {
    const redis = new Redis(server.port)
    closers.push(() => redis.disconnect())
    await redis.flushall()
    const meter = meterCache(redis, { name: 'redis' })
    await redis.set('a', '1')
    expect(await redis.get('a')).toBe('1')
    expect(await redis.getBuffer('nope')).toBeNull()
    expect(await redis.mget('a', 'nope', 'a')).toEqual(['1', null, '1'])
    expect(await redis.call('GET', 'a')).toBe('1')
    await redis.hset('h', 'f', 'v')
    expect(await redis.hmget('h', 'f', 'g')).toEqual(['v', null])
    await redis.pipeline().get('a').get('nope').set('b', '2').exec()
    await expect(redis.get('h')).rejects.toThrow('WRONGTYPE')
    expect(meter.stats().redis).toEqual({ ...NONE, hit: 6, miss: 4, error: 1 })
    meter.close()
    await redis.get('a')
    expect(meter.stats().redis.hit).toBe(6)
  })

  test('node-redis: typed and raw', async () => {
    const redis = createClient({ socket: { port: server.port } })
    await redis.connect()
    closers.push(() => redis.destroy())
    await redis.flushAll()
    const meter = meterCache(redis, { name: 'redis' })
    await redis.set('a', '1')
    expect(await redis.get('a')).toBe('1')
    expect(await redis.get('nope')).toBeNull()
    expect(await redis.mGet(['a', 'nope'])).toEqual(['1', null])
    expect(await redis.sendCommand(['GET', 'a'])).toBe('1')
    expect(meter.stats().redis).toEqual({ ...NONE, hit: 3, miss: 2 })
    meter.close()
    await redis.get('a')
    expect(meter.stats().redis.hit).toBe(3)
  })
})
