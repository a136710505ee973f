// createCache: puts the layers together and gives them one face.
import { checkOptions, RagError, registerSource } from '@rag/core'
import { createPayloadGate } from './codec/gate.js'
import { countHit, countSaved, draftOf, type Engine, inBackground } from './engine.js'
import { createBus, redisBus } from './invalidation/bus.js'
import { createChanges, inheritedNames } from './invalidation/changes.js'
import { createInvalidationLog } from './invalidation/invalidation.js'
import { hashOf } from './keys.js'
import { getMany, getOrSetMany } from './load/batch.js'
import { join, keep, type Mode } from './load/flight.js'
import { livesWithin } from './load/load.js'
import { lookUp } from './look-up.js'
import { createMemoryLayer } from './memory/layer.js'
import { withObservers } from './observed.js'
import { createRemote } from './redis/remote.js'
import { readSettings } from './settings.js'
import { cacheSource, createFigures, type Gauges, statsOf } from './stats.js'
import type { Cache, CacheOptions, Layer, Loader, LoadOptions, WrapOptions } from './types.js'

const NO_OPTIONS: LoadOptions<never> = Object.freeze({})
const CLOSE_MS = 1000

/**
 * Makes a cache: memory, Redis or both. A Redis that fails costs hits, never answers: no caller waits for it longer than `redisTimeout.hard`.
 *
 * @throws RagError for wrong options.
 * @example
 * const cache = createCache({ name: 'answers', ttl: '10m', redis: new Redis(), bus: true })
 * const answer = await cache.getOrSet(key, () => ask(question), { tags: ['document:42'] })
 * await cache.invalidate({ tags: ['document:42'] })
 */
export function createCache(options: CacheOptions): Cache {
  const settings = readSettings(options)
  const gate = createPayloadGate(options.compressAbove, options.encryption)
  const figures = createFigures()
  const memory = settings.memory && createMemoryLayer({ ...settings.memory, figures })
  const remote =
    options.redis &&
    createRemote(options.redis, {
      settings,
      gate,
      figures,
      onEpoch: () => {
        memory?.distrust()
        bus?.restart()
      },
      async onBack(via) {
        const done = await changes.replay(via)
        if (done) setImmediate(() => void bus?.check())
        return done
      }
    })
  const engine: Engine = {
    settings,
    figures,
    memory,
    remote: remote || undefined,
    log: createInvalidationLog(),
    flights: new Map(),
    background: new Set()
  }
  const changes = createChanges(engine, () => bus)
  const bus = createBusOf(options, engine, changes.hear)

  const layers: Layer[] = [...(memory ? (['memory'] as const) : []), ...(remote ? (['redis'] as const) : [])]
  const gauges: Gauges = {
    get entries() {
      return memory?.entries ?? 0
    },
    get bytes() {
      return memory?.bytes ?? 0
    },
    get breaker() {
      return remote ? remote.breaker.state : 0
    },
    get pending() {
      return changes.pending
    }
  }
  const unregister = registerSource(options.observers ?? [], cacheSource(settings.name, layers, figures, gauges))
  const counts = figures.memory

  const refresh = (key: string, loader: Loader<unknown>, given: LoadOptions<never>, mode: Mode) => {
    if (!engine.flights.has(key)) inBackground(engine, join(engine, key, loader, given, mode))
  }
  const loadMissing = async (key: string, loader: Loader<unknown>, given: LoadOptions<never>) => {
    let stale = false
    try {
      const outcome = await join(engine, key, loader, given, given.fresh ? 'force' : 'missing')
      stale = outcome.stale && outcome.from === 'memory'
      return outcome.value
    } finally {
      if (memory) counts[stale ? 'stale' : 'miss']++
    }
  }
  const getOrSet = <T>(key: string, loader: Loader<T>, given: LoadOptions<T> = NO_OPTIONS as LoadOptions<T>): Promise<T> => {
    if (typeof key !== 'string' || key === '') return Promise.reject(noKey(key))
    const load = given as LoadOptions<never>
    if (memory) {
      counts.calls++
      const entry = given.fresh ? undefined : memory.read(key)
      if (entry !== undefined) {
        const now = performance.now()
        if (now < entry.freshUntil) {
          countHit(counts, entry.value)
          countSaved(engine, entry)
          if (now > entry.refreshAt) refresh(key, loader, load, 'refresh')
          return Promise.resolve(entry.value as T)
        }
        if (now < entry.revalidateUntil || (now < entry.retryAt && now < entry.staleUntil)) {
          counts.stale++
          if (now >= entry.retryAt) refresh(key, loader, load, 'missing')
          return Promise.resolve(entry.value as T)
        }
      }
    }
    return loadMissing(key, loader, load) as Promise<T>
  }

  const cache: Cache = {
    name: settings.name,
    async get<T>(key: string) {
      checkKey(key)
      return (await lookUp(engine, key, false))?.value as T | undefined
    },
    async getEntry(key) {
      checkKey(key)
      return lookUp(engine, key, true) as never
    },
    async set(key, value, given = {}) {
      checkKey(key)
      await changes.set([[key, value]], given)
    },
    getOrSet,
    async getMany(keys) {
      keys.forEach(checkKey)
      return getMany(engine, keys) as never
    },
    async setMany(entries, given = {}) {
      for (const [key] of entries) checkKey(key)
      if (entries.length > 0) await changes.set(entries, given)
    },
    async getOrSetMany(keys, loader, given = NO_OPTIONS as never) {
      keys.forEach(checkKey)
      return getOrSetMany(engine, keys, loader, given as LoadOptions<never>) as never
    },
    wrap<A extends unknown[], R>(fn: (...values: A) => Promise<R>, { key: keyOf, ...given }: WrapOptions<A, R> = {}) {
      // Its text as well: minified or anonymous functions share their names.
      const name = `${fn.name || 'anonymous'}:${hashOf(String(fn)).slice(0, 8)}`
      return function cached(this: unknown, ...values: A) {
        const load = () => Reflect.apply(fn, this, values) as Promise<R>
        return getOrSet<R>(keyOf ? keyOf(...values) : `${name}:${hashOf(values)}`, load, given as LoadOptions<R>)
      }
    },
    async delete(key) {
      const keys = typeof key === 'string' ? [key] : key
      keys.forEach(checkKey)
      if (keys.length > 0) await changes.delete(keys)
    },
    async invalidate(what) {
      checkOptions('invalidate', what, ['tags', 'pattern', 'dependency', 'version', 'all'])
      await changes.invalidate(what)
    },
    mark(key, given = {}) {
      checkKey(key)
      const { log } = engine
      const position = log.begin()
      const under = { seq: remote ? remote.layer.seq : 0, epoch: remote ? remote.layer.epoch : -1 }
      let ended = false
      return {
        async keep(value, more = {}) {
          const whole = { ...given, ...more } as LoadOptions<never>
          const inherited = whole.dependsOn ? await inheritedNames(engine, whole as never) : []
          const lives = livesWithin(engine, value, whole, inherited)
          if (!ended && lives && !log.touched(position, key, lives.tags)) keep(engine, [draftOf(engine, key, value, lives)], under)
        },
        end() {
          if (!ended) log.end()
          ended = true
        }
      }
    },
    stats: () => statsOf(figures, gauges),
    onInvalidate: changes.onInvalidate,
    async close() {
      unregister()
      const written = Promise.allSettled([...engine.background])
      let timer: NodeJS.Timeout | undefined
      const limit = new Promise((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS)
      })
      await Promise.race([written, limit])
      clearTimeout(timer)
      await bus?.stop()
      if (remote) remote.close()
      memory?.clear()
    }
  }
  return withObservers(cache, options.observers)
}

function createBusOf({ bus, redis, name }: CacheOptions, engine: Engine, hear: Parameters<typeof createBus>[0]['apply']) {
  if (!bus) return undefined
  const { remote, figures, memory } = engine
  if (bus === true && !remote) {
    throw new RagError('RAG_CACHE_BUS', {
      option: 'bus',
      value: redis ?? bus,
      problem: 'a bus needs something to run on',
      fix: 'pass redis, or a bus driver such as postgresBus(pool)'
    })
  }
  const driver = bus === true ? redisBus(name, remote!) : bus
  return createBus({ name, driver, remote, figures, apply: hear, distrust: () => memory?.distrust() })
}

function checkKey(key: unknown): void {
  if (typeof key !== 'string' || key === '') throw noKey(key)
}

function noKey(key: unknown): RagError {
  return new RagError('RAG_CACHE_KEY', {
    option: 'key',
    value: key,
    problem: 'a key is a text of at least one character',
    fix: 'make one with createKey()'
  })
}
