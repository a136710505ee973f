// True figures: per layer hits + misses + stale = calls, whatever fails; every metric is in the catalogue, no key in any label.
import { drain, type Emit, type Operation, type Source } from '@rag/core'
import { catalogue } from '@rag/core/catalogue'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeWith, type RunningRedis, startRedis } from '../../../scripts/test-support.js'
import { type Cache, type CacheOptions, createCache, type LayerStats } from '../src/index.js'
import { startProxy } from './proxy.js'
import { PATIENT, pause, until } from './until.js'

const caches: Cache[] = []
afterEach(async () => {
  for (const cache of caches.splice(0)) await cache.close()
})
const make = (options: Partial<CacheOptions>): Cache => {
  const cache = createCache({ name: 'figures', ttl: '1m', ...options })
  caches.push(cache)
  return cache
}
const adds = ({ calls, hits, misses, stale }: LayerStats) => expect(hits + misses + stale).toBe(calls)

function recorder() {
  const sources: Source[] = []
  const operations: Operation[] = []
  const observer = {
    id: 'test',
    service: 'test',
    source: (source: Source) => {
      sources.push(source)
      return () => void sources.splice(sources.indexOf(source), 1)
    },
    end: (operation: Operation) => void operations.push(operation)
  }
  const read = () => {
    const found: { metric: string; value: number; labels: Record<string, unknown> }[] = []
    const emit: Emit = (metric, value, labels = {}) => found.push({ metric, value, labels })
    for (const source of sources) source.read(emit)
    return found
  }
  return { observer, operations, sources, read }
}

/** Random work, much of it at the same time, with loaders that fail, hang a little or give nothing. */
async function work(cache: Cache, steps: number, seed: number): Promise<{ asked: number; loadErrors: number }> {
  const step = fc.record({
    do: fc.constantFrom('get', 'getEntry', 'getOrSet', 'fails', 'nothing', 'getMany', 'getOrSetMany', 'set', 'delete', 'tag', 'fresh'),
    key: fc.integer({ min: 0, max: 30 }).map((n) => `secret-key-${n}`),
    ms: fc.integer({ min: 0, max: 3 })
  })
  let asked = 0
  let loadErrors = 0
  let waiting: Promise<unknown>[] = []
  const fail = async () => {
    loadErrors++
    throw new Error('loader')
  }
  for (const { do: what, key, ms } of fc.sample(step, { numRuns: steps, seed })) {
    const keys = [key, `${key}!`, key]
    const slow = async () => {
      await pause(ms)
      return what === 'nothing' ? null : key
    }
    const calls: Record<string, () => Promise<unknown>> = {
      get: () => cache.get(key),
      getEntry: () => cache.getEntry(key),
      getOrSet: () => cache.getOrSet(key, slow, { tags: ['t'], ttl: 5 + ms }),
      fails: () => cache.getOrSet(key, fail),
      nothing: () => cache.getOrSet(key, slow),
      fresh: () => cache.getOrSet(key, slow, { fresh: true }),
      getMany: () => cache.getMany(keys),
      getOrSetMany: () => cache.getOrSetMany(keys, (missing) => missing.map(() => 1)),
      set: () => cache.set(key, 1, { ttl: 5 }),
      delete: () => cache.delete(key),
      tag: () => cache.invalidate({ tags: ['t'] })
    }
    const looked = { getMany: 2, getOrSetMany: 2, set: 0, delete: 0, tag: 0 } as Record<string, number>
    asked += looked[what] ?? 1
    waiting.push(calls[what]!().catch(() => {}))
    if (waiting.length < 20) continue
    await Promise.all(waiting)
    waiting = []
  }
  await Promise.all(waiting)
  return { asked, loadErrors }
}

test('in memory: every look-up is one call, and hits, misses and stale add up, failed loads included', async () => {
  const { observer, read } = recorder()
  const cache = make({ stale: { whileRevalidate: 10, ifError: 20, retry: 1 }, refreshAhead: 0.5, observers: [observer] })
  const { asked } = await work(cache, 10_000, Date.now() % 1e6)
  await pause(50)
  const { memory, loads } = cache.stats()
  adds(memory)
  expect(memory.calls).toBe(asked)
  expect(memory.hits).toBeGreaterThan(100)
  expect(memory.stale).toBeGreaterThan(10)
  expect(memory.negatives).toBeGreaterThan(10)
  expect(loads).toBeGreaterThan(100)
  const results = read().filter(({ metric }) => metric === 'rag_cache_requests_total')
  expect(results.map(({ labels }) => labels['layer'])).toEqual(Array(5).fill('memory'))
  expect(results.reduce((sum, { value }) => sum + value, 0)).toBe(memory.calls)
})

describe('what is told', () => {
  test('every metric is in the catalogue with its labels and values; there are as many series for one key as for ten thousand', async () => {
    const { observer, read } = recorder()
    const cache = make({ observers: [observer] })
    await cache.getOrSet('one', () => 1)
    const before = read()
    for (let index = 0; index < 10_000; index++) await cache.set(`secret-key-${index}`, index, { tags: [`secret-tag-${index}`] })
    const after = read()
    expect(after).toHaveLength(before.length)
    expect(JSON.stringify(after)).not.toContain('secret')
    const known = new Map(
      Object.values(catalogue).map((definition) => [
        definition.name as string,
        definition as { labels?: Record<string, { values?: readonly string[] }> }
      ])
    )
    for (const { metric, labels } of after) {
      const { labels: defined = {} } = known.get(metric)!
      expect(Object.keys(labels).sort(), metric).toEqual(Object.keys(defined).sort())
      for (const [label, value] of Object.entries(labels)) {
        const { values } = defined[label]!
        if (values) expect(values, `${metric} ${label}`).toContain(value)
      }
    }
  })

  test('a load is an operation with its duration and outcome; a hit in memory is none', async () => {
    const { observer, operations } = recorder()
    const cache = make({ observers: [observer] })
    await cache.getOrSet('a', async () => pause(20))
    await cache.getOrSet('a', () => 1)
    await cache.getOrSet('b', () => Promise.reject(new Error('down'))).catch(() => {})
    const limited = cache.getOrSet('c', () => new Promise(() => {}), { timeout: { hard: 10 } })
    await expect(limited).rejects.toThrow()
    drain()
    expect(operations.map(({ kind, name, outcome }) => [kind, name, outcome])).toEqual([
      ['cache', 'load figures', 'ok'],
      ['cache', 'load figures', 'error'],
      ['cache', 'load figures', 'timeout']
    ])
    expect(operations[0]!.durationMs).toBeGreaterThan(15)
  })

  test('why entries left: size, time, invalidation, replacement', async () => {
    const { observer, read, sources } = recorder()
    const cache = make({ memory: { maxEntries: 2 }, observers: [observer] })
    await cache.setMany([
      ['a', 1],
      ['b', 1],
      ['c', 1]
    ])
    await cache.set('c', 2)
    await cache.delete('c')
    await cache.set('d', 1, { ttl: 10 })
    await pause(30)
    await cache.get('d')
    const evictions = read().filter(({ metric }) => metric === 'rag_cache_evictions_total')
    expect(Object.fromEntries(evictions.map(({ labels, value }) => [labels['reason'], value]))).toEqual({
      size: 1,
      replaced: 1,
      invalidated: 1,
      expired: 1
    })
    await cache.close()
    expect(sources).toEqual([])
  })
})

describeWith(['redis'], 'figures over a real Redis', () => {
  let server: RunningRedis
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  test.each([
    ['both layers', {}],
    ['Redis alone', { memory: false }]
  ] as const)('%s: each layer adds up, and memory misses are what Redis is asked for', async (_layout, options) => {
    const redis = new Redis(server.port)
    await redis.flushall()
    const cache = make({ redis, ...PATIENT, ...options, stale: { whileRevalidate: 10, ifError: 20, retry: 1 } })
    const { asked } = await work(cache, 4000, Date.now() % 1e6)
    await pause(100)
    const { memory, redis: remote } = cache.stats()
    adds(memory)
    adds(remote)
    if ('memory' in options) expect(memory.calls).toBe(0)
    else expect(memory.calls).toBe(asked)
    expect(remote.hits).toBeGreaterThan(20)
    expect(remote.calls).toBeGreaterThan(100)
    redis.disconnect()
  })

  test('they add up while Redis comes and goes, and each refused look-up is a miss with its reason', async () => {
    const proxy = await startProxy(server.port)
    const redis = new Redis(proxy.port)
    redis.on('error', () => {})
    const { observer, read } = recorder()
    const cache = make({ redis, bus: true, observers: [observer], stale: { ifError: 20 } })
    for (let round = 0; round < 4; round++) {
      await work(cache, 400, round)
      if (round % 2 === 0) proxy.cut()
      else proxy.mend()
      await pause(100)
    }
    proxy.mend()
    await until('the breaker to close', () => cache.stats().breaker === 'closed')
    await work(cache, 400, 9)
    await pause(200)
    const { memory, redis: remote, faults } = cache.stats()
    adds(memory)
    adds(remote)
    expect(remote.errors).toBeGreaterThan(0)
    expect((faults['breaker'] ?? 0) + (faults['connection'] ?? 0) + (faults['timeout'] ?? 0)).toBeGreaterThan(0)
    const metric = (name: string, label: string) =>
      read().find((one) => one.metric === name && Object.values(one.labels).includes(label))?.value
    expect(metric('rag_cache_breaker_state', 'figures')).toBe(0)
    expect(metric('rag_cache_errors_total', 'breaker')).toBe(faults['breaker'])
    redis.disconnect()
    await proxy.close()
  })
})
