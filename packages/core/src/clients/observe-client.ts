// Instruments a client that the application made: on the instance, found by shape, the same object back.
import { RagError } from '../errors.js'
import { type Observer, type Observers, observerList } from '../observer.js'
import { type Duration, durationMs } from '../options.js'
import { isElasticsearch, observeElasticsearch } from './elasticsearch.js'
import { isPg, observePg } from './pg.js'
import { isIoredis, isNodeRedis, observeIoredis, observeNodeRedis } from './redis.js'
import { isUndici, observeUndici } from './undici.js'

export interface ObserveClientOptions {
  observers?: readonly Observer[]
  /** What the dependency is called in metrics and spans; by default the name of the system. */
  name?: string
  /** Duration from which a statement is marked as slow, with its fingerprint. @default '500ms' */
  slow?: Duration
  /** A `pg` Pool asks for the plan of a slow statement, once per fingerprint, when a connection is free. @default false */
  explain?: boolean
}

/** What an instrumentation of one client gets. */
export interface ClientSettings {
  /** Undefined: the observers of the context. */
  readonly observers: Observers | undefined
  readonly name: string | undefined
  readonly slowMs: number
  readonly explain: boolean
}
/** Instruments one client and returns the undo. */
export type Instrument = (client: never, settings: ClientSettings) => () => void

const OBSERVED = Symbol.for('@rag/core/client/1')

const instruments: readonly { matches(client: object): boolean; observe: Instrument }[] = [
  { matches: isIoredis, observe: observeIoredis },
  { matches: isNodeRedis, observe: observeNodeRedis },
  { matches: isPg, observe: observePg },
  { matches: isElasticsearch, observe: observeElasticsearch },
  { matches: isUndici, observe: observeUndici }
]

/**
 * Records every call of a client: ioredis, node-redis, `pg` Pool and Client, Elasticsearch, dispatchers of undici. Returns the same object; observing it twice is once.
 *
 * @throws RagError `RAG_CORE_CLIENT` for anything that is no known client, `RAG_CORE_DURATION` for a wrong `slow`.
 * @example
 * const pool = observeClient(new Pool(), { observers })
 */
export function observeClient<T extends object>(
  client: T,
  { observers, name, slow = '500ms', explain = false }: ObserveClientOptions = {}
): T {
  const slowMs = durationMs('slow', slow)
  const marked = client as T & { [OBSERVED]?: () => void }
  if (marked?.[OBSERVED]) return client
  const instrument = client && instruments.find(({ matches }) => matches(client))
  if (!instrument) {
    throw new RagError('RAG_CORE_CLIENT', {
      option: 'client',
      value: (client as { constructor?: { name?: string } } | null)?.constructor?.name ?? typeof client,
      problem: 'this is no client that observeClient() knows',
      fix: 'pass an ioredis, node-redis or Elasticsearch client, a pg Pool or Client or a dispatcher of undici; for fetch use createFetch(), for anything else observe()'
    })
  }
  const undo = instrument.observe(client as never, { observers: observers && observerList(observers), name, slowMs, explain })
  Object.defineProperty(marked, OBSERVED, { value: undo, configurable: true, enumerable: false })
  return client
}

/** Takes the instrumentation off a client again. */
export function releaseClient(client: object): void {
  const marked = client as { [OBSERVED]?: () => void }
  marked[OBSERVED]?.()
  delete marked[OBSERVED]
}
