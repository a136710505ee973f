// One line a request for Express 4 and 5.
import { type ExpressMiddleware, observeExpress } from '@rag/core/express'
import type { Logger } from 'pino'
import { type LogObserverOptions, logObserver } from './observer.js'

export type { ExpressMiddleware }

declare global {
  namespace Express {
    interface Request {
      /** The request's own child of the logger; there once the middleware is mounted. */
      log: Logger
    }
  }
}

/** Logs the requests of an Express application; `req.log` is a child of the logger. */
export function httpLogger(logger: Logger, options?: LogObserverOptions): ExpressMiddleware {
  return observeExpress([logObserver(logger, options)], { log: () => logger.child({}) })
}
