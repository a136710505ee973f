// What the responses of a route may be kept for, and the headers that say so to browsers and CDNs.

import type { IncomingMessage } from 'node:http'
import { checkOptions, type Duration, durationMs, type Observers, RagError } from '@rag/core'

/** What `cacheControl()` takes. Durations are milliseconds or a text such as `10m`; headers carry whole seconds. */
export interface CacheControlOptions {
  /** How long a browser may use the response without asking. @default 0: it asks each time, and a 304 is enough */
  maxAge?: Duration
  /** How long a CDN may. @default as maxAge */
  sharedMaxAge?: Duration
  /** How long both may serve it after that while they fetch a new one. */
  staleWhileRevalidate?: Duration
  /** How long both may serve it while this service fails. */
  staleIfError?: Duration
  /** Keeps responses in the cache of this service, or false for headers, ETag and 304 only. @default the ttl of the cache */
  store?: Duration | false
  /** Request headers that the response depends on; each value has an entry of its own. */
  vary?: readonly string[]
  /** Tags of every response, beside those of {@link tagResponse}: in the cache and as surrogate keys. */
  tags?: readonly string[] | ((request: IncomingMessage) => readonly string[])
  /**
   * Requests with `Authorization` or `Cookie` are passed on and answered `private, no-store`. `true`: their responses are the same for everybody.
   * A function names whose response it is, such as the tenant: it is kept for that one alone and never by a CDN; undefined passes on.
   */
  authorised?: true | ((request: IncomingMessage) => string | undefined)
  /** Name of the header for surrogate keys; `Cache-Tag` is joined by commas, as Cloudflare wants it. @default 'Surrogate-Key' */
  surrogateHeader?: string
  /** Purges surrogate keys from the CDN whenever this process invalidates their tags; `all` asks for everything. */
  purge?: (what: { keys: readonly string[]; all: boolean }) => PromiseLike<unknown> | unknown
  /** A larger body is passed on but not kept, in bytes. @default 1048576 */
  maxBytes?: number
  /** @default those of the cache */
  observers?: Observers
}

const KNOWN = [
  'maxAge',
  'sharedMaxAge',
  'staleWhileRevalidate',
  'staleIfError',
  'store',
  'vary',
  'tags',
  'authorised',
  'surrogateHeader',
  'purge',
  'maxBytes',
  'observers'
]

export interface Policy {
  readonly publicHeader: string
  readonly privateHeader: string
  /** Undefined: the ttl of the cache; false: nothing is kept here. */
  readonly store: Duration | false | undefined
  readonly vary: readonly string[]
  readonly surrogateHeader: string
  readonly maxBytes: number
}

/** @throws RagError for a wrong option. */
export function readPolicy(options: CacheControlOptions): Policy {
  checkOptions('cacheControl', options, KNOWN)
  const { maxAge = 0, sharedMaxAge, staleWhileRevalidate, staleIfError, store, vary = [] } = options
  const { maxBytes = 1024 * 1024, surrogateHeader = 'Surrogate-Key' } = options
  const seconds = (option: string, value: Duration) => Math.floor(durationMs(option, value) / 1000)
  const own = [`max-age=${seconds('maxAge', maxAge)}`]
  const shared = sharedMaxAge === undefined ? [] : [`s-maxage=${seconds('sharedMaxAge', sharedMaxAge)}`]
  const late = [
    ...(staleWhileRevalidate === undefined ? [] : [`stale-while-revalidate=${seconds('staleWhileRevalidate', staleWhileRevalidate)}`]),
    ...(staleIfError === undefined ? [] : [`stale-if-error=${seconds('staleIfError', staleIfError)}`])
  ]
  // RFC 9111, 4.2.4: without this a browser may go on with what is stale. RFC 5861 names the exceptions.
  if (late.length === 0) late.push('must-revalidate')
  if (store !== undefined && store !== false) durationMs('store', store)
  for (const name of [...vary, surrogateHeader]) {
    if (typeof name !== 'string' || !/^[\w-]{1,64}$/.test(name))
      throw wrong('vary', name, 'this is no name of a header', `give names such as ['accept-language']`)
  }
  if (!Number.isInteger(maxBytes) || maxBytes <= 0)
    throw wrong('maxBytes', maxBytes, 'this is no positive whole number', 'give bytes, such as 1048576')
  for (const option of ['purge', 'authorised'] as const) {
    const value = options[option]
    if (value !== undefined && value !== true && typeof value !== 'function')
      throw wrong(option, value, 'this is no function', `give a function, or leave ${option} out`)
  }
  return {
    publicHeader: ['public', ...own, ...shared, ...late].join(', '),
    privateHeader: ['private', ...own, ...late].join(', '),
    store,
    vary: vary.map((name) => name.toLowerCase()),
    surrogateHeader,
    maxBytes
  }
}

/** A tag as a surrogate key: CDNs take printable characters without separators. */
export function surrogateKey(tag: string): string {
  return tag.replace(/[^\w:.\-/]/g, (mark) => encodeURIComponent(mark))
}

function wrong(option: string, value: unknown, problem: string, fix: string): RagError {
  return new RagError('RAG_CACHE_OPTION', { option, value, problem, fix })
}
