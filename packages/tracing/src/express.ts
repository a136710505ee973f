// Tracing for Express: spans of its requests.
import { type ExpressMiddleware, observeExpress } from '@rag/core/express'
import type { Tracing } from './index.js'

/**
 * A middleware that traces requests; mounted beside the logger's and the metrics' it is still one pass.
 *
 * @example
 * app.use(httpTracing(tracing))
 */
export const httpTracing = (tracing: Pick<Tracing, 'observer'>): ExpressMiddleware => observeExpress([tracing.observer])
