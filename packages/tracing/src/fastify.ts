// Tracing for Fastify: spans of its requests.
import { type FastifyPlugin, observeFastify } from '@rag/core/fastify'
import type { Tracing } from './index.js'

/**
 * A plugin that traces requests; registered beside the logger's and the metrics' it is still one pass.
 *
 * @example
 * await app.register(httpTracing(tracing))
 */
export const httpTracing = (tracing: Pick<Tracing, 'observer'>): FastifyPlugin => observeFastify([tracing.observer])
