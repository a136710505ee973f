// Express 4 and 5: one line joins the metrics to the one pass over a request.
import { type ExpressMiddleware, observeExpress } from '@rag/core/express'
import type { Metrics } from './types.js'

/**
 * @example
 * app.use(httpMetrics(metrics))
 */
export const httpMetrics = (metrics: Pick<Metrics, 'observer'>): ExpressMiddleware => observeExpress([metrics.observer])
