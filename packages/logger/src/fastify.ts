// One line a request for Fastify 5.
import { type FastifyPlugin, observeFastify } from '@rag/core/fastify'
import type { Logger } from 'pino'
import { type LogObserverOptions, logObserver } from './observer.js'

/** Logs the requests of a Fastify application; pass the logger as its `loggerInstance` and `request.log` is a child of it. */
export function httpLogger(logger: Logger, options?: LogObserverOptions): FastifyPlugin {
  return observeFastify([logObserver(logger, options)])
}
