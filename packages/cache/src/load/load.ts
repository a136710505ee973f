// Calls a loader once: limits, context, operation, figures.
import { type Duration, isObserved, RagError, startOperation } from '@rag/core'
import type { Engine, Lives } from '../engine.js'
import { livesOf } from '../engine.js'
import { inheritedNames } from '../invalidation/changes.js'
import { TIMED_OUT, within } from '../redis/deadline.js'
import { adaptiveLife, type Limits, readLimits } from '../settings.js'
import type { LoadContext, Loader, LoadOptions } from '../types.js'

export interface Loaded {
  readonly value: unknown
  /** Undefined: not to be kept. */
  readonly lives: Lives | undefined
}

const NONE: readonly string[] = []

/** What a loader gets. A class, and its functions made when they are asked for: closures of one load each would cost more than the rest of it. */
class Context implements LoadContext {
  kept = true
  /** What it gave has ended already. */
  lapsed = false
  #aborter: AbortController | undefined
  constructor(
    readonly key: string,
    public adapted: LoadOptions<never>
  ) {}
  // Most loaders never ask for the signal.
  get signal() {
    this.#aborter ??= new AbortController()
    return this.#aborter.signal
  }
  get setTtl() {
    return (ttl: Duration) => {
      const ms = adaptiveLife(ttl)
      this.lapsed = ms === undefined
      this.#adapt({ ttl: ms })
    }
  }
  get addTags() {
    return (...tags: string[]) => this.#adapt({ tags: [...(this.adapted.tags ?? []), ...tags] })
  }
  get addDependencies() {
    return (...names: string[]) => this.#adapt({ dependsOn: [...(this.adapted.dependsOn ?? []), ...names] })
  }
  get setCost() {
    return (cost: number) => this.#adapt({ cost })
  }
  get skip() {
    return () => {
      this.kept = false
    }
  }
  abort(reason: unknown) {
    this.#aborter ??= new AbortController()
    this.#aborter.abort(reason)
  }
  #adapt(more: { [name in keyof LoadOptions<never>]?: LoadOptions<never>[name] | undefined }) {
    this.adapted = { ...this.adapted, ...more } as LoadOptions<never>
  }
}

/** @throws whatever the loader throws, and RagError `RAG_CACHE_LOAD_TIMEOUT`. */
export async function load(engine: Engine, key: string, loader: Loader<unknown>, options: LoadOptions<never>, size = 1): Promise<Loaded> {
  const { figures, settings } = engine
  const context = new Context(key, options)
  const { hardMs } = limitsOf(engine, options)
  figures.loads++
  const attributes = { cache: settings.name, operation: 'load', layer: undefined, size, hit: false } as const
  const operation = isObserved(settings.observers)
    ? startOperation('cache', `load ${settings.name}`, attributes, settings.observers)
    : undefined
  try {
    const loading = loader(context)
    const value = hardMs === undefined ? await loading : await within(Promise.resolve(loading), hardMs)
    if (value === TIMED_OUT) {
      const error = new RagError('RAG_CACHE_LOAD_TIMEOUT', {
        problem: `the loader of the cache "${settings.name}" did not answer within ${hardMs} ms`,
        fix: 'raise loadTimeout.hard, or let the cache serve stale values with stale.ifError'
      })
      context.abort(error)
      operation?.end('timeout', error)
      throw error
    }
    const { adapted } = context
    const kept = context.kept && !context.lapsed
    const inherited = kept && adapted.dependsOn ? await inheritedNames(engine, adapted as never) : NONE
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
