// Calls a loader once: limits, context, operation, figures.
import { isObserved, RagError, startOperation } from '@rag/core'
import type { Engine, Lives } from '../engine.js'
import { livesOf } from '../engine.js'
import { inheritedNames } from '../invalidation/changes.js'
import { TIMED_OUT, within } from '../redis/deadline.js'
import { type Limits, readLimits } from '../settings.js'
import type { Loader, LoadOptions } from '../types.js'

export interface Loaded {
  readonly value: unknown
  /** Undefined: not to be kept. */
  readonly lives: Lives | undefined
}

/** @throws whatever the loader throws, and RagError `RAG_CACHE_LOAD_TIMEOUT`. */
export async function load(engine: Engine, key: string, loader: Loader<unknown>, options: LoadOptions<never>, size = 1): Promise<Loaded> {
  const { figures, settings } = engine
  // Most loaders never ask for the signal.
  let abort: AbortController | undefined
  const aborter = () => {
    abort ??= new AbortController()
    return abort
  }
  let adapted = options
  let kept = true
  const adapt = (more: Partial<LoadOptions<never>>) => {
    adapted = { ...adapted, ...more }
  }
  const context = {
    key,
    get signal() {
      return aborter().signal
    },
    setTtl: (ttl: LoadOptions['ttl']) => adapt({ ttl: ttl as never }),
    addTags: (...tags: string[]) => adapt({ tags: [...(adapted.tags ?? []), ...tags] }),
    addDependencies: (...names: string[]) => adapt({ dependsOn: [...(adapted.dependsOn ?? []), ...names] }),
    setCost: (cost: number) => adapt({ cost }),
    skip: () => {
      kept = false
    }
  }
  const { hardMs } = limitsOf(engine, options)
  figures.loads++
  const attributes = { cache: settings.name, operation: 'load', layer: undefined, size, hit: false } as const
  const operation = isObserved(settings.observers)
    ? startOperation('cache', `load ${settings.name}`, attributes, settings.observers)
    : undefined
  try {
    // A loader that throws before it returns a promise is a loader that failed.
    const loading = new Promise((resolve) => resolve(loader(context)))
    const value = hardMs === undefined ? await loading : await within(loading, hardMs)
    if (value === TIMED_OUT) {
      const error = new RagError('RAG_CACHE_LOAD_TIMEOUT', {
        problem: `the loader of the cache "${settings.name}" did not answer within ${hardMs} ms`,
        fix: 'raise loadTimeout.hard, or let the cache serve stale values with stale.ifError'
      })
      aborter().abort(error)
      operation?.end('timeout', error)
      throw error
    }
    const inherited = kept && adapted.dependsOn ? await inheritedNames(engine, adapted as never) : []
    const lives = kept ? livesWithin(engine, value, adapted, inherited) : undefined
    operation?.end('ok')
    return { value, lives }
  } catch (error) {
    figures.loadErrors++
    operation?.end(undefined, error)
    throw error
  }
}

export function limitsOf({ settings }: Engine, { timeout }: LoadOptions<never>): Limits {
  return timeout === undefined ? settings.loadTimeout : { ...settings.loadTimeout, ...readLimits('timeout', timeout) }
}

/** Life, tags and cost of a loaded value, with the names that it inherits. */
export function livesWithin(engine: Engine, value: unknown, options: LoadOptions<never>, inherited: readonly string[]): Lives | undefined {
  const lives = livesOf(engine, value, options)
  return lives && inherited.length > 0 ? { ...lives, tags: [...new Set([...lives.tags, ...inherited])] } : lives
}
