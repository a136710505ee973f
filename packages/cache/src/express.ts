// Express 4 and 5: cacheControl() as a middleware of a route, a router or the whole application.
import type { ExpressMiddleware } from '@rag/core/express'
import { createHttpExchange, type HttpStats } from './http/exchange.js'
import type { CacheControlOptions } from './http/policy.js'
import type { Cache } from './types.js'

export { type HttpStats, tagResponse } from './http/exchange.js'
export type { CacheControlOptions } from './http/policy.js'

/** A middleware with its figures; `close` lets go of the cache. */
export type CacheControl = ExpressMiddleware & { stats(): HttpStats; close(): void }

/**
 * Cache-Control, ETag and 304, Vary and surrogate keys for GET and HEAD; whole responses are kept in the cache.
 *
 * @throws RagError for a wrong option.
 * @example
 * app.get('/documents/:id', cacheControl(cache, { maxAge: '1m', sharedMaxAge: '1h' }), (request, response) => {
 *   tagResponse(response, `document:${request.params.id}`)
 *   response.json(document)
 * })
 */
export function cacheControl(cache: Cache, options: CacheControlOptions = {}): CacheControl {
  const { begin, stats, close } = createHttpExchange(cache, options)
  const middleware: ExpressMiddleware = async (request, response, next) => {
    const answer = await begin(request, response)
    if (!answer) return next()
    response.statusCode = answer.status
    for (const [name, value] of answer.headers) response.setHeader(name, value)
    response.end(answer.body)
  }
  return Object.assign(middleware, { stats, close })
}
