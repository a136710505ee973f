// Fastify 5: a plugin with the hooks that start the operation, keep its context and note errors.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { context } from '@opentelemetry/api'
import { contextOf } from './context.js'
import { beginExchange, isEntered, noteError, operationOfRequest, type ServerOperation } from './http/exchange.js'
import { stampWriteHead } from './http/head.js'
import { observeServer, observeServerOf } from './http/node-server.js'
import { type Observer, observerList, wantsIds } from './observer.js'
import { type OperationRecord, spanOf } from './operation.js'

/** A plugin of Fastify, spelled so that no version of its types is needed. */
export type FastifyPlugin = (instance: object, options: unknown, done: (error?: Error) => void) => void

interface FastifyRequest {
  readonly raw: IncomingMessage
  readonly routeOptions: { readonly url?: string | undefined }
  readonly is404: boolean
}
interface FastifyReply {
  readonly raw: ServerResponse
  header(name: string, value: string): unknown
  hasHeader(name: string): boolean
}
type Done = (error?: Error) => void
interface FastifyInstance {
  readonly server: Server
  addHook(name: 'onRequest' | 'preValidation', hook: (request: FastifyRequest, reply: FastifyReply, done: Done) => void): unknown
  addHook(name: 'onError', hook: (request: FastifyRequest, reply: FastifyReply, error: unknown, done: () => void) => void): unknown
  addHook(name: 'onClose', hook: (instance: unknown, done: Done) => void): unknown
}

const FASTIFY_REQUEST = Symbol.for('@rag/core/fastify/1')

/**
 * Observes the requests of a Fastify application and of every plugin in it. Registered twice, it is still one pass.
 *
 * @example
 * await app.register(observeFastify([logObserver(logger), metrics.observer]))
 */
export function observeFastify(observers: readonly Observer[]): FastifyPlugin {
  const list = observerList(observers)
  const plugin: FastifyPlugin = (instance, _options, done) => {
    const app = instance as FastifyInstance
    const restore = observeServer(app.server, list)
    app.addHook('onRequest', (request, reply, next) => {
      const { raw } = request
      const first = beginExchange(raw, reply.raw, list, readFastifyRoute)
      const operation = operationOfRequest(raw)
      if (!operation) return next()
      if (!first) {
        if (wantsIds(list)) putIds(reply, operation)
        return next()
      }
      ;(raw as { [FASTIFY_REQUEST]?: FastifyRequest })[FASTIFY_REQUEST] = request
      stampWriteHead(reply.raw)
      observeServerOf(raw, list)
      // Set here they cost less than merged into the head later.
      if (wantsIds(list)) putIds(reply, operation)
      context.with(contextOf(operation), next)
    })
    // Reading a body from the socket loses the context; the handler must have it back.
    app.addHook('preValidation', (request, _reply, next) => {
      const operation = operationOfRequest(request.raw)
      if (!operation || isEntered(operation)) return next()
      context.with(contextOf(operation), next)
    })
    app.addHook('onError', (request, _reply, error, next) => {
      noteError(request.raw, error)
      next()
    })
    app.addHook('onClose', (_instance, next) => {
      restore()
      next()
    })
    done()
  }
  return Object.assign(plugin, {
    // What fastify-plugin sets: hooks are for the whole application, not for a scope of their own.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: '@rag/core',
    [Symbol.for('plugin-meta')]: { fastify: '5.x', name: '@rag/core' }
  })
}

/** A plugin registered later may be the one that makes spans, or the first whose records carry ids. */
function putIds(reply: FastifyReply, operation: ServerOperation): void {
  if (!reply.hasHeader('x-request-id')) reply.header('x-request-id', operation.requestId!)
  if (reply.hasHeader('x-trace-id')) return
  const traceId = spanOf(operation as unknown as OperationRecord)?.spanContext().traceId
  if (traceId !== undefined) reply.header('x-trace-id', traceId)
}

function readFastifyRoute(_operation: ServerOperation, request: IncomingMessage): string | undefined {
  const fastify = (request as { [FASTIFY_REQUEST]?: FastifyRequest })[FASTIFY_REQUEST]
  return fastify && !fastify.is404 ? fastify.routeOptions.url : undefined
}
