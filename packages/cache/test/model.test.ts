// Ten thousand random operations in each layout, against a plain map.
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeWith, type RunningRedis, startRedis } from '../../../scripts/test-support.js'
import { type Cache, type CacheOptions, createCache, createCostStore } from '../src/index.js'
import { PATIENT } from './until.js'

const OPERATIONS = 10_000
const key = fc.integer({ min: 0, max: 11 }).map((n) => `${n % 3 === 0 ? 'a' : 'b'}:${n}`)
const tags = fc.subarray(['t1', 't2', 't3'])
const value = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.constantFrom(null, undefined, 0, '', false, Number.NaN),
  fc.float32Array({ maxLength: 3 })
)
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('getMany' as const), keys: fc.array(key, { maxLength: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('set' as const), key, value, tags }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('setMany' as const), keys: fc.uniqueArray(key, { maxLength: 4 }), value, tags }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('getOrSet' as const), key, value, tags }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('failing' as const), key }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('getOrSetMany' as const), keys: fc.array(key, { minLength: 1, maxLength: 5 }), value, tags })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tag' as const), tags: fc.subarray(['t1', 't2', 't3'], { minLength: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pattern' as const), pattern: fc.constantFrom('a:*', 'b:?', '*1') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('all' as const) }) }
)
type Step = typeof operation extends fc.Arbitrary<infer T> ? T : never

class LoaderFailed extends Error {}

/** What a cache that never forgets would hold. */
function createReference() {
  const entries = new Map<string, { value: unknown; tags: readonly string[] }>()
  const forget = (gone: (key: string, tags: readonly string[]) => boolean) => {
    for (const [name, entry] of entries) if (gone(name, entry.tags)) entries.delete(name)
  }
  return { entries, forget }
}

async function run(step: Step, cache: Cache, { entries, forget }: ReturnType<typeof createReference>): Promise<void> {
  switch (step.do) {
    case 'get':
      return expect(await cache.get(step.key)).toEqual(entries.get(step.key)?.value)
    case 'getMany':
      return expect(await cache.getMany(step.keys)).toEqual(step.keys.map((name) => entries.get(name)?.value))
    case 'set':
      await cache.set(step.key, step.value, { tags: step.tags })
      entries.set(step.key, step)
      return
    case 'setMany':
      await cache.setMany(
        step.keys.map((name) => [name, step.value]),
        { tags: step.tags }
      )
      for (const name of step.keys) entries.set(name, step)
      return
    case 'getOrSet': {
      const got = await cache.getOrSet(step.key, () => step.value, { tags: step.tags })
      if (!entries.has(step.key)) entries.set(step.key, step)
      return expect(got).toEqual(entries.get(step.key)!.value)
    }
    case 'failing': {
      const got = cache.getOrSet(step.key, () => Promise.reject(new LoaderFailed()))
      if (entries.has(step.key)) return expect(await got).toEqual(entries.get(step.key)!.value)
      return expect(got).rejects.toBeInstanceOf(LoaderFailed)
    }
    case 'getOrSetMany': {
      const got = await cache.getOrSetMany(step.keys, (missing) => missing.map(() => step.value), { tags: step.tags })
      for (const name of step.keys) if (!entries.has(name)) entries.set(name, step)
      return expect(got).toEqual(step.keys.map((name) => entries.get(name)!.value))
    }
    case 'delete':
      await cache.delete(step.key)
      return forget((name) => name === step.key)
    case 'tag':
      await cache.invalidate({ tags: step.tags })
      return forget((_name, own) => own.some((tag) => (step.tags as string[]).includes(tag)))
    case 'pattern':
      await cache.invalidate({ pattern: step.pattern })
      return forget((name) =>
        step.pattern === 'a:*' ? name.startsWith('a:') : step.pattern === 'b:?' ? /^b:.$/.test(name) : name.endsWith('1')
      )
    case 'all':
      await cache.invalidate({ all: true })
      return forget(() => true)
  }
}

async function holds(layout: string, options: Partial<CacheOptions>): Promise<void> {
  const cache = createCache({ name: `model-${layout.replace(/\W+/g, '-')}`, ttl: '1h', ...PATIENT, ...options })
  const reference = createReference()
  const seed = Date.now() % 1_000_000
  for (const step of fc.sample(operation, { numRuns: OPERATIONS, seed })) {
    await run(step, cache, reference).catch((error: unknown) => {
      throw new Error(`seed ${seed}, step ${JSON.stringify(step)}`, { cause: error })
    })
  }
  const { memory, redis, loads } = cache.stats()
  for (const counts of [memory, redis]) {
    expect(counts.hits + counts.misses + counts.stale).toBe(counts.calls)
  }
  expect(options.memory === false ? redis.calls : memory.calls).toBeGreaterThan(OPERATIONS / 2)
  expect(loads).toBeGreaterThan(100)
  await cache.close()
}

describe('behaves as a map that is told of everything', () => {
  test('memory', () => holds('memory', {}))
  test('memory, cost-aware store', () => holds('cost', { memory: { store: createCostStore } }))
})

describeWith(['redis'], 'with Redis it behaves as a map that is told of everything', () => {
  let server: RunningRedis
  let client: Redis
  beforeAll(async () => {
    server = await startRedis()
    client = new Redis(server.port)
  })
  afterAll(async () => {
    client.disconnect()
    await server.stop()
  })
  test('redis', () => holds('redis', { memory: false, redis: client }), 60_000)
  test('memory and redis', () => holds('both', { redis: client }), 60_000)
})
