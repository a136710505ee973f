// One process, memory alone: lives, staleness, time-outs, refreshes, single flight and what is hostile to them.
import { isRagError } from '@rag/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Cache, type CacheOptions, createCache, createCostStore, createLruStore } from '../src/index.js'
import { pause, until } from './until.js'

const caches: Cache[] = []
const make = (options: Partial<CacheOptions> = {}): Cache => {
  const cache = createCache({ name: 'engine', ttl: '1m', jitter: 0, ...options })
  caches.push(cache)
  return cache
}
afterEach(async () => {
  vi.useRealTimers()
  for (const cache of caches.splice(0)) await cache.close()
})
/** From here on the clock of the cache moves only when it is told to. */
const stopClock = () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  return (ms: number) => vi.advanceTimersByTime(ms)
}
const adds = ({ memory }: ReturnType<Cache['stats']>) => memory.hits + memory.misses + memory.stale === memory.calls

describe('single flight', () => {
  test('a thousand callers share one load, and each is counted', async () => {
    const cache = make()
    let loads = 0
    const load = async () => {
      await pause(10)
      return ++loads
    }
    const answers = await Promise.all(Array.from({ length: 1000 }, () => cache.getOrSet('key', load)))
    expect(new Set(answers)).toEqual(new Set([1]))
    expect(cache.stats()).toMatchObject({ loads: 1, coalesced: 999, memory: { calls: 1000, misses: 1000 } })
  })

  test('a thousand callers share one failure, nothing is kept, and the next call loads again', async () => {
    const cache = make()
    let loads = 0
    const load = async () => {
      await pause(10)
      throw new Error(`down ${++loads}`)
    }
    const outcomes = await Promise.allSettled(Array.from({ length: 1000 }, () => cache.getOrSet('key', load)))
    expect(new Set(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.message))).toEqual(new Set(['down 1']))
    expect(await cache.getOrSet('key', () => 'up')).toBe('up')
    expect(cache.stats()).toMatchObject({ loads: 2, loadErrors: 1, entries: 1 })
    expect(adds(cache.stats())).toBe(true)
  })

  test('a loader that throws at once, or gives no promise, is a loader as any', async () => {
    const cache = make()
    const thrown = cache.getOrSet('a', () => {
      throw new TypeError('at once')
    })
    await expect(thrown).rejects.toThrow('at once')
    expect(await cache.getOrSet('a', () => 'plain')).toBe('plain')
  })

  test('getOrSetMany loads equal keys once, in one call, and shares loads that are under way', async () => {
    const cache = make()
    await cache.set('kept', 'old')
    const single = cache.getOrSet('b', async () => {
      await pause(20)
      return 'single'
    })
    const asked: (readonly string[])[] = []
    const many = cache.getOrSetMany(['a', 'kept', 'b', 'a', 'c'], async (missing) => {
      asked.push(missing)
      await pause(20)
      return missing.map((key) => `many ${key}`)
    })
    await pause(5)
    const joined = cache.getOrSet('c', () => 'never')
    expect(await many).toEqual(['many a', 'old', 'single', 'many a', 'many c'])
    expect([await single, await joined]).toEqual(['single', 'many c'])
    expect(asked).toEqual([['a', 'c']])
  })

  test('a batch loader that gives another number of values is refused, and nothing is kept', async () => {
    const cache = make()
    const short = cache.getOrSetMany(['a', 'b'], () => ['only one'])
    await expect(short).rejects.toMatchObject({ code: 'RAG_CACHE_BATCH' })
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined])
  })
})

describe('lives', () => {
  test('an entry ends with its time, and what ended is counted as expired', async () => {
    const cache = make({ ttl: 30 })
    await cache.set('a', 1)
    await cache.set('b', 2, { ttl: '1m' })
    await pause(50)
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, 2])
    expect(await cache.get('a')).toBeUndefined()
    expect(cache.stats().evictions.expired).toBe(1)
  })

  test('jitter shortens lives by a random share, never by more', async () => {
    const pass = stopClock()
    const cache = make({ ttl: 1000, jitter: 0.5, stale: '1m' })
    await cache.setMany(Array.from({ length: 200 }, (_, index) => [`k${index}`, index]))
    pass(499)
    const soon = await Promise.all(Array.from({ length: 200 }, (_, index) => cache.getEntry(`k${index}`)))
    expect(soon.every((entry) => entry?.stale === false)).toBe(true)
    pass(250)
    const later = await Promise.all(Array.from({ length: 200 }, (_, index) => cache.getEntry(`k${index}`)))
    const ended = later.filter((entry) => entry?.stale === true).length
    expect(ended).toBeGreaterThan(20)
    expect(ended).toBeLessThan(180)
  })

  test('null and undefined have a life of their own, or none', async () => {
    const pass = stopClock()
    let loads = 0
    const nothing = () => {
      loads++
      return null
    }
    const short = make({ negativeTtl: 30 })
    await short.getOrSet('a', nothing)
    expect(await short.getOrSet('a', nothing)).toBeNull()
    expect(loads).toBe(1)
    expect(short.stats().memory).toMatchObject({ negatives: 1, hits: 1 })
    pass(50)
    await short.getOrSet('a', nothing)
    expect(loads).toBe(2)
    const never = make({ negativeTtl: false })
    await never.getOrSet('a', nothing)
    await never.getOrSet('a', nothing)
    expect(loads).toBe(4)
  })

  test('a loader can say how long, under which tags, at what cost, or not at all', async () => {
    const pass = stopClock()
    const cache = make()
    await cache.getOrSet('short', ({ setTtl }) => {
      setTtl(20)
      return 1
    })
    await cache.getOrSet('tagged', ({ addTags, setCost }) => {
      addTags('t')
      setCost(3)
      return 1
    })
    await cache.getOrSet('skipped', ({ skip }) => {
      skip()
      return 1
    })
    await cache.getOrSet('by value', () => 40, { ttl: (ms) => ms })
    expect(await cache.getMany(['short', 'tagged', 'skipped', 'by value'])).toEqual([1, 1, undefined, 40])
    expect(cache.stats().savedCost).toBe(3)
    pass(30)
    expect(await cache.getMany(['short', 'by value'])).toEqual([undefined, 40])
    pass(30)
    await cache.invalidate({ tags: ['t'] })
    expect(await cache.getMany(['short', 'tagged', 'by value'])).toEqual([undefined, undefined, undefined])
  })

  test('a life worked out for a value that has ended already keeps nothing and fails nobody; a longer one than there is, is the longest', async () => {
    const cache = make()
    for (const ttl of [0, -5, Number.NaN, '0s'] as number[]) {
      expect(await cache.getOrSet('a', () => 1, { ttl: () => ttl })).toBe(1)
      expect(await cache.getOrSet('b', ({ setTtl }) => (setTtl(ttl), 2))).toBe(2)
      expect(await cache.getOrSetMany(['c'], () => [3], { ttl: () => ttl })).toEqual([3])
      expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, undefined, undefined])
    }
    for (const ttl of [Number.POSITIVE_INFINITY, '365d'] as number[]) {
      expect(await cache.getOrSet('a', () => 1, { ttl: () => ttl, fresh: true })).toBe(1)
      expect(await cache.getOrSet('b', ({ setTtl }) => (setTtl(ttl), 2), { fresh: true })).toBe(2)
      expect(await cache.getMany(['a', 'b'])).toEqual([1, 2])
    }
  })

  test('a cost that is no number is none', async () => {
    const cache = make()
    for (const cost of [Number.NaN, Number.POSITIVE_INFINITY, -1, '0.5'] as number[]) {
      await cache.set('a', 1, { cost })
      await cache.get('a')
    }
    expect(cache.stats().savedCost).toBe(0)
  })

  test('a jump of the wall clock moves no entry', async () => {
    const cache = make({ ttl: '1h' })
    await cache.set('a', 1)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 365 * 86_400_000 })
    expect(await cache.get('a')).toBe(1)
    await cache.set('b', 2, { ttl: 30 })
    vi.setSystemTime(0)
    expect(await cache.get('a')).toBe(1)
    await pause(50)
    expect(await cache.get('b')).toBeUndefined()
    expect((await cache.getEntry('a'))!.ageMs).toBeLessThan(10_000)
  })
})

describe('staleness', () => {
  test('within the window the old value is given at once, and one load replaces it', async () => {
    const cache = make({ ttl: 20, stale: { whileRevalidate: '1m' } })
    await cache.set('a', 'old')
    await pause(40)
    let loads = 0
    const load = async () => {
      loads++
      await pause(20)
      return 'new'
    }
    expect(await Promise.all([cache.getOrSet('a', load, { ttl: '1m' }), cache.getOrSet('a', load, { ttl: '1m' })])).toEqual(['old', 'old'])
    await until('the new value', async () => (await cache.get('a')) === 'new')
    expect(loads).toBe(1)
    expect(cache.stats().memory.stale).toBe(2)
    expect(adds(cache.stats())).toBe(true)
  })

  test('a failing loader leaves the old value for its own window, and is not asked at every call', async () => {
    const pass = stopClock()
    const cache = make({ ttl: 20, stale: { ifError: 400, retry: 150 } })
    await cache.set('a', 'old')
    pass(40)
    let loads = 0
    const load = async () => {
      loads++
      throw new Error('down')
    }
    for (let call = 0; call < 5; call++) expect(await cache.getOrSet('a', load)).toBe('old')
    expect(loads).toBe(1)
    pass(160)
    expect(await cache.getOrSet('a', load)).toBe('old')
    expect(loads).toBe(2)
    pass(500)
    await expect(cache.getOrSet('a', load)).rejects.toThrow('down')
    expect(loads).toBe(3)
    expect(adds(cache.stats())).toBe(true)
  })

  test('a failing batch gives what is past its time, if it is there for each key; otherwise it fails as a whole', async () => {
    const cache = make({ ttl: 20, stale: { ifError: '1m' } })
    await cache.setMany([
      ['a', 1],
      ['b', 2]
    ])
    await pause(40)
    await cache.set('c', 3, { ttl: '1m' })
    const down = () => Promise.reject(new Error('down'))
    expect(await cache.getOrSetMany(['a', 'c', 'b'], down)).toEqual([1, 3, 2])
    await expect(cache.getOrSetMany(['a', 'new'], down)).rejects.toThrow('down')
    expect(cache.stats().memory).toMatchObject({ calls: 5, hits: 1, stale: 2, misses: 2 })
  })

  test('at the soft time-out the old value is given, and the load still ends', async () => {
    const cache = make({ ttl: 20, stale: { ifError: '1m' }, loadTimeout: { soft: 20 } })
    await cache.set('a', 'old')
    await pause(40)
    const load = async () => {
      await pause(80)
      return 'new'
    }
    expect(await cache.getOrSet('a', load, { ttl: '1m' })).toBe('old')
    await until('the new value', async () => (await cache.get('a')) === 'new')
  })

  test('at the hard time-out the caller gets an error and the loader a signal', async () => {
    const cache = make({ loadTimeout: { hard: 30 } })
    let signal: AbortSignal | undefined
    const hanging = cache.getOrSet('a', (context) => {
      signal = context.signal
      return new Promise(() => {})
    })
    await expect(hanging).rejects.toMatchObject({ code: 'RAG_CACHE_LOAD_TIMEOUT' })
    expect(signal!.aborted).toBe(true)
    expect(await cache.getOrSet('a', () => 'next')).toBe('next')
  })

  test('a hit late in its life starts one refresh, and is fresh itself', async () => {
    const pass = stopClock()
    const cache = make({ ttl: 100, refreshAhead: 0.3 })
    let loads = 0
    const load = async () => {
      loads++
      await pause(10)
      return loads
    }
    await cache.getOrSet('a', load)
    expect(await cache.getOrSet('a', load)).toBe(1)
    expect(loads).toBe(1)
    pass(50)
    expect(await Promise.all([cache.getOrSet('a', load), cache.getOrSet('a', load)])).toEqual([1, 1])
    await until('the refreshed value', async () => (await cache.get('a')) === 2)
    expect(loads).toBe(2)
    expect(cache.stats().memory.stale).toBe(0)
  })

  test('a refresh that fails costs nobody anything', async () => {
    const pass = stopClock()
    const cache = make({ ttl: 200, refreshAhead: 0.1 })
    await cache.set('a', 1)
    pass(50)
    expect(await cache.getOrSet('a', () => Promise.reject(new Error('down')))).toBe(1)
    await until('the failure', () => cache.stats().loadErrors === 1)
    expect(await cache.get('a')).toBe(1)
  })
})

describe('invalidation', () => {
  test('a load that began before is given to its callers but not kept, whatever the cause', async () => {
    const cache = make()
    const causes: Record<string, () => Promise<void>> = {
      tag: () => cache.invalidate({ tags: ['t'] }),
      key: () => cache.delete('a'),
      pattern: () => cache.invalidate({ pattern: '?' }),
      dependency: () => cache.invalidate({ dependency: 'document:1' }),
      version: () => cache.invalidate({ version: 'v2' }),
      all: () => cache.invalidate({ all: true }),
      set: () => cache.set('a', 'newer')
    }
    for (const [cause, invalidate] of Object.entries(causes)) {
      const loading = cache.getOrSet(
        'a',
        async () => {
          await pause(20)
          return 'older'
        },
        { tags: ['t'], dependsOn: ['document:1'] }
      )
      await pause(5)
      await invalidate()
      expect(await loading).toBe('older')
      expect(await cache.get('a'), cause).toBe(cause === 'set' ? 'newer' : undefined)
      await cache.delete('a')
    }
  })

  test('who asks after an invalidation does not share a load from before', async () => {
    const cache = make()
    const before = cache.getOrSet('a', async () => {
      await pause(30)
      return 'before'
    })
    await cache.delete('a')
    expect(await cache.getOrSet('a', () => 'after')).toBe('after')
    expect(await before).toBe('before')
    expect(await cache.get('a')).toBe('after')
  })

  test('what depends on a key goes with it, through any number of steps', async () => {
    const cache = make()
    await cache.set('chunk', 1, { dependsOn: ['document:42'] })
    await cache.set('retrieval', 2, { dependsOn: ['chunk'] })
    await cache.set('answer', 3, { dependsOn: ['retrieval'] })
    await cache.set('other', 4)
    await cache.invalidate({ dependency: 'document:42' })
    expect(await cache.getMany(['chunk', 'retrieval', 'answer', 'other'])).toEqual([undefined, undefined, undefined, 4])
    await cache.set('answer', 3, { dependsOn: ['chunk'] })
    await cache.delete('chunk')
    expect(await cache.get('answer')).toBeUndefined()
  })

  test('a listener that throws disturbs neither the cache nor the other listeners', async () => {
    const cache = make()
    const heard: unknown[] = []
    cache.onInvalidate(() => {
      throw new Error('listener')
    })
    const stop = cache.onInvalidate((what) => heard.push(what))
    await cache.set('a', 1, { tags: ['t'] })
    await cache.invalidate({ tags: ['t'] })
    expect(await cache.get('a')).toBeUndefined()
    expect(heard).toContainEqual({ tags: ['t:t'], here: true })
    stop()
    await cache.invalidate({ all: true })
    expect(heard.filter((what) => (what as { all?: boolean }).all)).toEqual([])
  })
})

/** Retrieved chunks with more of their properties beside the vector than in it. */
const hits = (number: number) =>
  Array.from({ length: number }, (_, id) => ({
    ...Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`field${at}`, at])),
    text: String(id).padEnd(1000, '.'),
    vector: Array.from({ length: 1536 }, () => 0.5)
  }))

describe('bounds', () => {
  test('bytes outside the heap count, and what does not fit is not kept', async () => {
    const cache = make({ memory: { maxBytes: 100_000 } })
    for (let index = 0; index < 50; index++) await cache.set(`v${index}`, new Float32Array(1536))
    expect(cache.stats().bytes).toBeLessThanOrEqual(100_000)
    expect(cache.stats().entries).toBeLessThan(17)
    expect(cache.stats().evictions.size).toBeGreaterThan(30)
    await cache.set('huge', new Uint8Array(200_000))
    expect(await cache.get('huge')).toBeUndefined()
  })

  test.each<[string, number, () => unknown]>([
    ['lists of lists of numbers', 8 * 256 * 1536, () => Array.from({ length: 256 }, () => Array.from({ length: 1536 }, () => 0.5))],
    ['hits with texts and vectors', 500 * (1000 + 8 * 1536), () => hits(500)],
    ['a list of texts', 20_000 * 500, () => Array.from({ length: 20_000 }, (_, at) => String(at).padEnd(500, '.'))],
    ['a map', 50_000 * 100, () => new Map(Array.from({ length: 50_000 }, (_, at) => [at, { text: String(at).padEnd(100, '.') }]))],
    ['a set', 50_000 * 100, () => new Set(Array.from({ length: 50_000 }, (_, at) => String(at).padEnd(100, '.')))],
    ['an object', 50_000 * 100, () => Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [at, String(at).padEnd(100, '.')]))],
    ['a large number', 100_000, () => [2n ** 800_000n]]
  ])('the bytes of %s count whole, not those of the first parts', async (_name, atLeast, value) => {
    const cache = make()
    await cache.set('a', value())
    expect(cache.stats().bytes).toBeGreaterThan(atLeast * 0.9)
    expect(cache.stats().bytes).toBeLessThan(atLeast * 5)
  })

  test('with the first cost the store knows cost, and keeps what it had', async () => {
    const cache = make({ memory: { maxEntries: 20 } })
    await cache.setMany(Array.from({ length: 10 }, (_, index) => [`plain${index}`, index]))
    await cache.set('dear', 'answer', { cost: 1 })
    for (let index = 0; index < 200; index++) await cache.set(`cheap${index}`, index, { cost: 1e-6 })
    expect(await cache.get('dear')).toBe('answer')
    expect(cache.stats().entries).toBe(20)
  })

  test.each([
    ['lru', createLruStore],
    ['cost', createCostStore]
  ])('a store of one entry holds the newest (%s)', async (_name, store) => {
    const cache = make({ memory: { maxEntries: 1, store } })
    await cache.set('a', 1)
    await cache.set('b', 2)
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, 2])
  })
})

describe('hostile values', () => {
  test('a value whose getters throw is given to the caller and kept or not, but breaks no other key', async () => {
    const cache = make()
    await cache.set('good', 1)
    const bad = Object.defineProperty({}, 'boom', {
      enumerable: true,
      get() {
        throw new Error('getter')
      }
    })
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const proxy = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('trap')
        }
      }
    )
    for (const [index, value] of [bad, cyclic, proxy, () => 1, Symbol('s')].entries()) {
      expect(await cache.getOrSet(`bad${index}`, () => value)).toBe(value)
      await cache.set(`set${index}`, value)
    }
    expect(await cache.get('good')).toBe(1)
  })

  test('a store of the application that throws costs the entry, not the answer', async () => {
    const cache = make({
      memory: {
        store: (options) => {
          const store = createLruStore(options)
          return {
            ...store,
            set: () => {
              throw new Error('store')
            },
            get size() {
              return store.size
            },
            get bytes() {
              return store.bytes
            }
          }
        }
      }
    })
    expect(await cache.getOrSet('a', () => 1)).toBe(1)
    expect(cache.stats().faults).toEqual({ memory: 1 })
  })

  test('a driver of the application that throws at once, or gives no promise, costs the hit, not the answer', async () => {
    const throwing = () => {
      throw new Error('driver')
    }
    for (const send of [throwing, () => 'no promise', () => Promise.reject(new Error('refused'))]) {
      const redis = {
        cluster: false,
        ready: () => true,
        send,
        sendAll: send,
        scan: throwing,
        subscribe: () => async () => {},
        release() {}
      }
      const cache = make({ redis: redis as never, memory: false })
      expect(await cache.getOrSet('a', () => 1)).toBe(1)
      expect(await cache.getOrSetMany(['a', 'b'], (missing) => missing)).toEqual(['a', 'b'])
      await cache.setMany([
        ['a', 1],
        ['b', 2]
      ])
      await cache.invalidate({ tags: ['t'] })
      expect(await cache.get('a')).toBeUndefined()
      const { calls, hits, misses, stale, errors } = cache.stats().redis
      expect([hits + misses + stale, errors]).toEqual([calls, calls])
    }
  })

  test('keys that are names of Object.prototype, very long or full of marks are keys as any', async () => {
    const cache = make()
    const keys = ['__proto__', 'constructor', 'a'.repeat(100_000), '*?[]{}\\', '\u0000', '🧠', ' ']
    await cache.setMany(keys.map((key) => [key, key.length]))
    expect(await cache.getMany(keys)).toEqual(keys.map((key) => key.length))
    await cache.invalidate({ pattern: '__*' })
    expect(await cache.getMany(['__proto__', 'constructor'])).toEqual([undefined, 11])
  })

  test('no key is an error that says so, and it comes as a rejection', async () => {
    const cache = make()
    for (const key of ['', undefined, 7, null] as never[]) {
      await expect(cache.get(key)).rejects.toMatchObject({ code: 'RAG_CACHE_KEY' })
      await expect(cache.getOrSet(key, () => 1)).rejects.toMatchObject({ code: 'RAG_CACHE_KEY' })
      await expect(cache.setMany([[key, 1]])).rejects.toMatchObject({ code: 'RAG_CACHE_KEY' })
      await expect(cache.getOrSetMany(['a', key], () => [])).rejects.toMatchObject({ code: 'RAG_CACHE_KEY' })
    }
    await expect(cache.invalidate({})).rejects.toMatchObject({ code: 'RAG_CACHE_INVALIDATE' })
    await expect(cache.set('a', 1, { ttl: 'soon' as never })).rejects.toMatchObject({ code: 'RAG_CORE_DURATION' })
    await expect(cache.set('a', 1, { ttl: -5 })).rejects.toSatisfy(isRagError)
  })
})

test('wrap makes keys from the arguments and keeps the type of the function', async () => {
  const cache = make()
  let calls = 0
  const add = cache.wrap(async function add(a: number, b: { n: number }) {
    calls++
    return a + b.n
  })
  expect([await add(1, { n: 2 }), await add(1, { n: 2 }), await add(1, { n: 3 })]).toEqual([3, 3, 4])
  expect(calls).toBe(2)
  const byUser = cache.wrap(async (user: { id: string; seen: number }) => user.seen, { key: ({ id }) => `user:${id}` })
  expect([await byUser({ id: 'u', seen: 1 }), await byUser({ id: 'u', seen: 2 })]).toEqual([1, 1])
})

test('wrap keeps functions apart that share a name or have none, and gives them their `this`', async () => {
  const cache = make()
  const users = cache.wrap(async (id: number) => `user ${id}`)
  const orders = cache.wrap(async (id: number) => `order ${id}`)
  expect([await users(1), await orders(1)]).toEqual(['user 1', 'order 1'])
  const service = {
    name: 'library',
    find: cache.wrap(async function find(this: { name: string }, id: number) {
      return `${this.name} ${id}`
    })
  }
  expect(await service.find(1)).toBe('library 1')
})

describe('wrong options fail at creation, with code, option, value and fix', () => {
  const wrong: [string, object, string][] = [
    ['no name', { name: undefined }, 'RAG_CACHE_NAME'],
    ['a name with spaces', { name: 'my cache' }, 'RAG_CACHE_NAME'],
    ['no ttl', { ttl: undefined }, 'RAG_CORE_DURATION'],
    ['a ttl of zero', { ttl: 0 }, 'RAG_CACHE_OPTION'],
    ['a ttl of a year', { ttl: '365d' }, 'RAG_CACHE_OPTION'],
    ['an option that does not exist', { tll: '1m' }, 'RAG_CORE_UNKNOWN_OPTION'],
    ['an option of memory that does not exist', { memory: { max: 5 } }, 'RAG_CORE_UNKNOWN_OPTION'],
    ['no room', { memory: { maxEntries: 0 } }, 'RAG_CACHE_OPTION'],
    ['half an entry', { memory: { maxEntries: 1.5 } }, 'RAG_CACHE_OPTION'],
    ['no bytes', { memory: { maxBytes: Number.NaN } }, 'RAG_CACHE_OPTION'],
    ['a store that is no factory', { memory: { store: {} } }, 'RAG_CACHE_OPTION'],
    ['jitter of all', { jitter: 1 }, 'RAG_CACHE_OPTION'],
    ['a refresh that is late', { refreshAhead: 1.2 }, 'RAG_CACHE_OPTION'],
    ['no layer', { memory: false }, 'RAG_CACHE_LAYERS'],
    ['a client that is none', { redis: { host: 'localhost' } }, 'RAG_CACHE_REDIS'],
    ['an address instead of a client', { redis: 'redis://localhost' }, 'RAG_CACHE_REDIS'],
    ['a bus without anything to run on', { bus: true }, 'RAG_CACHE_BUS'],
    ['a bus that is no driver', { bus: { publish() {} } }, 'RAG_CACHE_BUS'],
    ['a wrong stale', { stale: 'long' }, 'RAG_CORE_DURATION'],
    ['a wrong time-out', { loadTimeout: { soft: -1 } }, 'RAG_CORE_DURATION'],
    ['no failures', { breaker: { failures: 0 } }, 'RAG_CACHE_OPTION'],
    ['a negative size', { compressAbove: -1 }, 'RAG_CACHE_OPTION'],
    ['a lock that is no boolean', { lock: 'yes' }, 'RAG_CACHE_OPTION'],
    ['observers that are no list', { observers: {} }, 'RAG_CACHE_OPTION'],
    ['a short key', { encryption: { keys: { a: 'short' } } }, 'RAG_CACHE_ENCRYPTION'],
    ['no keys', { encryption: {} }, 'RAG_CACHE_ENCRYPTION'],
    ['an active key that is not there', { encryption: { keys: { a: Buffer.alloc(32) }, active: 'b' } }, 'RAG_CACHE_ENCRYPTION']
  ]
  test.each(wrong)('%s', (_what, options, code) => {
    const attempt = () => createCache({ name: 'wrong', ttl: '1m', ...options } as CacheOptions)
    expect(attempt).toThrow(expect.objectContaining({ code, fix: expect.stringMatching(/\w/) }))
  })
})
