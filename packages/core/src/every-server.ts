// Every HTTP server of the process, for an application that mounts nothing: hooked where Node hands a request over.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import { context } from '@opentelemetry/api'
import { contextOf } from './context.js'
import { readExpressRoute } from './express.js'
import { beginExchange, noteError, operationOfRequest, type ServerOperation } from './http/exchange.js'
import { stampWriteHead } from './http/head.js'
import { observeServer } from './http/node-server.js'
import { type Observers, observerList } from './observer.js'

type Emit = (this: unknown, event: string | symbol, ...values: unknown[]) => boolean
/** Fastify says here which route a request has matched. */
const FASTIFY = 'tracing:fastify.request.handler:start'
const ROUTES = new WeakMap<IncomingMessage, string>()

/**
 * Observes the requests of every `node:http` and `node:https` server, whatever framework answers them. Middleware that is mounted as well joins.
 * Routes are known of Express and Fastify; any other request is `unmatched`. Returns the undo.
 */
export function observeEveryServer(observers: Observers): () => void {
  const list = observerList(observers)
  const undoes = [http.Server.prototype, https.Server.prototype].map((prototype) => patchEmit(prototype as unknown as { emit: Emit }, list))
  const listen = (message: unknown): void => {
    try {
      const { request, route } = message as { request: { raw: IncomingMessage }; route?: { url?: unknown } }
      if (typeof route?.url === 'string') ROUTES.set(request.raw, route.url)
    } catch {
      // What a subscriber throws becomes an uncaught exception of the application.
    }
  }
  subscribe(FASTIFY, listen)
  return () => {
    unsubscribe(FASTIFY, listen)
    for (const undo of undoes) undo()
  }
}

function patchEmit(prototype: { emit: Emit }, list: Observers): () => void {
  const own = Object.hasOwn(prototype, 'emit')
  const original = prototype.emit
  const emit: Emit = function emit(event, ...values) {
    const pass = (): boolean => Reflect.apply(original, this, [event, ...values])
    if (event === 'listening') watchOutside(this as http.Server, list)
    if (event !== 'request') return pass()
    const [request, response] = values as [IncomingMessage, ServerResponse]
    const first = beginExchange(request, response, list, readRoute)
    const operation = operationOfRequest(request)
    if (!first || !operation) return pass()
    stampWriteHead(response)
    try {
      return context.with(contextOf(operation), pass)
    } catch (error) {
      noteError(request, error)
      throw error
    }
  }
  prototype.emit = emit
  return () => {
    if (prototype.emit !== emit) return
    if (own) prototype.emit = original
    else delete (prototype as { emit?: Emit }).emit
  }
}

/** Upgrades and requests that the parser refuses. */
function watchOutside(server: http.Server, list: Observers): void {
  try {
    observeServer(server, list)
  } catch {
    // A server that cannot be changed is observed without these.
  }
}

function readRoute(operation: ServerOperation, request: IncomingMessage): string | undefined {
  return ROUTES.get(request) ?? readExpressRoute(operation, request)
}
