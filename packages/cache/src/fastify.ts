// Fastify 5: cacheControl() as a plugin for the routes of the scope in which it is registered.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyPlugin } from '@rag/core/fastify'
import { createHttpExchange, type HttpStats } from './http/exchange.js'
import type { CacheControlOptions } from './http/policy.js'
import type { Cache } from './types.js'

export { type HttpStats, tagResponse } from './http/exchange.js'
export type { CacheControlOptions } from './http/policy.js'

/** A plugin with its figures; `close` lets go of the cache. */
export type CacheControl = FastifyPlugin & { stats(): HttpStats; close(): void }

interface Reply {
  readonly raw: ServerResponse
  code(status: number): Reply
  header(name: string, value: string | string[]): Reply
  send(body?: Buffer): Reply
}
interface Hooked {
  addHook(name: 'onRequest', hook: (request: { raw: IncomingMessage }, reply: Reply) => Promise<Reply | undefined>): unknown
  addHook(name: 'onClose', hook: () => Promise<void>): unknown
}

/**
 * Cache-Control, ETag and 304, Vary and surrogate keys for GET and HEAD; whole responses are kept in the cache.
 *
 * @throws RagError for a wrong option.
 * @example
 * await app.register(cacheControl(cache, { maxAge: '1m', sharedMaxAge: '1h' }))
 */
export function cacheControl(cache: Cache, options: CacheControlOptions = {}): CacheControl {
  const { begin, stats, close } = createHttpExchange(cache, options)
  const plugin: FastifyPlugin = (instance, _options, done) => {
    const app = instance as Hooked
    app.addHook('onRequest', async (request, reply) => {
      const answer = await begin(request.raw, reply.raw)
      if (!answer) return undefined
      reply.code(answer.status)
      for (const [name, value] of answer.headers) reply.header(name, value)
      return reply.send(answer.body && Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.byteLength))
    })
    app.addHook('onClose', async () => close())
    done()
  }
  return Object.assign(plugin, { stats, close, [Symbol.for('skip-override')]: true })
}
