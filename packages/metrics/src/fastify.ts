// Fastify 5: one line joins the metrics to the one pass over a request.
import { type FastifyPlugin, observeFastify } from '@rag/core/fastify'
import type { Metrics } from './types.js'

/**
 * @example
 * await app.register(httpMetrics(metrics))
 */
export const httpMetrics = (metrics: Pick<Metrics, 'observer'>): FastifyPlugin => observeFastify([metrics.observer])
