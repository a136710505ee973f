// Instruments a client that the application made: on the instance, found by shape, the same object back.
import { RagError } from '../errors.js'
import { type Observer, type Observers, observerList } from '../observer.js'
import { isElasticsearch, observeElasticsearch } from './elasticsearch.js'
import { isPg, observePg } from './pg.js'
import { isIoredis, isNodeRedis, observeIoredis, observeNodeRedis } from './redis.js'

export interface ObserveClientOptions {
  observers?: readonly Observer[]
  /** What the dependency is called in metrics and spans; by default the name of the system. */
  name?: string
}

/** What an instrumentation of one client gets. */
export interface ClientSettings {
  /** Undefined: the observers of the context. */
  readonly observers: Observers | undefined
  readonly name: string | undefined
}
/** Instruments one client and returns the undo. */
export type Instrument = (client: never, settings: ClientSettings) => () => void

const OBSERVED = Symbol.for('@rag/core/client/1')

const instruments: readonly { matches(client: object): boolean; observe: Instrument }[] = [
  { matches: isIoredis, observe: observeIoredis },
  { matches: isNodeRedis, observe: observeNodeRedis },
  { matches: isPg, observe: observePg },
  { matches: isElasticsearch, observe: observeElasticsearch }
]

/**
 * Records every call of a client: ioredis, node-redis, `pg` Pool and Client, Elasticsearch. Returns the same object; observing it twice is once.
 *
 * @throws RagError `RAG_CORE_CLIENT` for anything that is no known client.
 * @example
 * const pool = observeClient(new Pool(), { observers })
 */
export function observeClient<T extends object>(client: T, { observers, name }: ObserveClientOptions = {}): T {
  const marked = client as T & { [OBSERVED]?: () => void }
  if (marked[OBSERVED]) return client
  const instrument = instruments.find(({ matches }) => matches(client))
  if (!instrument) {
    throw new RagError('RAG_CORE_CLIENT', {
      option: 'client',
      value: (client as { constructor?: { name?: string } } | null)?.constructor?.name ?? typeof client,
      problem: 'this is no client that observeClient() knows',
      fix: 'pass an ioredis, node-redis or Elasticsearch client or a pg Pool or Client; for HTTP use createFetch()'
    })
  }
  const undo = instrument.observe(client as never, { observers: observers && observerList(observers), name })
  Object.defineProperty(marked, OBSERVED, { value: undo, configurable: true, enumerable: false })
  return client
}

/** Takes the instrumentation off a client again. */
export function releaseClient(client: object): void {
  const marked = client as { [OBSERVED]?: () => void }
  marked[OBSERVED]?.()
  delete marked[OBSERVED]
}
