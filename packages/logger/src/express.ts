// One line a request for Express 4 and 5.
import { observeExpress } from '@rag/core/express'
import type { Logger } from 'pino'
import type { ExpressMiddleware } from './express-request.js'
import { type LogObserverOptions, logObserver } from './observer.js'

export type { ExpressMiddleware }

/** Logs the requests of an Express application; `req.log` is a child of the logger. */
export function httpLogger(logger: Logger, options?: LogObserverOptions): ExpressMiddleware {
  return observeExpress([logObserver(logger, options)], { log: () => logger.child({}) })
}
