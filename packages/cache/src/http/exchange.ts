// One request under cacheControl(): an answer from the cache, a 304, or the handler's response with headers, kept for the next.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { registerSource } from '@rag/core'
import { observersOf } from '../observed.js'
import type { Cache } from '../types.js'
import { capture } from './capture.js'
import { type CacheControlOptions, readPolicy, surrogateKey } from './policy.js'
import { type Audience, audienceOf, type Condition, isCacheable, isNotModified, requestKey, takeCondition } from './request.js'
import { BODY_HEADERS, etagOf, headOf, holdsFor, listOf, type StoredResponse, withBody } from './stored.js'

/** How many requests were answered how, and the sum of the age of those from the cache. */
export interface HttpStats {
  readonly hit: number
  readonly stale: number
  readonly miss: number
  readonly not_modified: number
  readonly bypass: number
  readonly ageSeconds: number
  readonly purges: { readonly ok: number; readonly error: number }
}
export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [string, string | string[]])[]
  readonly body: Uint8Array | undefined
}
export interface HttpExchange {
  /** The answer, or undefined: the handler is to be called, and what it answers is watched. Never rejects. */
  begin(request: IncomingMessage, response: ServerResponse): Promise<Answer | undefined>
  stats(): HttpStats
  close(): void
}

/** Who asks for what another request is making waits this long for it. */
const WAIT_MS = 10_000
const RESPONSE_TAGS = Symbol.for('@rag/cache/response-tags/1')

/**
 * Tags the response of one request, in the cache and as surrogate keys. Call it before the body is written.
 *
 * @example
 * tagResponse(response, `document:${id}`)   // Fastify: tagResponse(reply.raw, …)
 */
export function tagResponse(response: ServerResponse, ...tags: string[]): void {
  const tagged = response as { [RESPONSE_TAGS]?: string[] }
  tagged[RESPONSE_TAGS] = [...(tagged[RESPONSE_TAGS] ?? []), ...tags]
}

/** @throws RagError for a wrong option. */
export function createHttpExchange(cache: Cache, options: CacheControlOptions): HttpExchange {
  const policy = readPolicy(options)
  const counts = { hit: 0, stale: 0, miss: 0, not_modified: 0, bypass: 0 }
  const purges = { ok: 0, error: 0 }
  let ageSeconds = 0
  const making = new Map<string, Promise<void>>()
  const name = cache.name

  const unregister = registerSource(options.observers ?? observersOf(cache), {
    read(emit) {
      for (const [result, count] of Object.entries(counts)) emit('rag_cache_http_responses_total', count, { cache: name, result })
      emit('rag_cache_http_age_seconds_total', ageSeconds, { cache: name })
      for (const [outcome, count] of Object.entries(purges)) emit('rag_cache_purges_total', count, { cache: name, outcome })
    }
  })
  const purge = async (keys: readonly string[], all: boolean) => {
    try {
      await options.purge!({ keys, all })
      purges.ok++
    } catch {
      purges.error++
    }
  }
  const unlisten = options.purge
    ? cache.onInvalidate(({ keys, tags = [], all = false, here }) => {
        // Each process hears of a change; the one that made it tells the CDN. A key that is set anew is no tag.
        if (here && !keys && (all || tags.length > 0)) void purge([...new Set(tags.map((tag) => surrogateKey(tag.slice(2))))], all)
      })
    : () => {}

  const find = async (key: string, request: IncomingMessage) => {
    const entry = await cache.getEntry<StoredResponse>(key)
    return entry && holdsFor(entry.value, request) ? entry : undefined
  }
  const answerOf = (stored: StoredResponse, ageMs: number, condition: Condition, result: 'hit' | 'stale'): Answer => {
    const age = Math.floor(ageMs / 1000)
    ageSeconds += age
    const headers = [...stored.headers, ['age', String(age)] as const]
    const header = (wanted: string) => stored.headers.find(([known]) => known === wanted)?.[1]
    if (isNotModified(condition, header('etag') as string | undefined, header('last-modified') as string | undefined)) {
      counts.not_modified++
      return { status: 304, headers: headers.filter(([known]) => !BODY_HEADERS.has(known)), body: undefined }
    }
    counts[result]++
    return { status: stored.status, headers, body: stored.body }
  }

  /** Lets the handler answer, and sees to head and storage. */
  const watch = (request: IncomingMessage, response: ServerResponse, audience: Audience, key: string | undefined) => {
    const given = typeof options.tags === 'function' ? options.tags(request) : (options.tags ?? [])
    const condition = takeCondition(request)
    const before = response.getHeaders()
    const storing = key !== undefined && policy.store !== false && request.method === 'GET'
    const mark = storing ? cache.mark(key) : undefined
    let landed = () => {}
    if (storing && !making.has(key)) {
      const flight = new Promise<void>((resolve) => {
        landed = () => {
          if (making.get(key) === flight) making.delete(key)
          resolve()
        }
      })
      making.set(key, flight)
    }
    let notModified = false
    let kept: Omit<StoredResponse, 'body'> | undefined
    let tags: string[] = []
    const onHead = (body: Uint8Array | undefined): boolean => {
      condition.restore()
      tags = [...new Set([...given, ...((response as { [RESPONSE_TAGS]?: string[] })[RESPONSE_TAGS] ?? [])])]
      putHeaders(response, audience, tags)
      if (body !== undefined && body.length > 0 && response.statusCode === 200 && !response.hasHeader('etag'))
        response.setHeader('etag', etagOf(body))
      if (storing) kept = headOf(request, response, before)
      notModified =
        response.statusCode === 200 &&
        isNotModified(
          condition,
          response.getHeader('etag') as string | undefined,
          response.getHeader('last-modified') as string | undefined
        )
      if (!notModified) return false
      response.statusCode = 304
      for (const header of BODY_HEADERS) response.removeHeader(header)
      return true
    }
    const onEnd = (body: Uint8Array | undefined) => {
      counts[notModified ? 'not_modified' : 'miss']++
      const ended = async () => {
        try {
          // The tags are dependencies too, so that documentChanged() reaches what was made of a document.
          const life = policy.store === undefined || policy.store === false ? {} : { ttl: policy.store }
          if (kept && body && mark) await mark.keep(withBody(kept, body), { tags, dependsOn: tags, ...life })
        } catch {
          // What cannot be kept was still answered.
        } finally {
          mark?.end()
          landed()
        }
      }
      void ended()
    }
    capture(response, policy.maxBytes, { onHead, onEnd })
  }

  const putHeaders = (response: ServerResponse, audience: Audience, tags: readonly string[]) => {
    const kept = response.statusCode === 304 || (response.statusCode >= 200 && response.statusCode < 400)
    if (!response.hasHeader('cache-control')) {
      const header = audience.kind === 'public' ? policy.publicHeader : policy.privateHeader
      response.setHeader('cache-control', kept && !response.hasHeader('set-cookie') ? header : 'no-store')
    }
    const own = audience.kind === 'private' ? ['authorization', 'cookie'] : []
    const vary = [...new Set([...listOf(response.getHeader('vary')), ...policy.vary, ...own])]
    if (vary.length > 0) response.setHeader('vary', vary.join(', '))
    if (tags.length === 0 || audience.kind !== 'public' || response.hasHeader(policy.surrogateHeader)) return
    response.setHeader(policy.surrogateHeader, tags.map(surrogateKey).join(/^cache-tag$/i.test(policy.surrogateHeader) ? ',' : ' '))
  }

  /** Not for keeping: says so, and leaves the rest to the handler. */
  const passOn = (request: IncomingMessage, response: ServerResponse, audience: Audience) => {
    counts.bypass++
    if (audience.kind === 'none' && (request.method === 'GET' || request.method === 'HEAD'))
      response.setHeader('cache-control', 'private, no-store')
    return undefined
  }

  return {
    async begin(request, response) {
      let audience: Audience = { kind: 'none' }
      let key: string | undefined
      try {
        audience = audienceOf(request, options.authorised)
        if (audience.kind === 'none' || !isCacheable(request)) return passOn(request, response, audience)
        key = requestKey(request, policy.vary, audience)
        if (policy.store === false) {
          watch(request, response, audience, undefined)
          return undefined
        }
        const condition = { ifNoneMatch: request.headers['if-none-match'], ifModifiedSince: request.headers['if-modified-since'] }
        const entry = await find(key, request)
        if (entry && (!entry.stale || making.has(key))) return answerOf(entry.value, entry.ageMs, condition, entry.stale ? 'stale' : 'hit')
        const other = making.get(key)
        if (other && request.method === 'GET') {
          await Promise.race([other, new Promise((resolve) => setTimeout(resolve, WAIT_MS).unref())])
          const made = await find(key, request)
          if (made && !made.stale) return answerOf(made.value, made.ageMs, condition, 'hit')
        }
        watch(request, response, audience, key)
        return undefined
      } catch {
        // An option of the application that throws costs the caching, not the answer.
        return passOn(request, response, { kind: 'none' })
      }
    },
    stats: () => ({ ...counts, ageSeconds, purges: { ...purges } }),
    close() {
      unregister()
      unlisten()
    }
  }
}
