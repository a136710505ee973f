// Hono on Node's server: a middleware that starts the operation on the request and reply below.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { context } from '@opentelemetry/api'
import { contextOf } from './context.js'
import { beginExchange, noteError, operationOfRequest, type ServerOperation } from './http/exchange.js'
import { stampWriteHead } from './http/head.js'
import { observeServerOf } from './http/node-server.js'
import { type Observer, observerList } from './observer.js'

/** What is used of a Hono context; any version that runs on `@hono/node-server` fits. */
export interface HonoContext {
  env: unknown
  error?: Error | undefined
  req: { routeIndex: number; matchedRoutes: readonly { method: string; path: string }[] }
}
/** A middleware of Hono. */
export type HonoMiddleware = (honoContext: HonoContext, next: () => Promise<void>) => Promise<void>

const HONO_CONTEXT = Symbol.for('@rag/core/hono/1')

/**
 * Observes the requests of a Hono application that runs on `@hono/node-server`; elsewhere it passes them on.
 *
 * @example
 * app.use(observeHono([logObserver(logger), metrics.observer]))
 */
export function observeHono(observers: readonly Observer[]): HonoMiddleware {
  const list = observerList(observers)
  return async function observe(honoContext, next) {
    const { incoming, outgoing } = (honoContext.env ?? {}) as { incoming?: IncomingMessage; outgoing?: ServerResponse }
    if (!incoming || !outgoing) return next()
    const first = beginExchange(incoming, outgoing, list, readHonoRoute)
    const operation = operationOfRequest(incoming)
    // Whoever joins a request wants the refused ones of its server as well.
    observeServerOf(incoming, list)
    if (!first || !operation) return next()
    ;(incoming as { [HONO_CONTEXT]?: HonoContext })[HONO_CONTEXT] = honoContext
    stampWriteHead(outgoing)
    await context.with(contextOf(operation), next)
    if (honoContext.error) noteError(incoming, honoContext.error)
  }
}

function readHonoRoute(_operation: ServerOperation, request: IncomingMessage): string | undefined {
  const hono = (request as { [HONO_CONTEXT]?: HonoContext })[HONO_CONTEXT]
  const matched = hono?.req.matchedRoutes[hono.req.routeIndex]
  // The last thing that ran was a middleware for everything: no handler matched.
  return !matched || (matched.method === 'ALL' && matched.path.endsWith('*')) ? undefined : matched.path
}
