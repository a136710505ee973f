// Express 4 and 5: one middleware that starts the operation, one at the end that notes errors.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { context } from '@opentelemetry/api'
import { contextOf } from './context.js'
import { beginExchange, noteError, operationOfRequest, type ServerOperation } from './http/exchange.js'
import { MATCHED, type Matched, matchedOf, readyForExpress } from './http/express-request.js'
import { type ExpressApp, expressPattern, type Route } from './http/express-route.js'
import { stampWriteHead } from './http/head.js'
import { observeServerOf } from './http/node-server.js'
import { type Observer, observerList } from './observer.js'
import type { Operation } from './operation.js'

/** A middleware of Express, spelled so that Express 4 and 5 both take it. */
export type ExpressMiddleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void
/** An error middleware of Express: by its four parameters. */
export type ExpressErrorMiddleware = (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void
) => void

export interface ExpressOptions {
  /** Makes `req.log`, when it is first read. */
  log?: (operation: Operation<'server'>) => unknown
}

type ExpressRequest = IncomingMessage & {
  app?: ExpressApp & { request?: object; response?: ServerResponse }
  originalUrl?: string
  route?: Route
}

const PREPARED = Symbol.for('@rag/core/express/1')

/**
 * Observes the requests of an Express application. Mounted twice, in any order, it is still one pass.
 *
 * @example
 * app.use(observeExpress([logObserver(logger), metrics.observer]))
 */
export function observeExpress(observers: readonly Observer[], { log }: ExpressOptions = {}): ExpressMiddleware {
  const list = observerList(observers)
  return function observe(request, response, next) {
    const first = beginExchange(request, response, list, readExpressRoute)
    const operation = operationOfRequest(request)
    // Whoever joins a request wants the refused ones of its server as well.
    const server = observeServerOf(request, list)
    if (server && server.ready === undefined) server.ready = readyForExpress((request as ExpressRequest).app)
    // Whoever comes second may be the first that brings `req.log`.
    if (operation && (first || log)) prepare((request as ExpressRequest).app, response, log)
    if (!first || !operation) return next()
    context.with(contextOf(operation), next)
  }
}

/**
 * Notes the error that a handler threw or rejected with and passes it on unchanged. Mount it last, before your own error handlers.
 *
 * @example
 * app.use(expressErrors())
 */
export function expressErrors(): ExpressErrorMiddleware {
  return function noteErrors(error, request, _response, next) {
    noteError(request, error)
    next(error)
  }
}

/** Hooks what all requests of an application share, once an application: the head of the reply, the matched route, `req.log`. */
function prepare(app: ExpressRequest['app'], response: ServerResponse, log: ExpressOptions['log']): void {
  if (!app?.request || !app.response) {
    stampWriteHead(response)
    return
  }
  const shared = app.request as { [PREPARED]?: boolean }
  // The response of an application used as a plain handler does not inherit from ours; for all others this finds the hook in place.
  if (shared[PREPARED]) {
    stampWriteHead(response)
    return
  }
  Object.defineProperty(shared, PREPARED, { value: true })
  stampWriteHead(app.response)
  Object.defineProperty(shared, 'route', {
    configurable: true,
    enumerable: false,
    get(this: ExpressRequest & { [MATCHED]?: Matched }) {
      return this[MATCHED]?.route
    },
    // The router sets this when a route matches: the only moment at which the application it belongs to is known.
    set(this: ExpressRequest & { [MATCHED]?: Matched }, route: Route | undefined) {
      this[MATCHED] = route && matchedOf(route, this.app)
    }
  })
  if (!log || 'log' in shared) return
  const LOG = Symbol('log')
  Object.defineProperty(shared, 'log', {
    configurable: true,
    get(this: IncomingMessage & { [LOG]?: unknown }) {
      const operation = operationOfRequest(this)
      this[LOG] ??= operation && log(operation as unknown as Operation<'server'>)
      return this[LOG]
    },
    set(this: { [LOG]?: unknown }, value: unknown) {
      this[LOG] = value
    }
  })
}

/** @internal The pattern that an Express application matched. */
export function readExpressRoute(_operation: ServerOperation, request: IncomingMessage): string | undefined {
  const express = request as ExpressRequest & { [MATCHED]?: Matched }
  const route = express.route
  const app = express[MATCHED]?.app ?? express.app
  return route && app ? expressPattern(route, app, express) : undefined
}
