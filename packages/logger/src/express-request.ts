// Types `req.log` of Express for whoever uses the middleware.
import type { Logger } from 'pino'

export type { ExpressMiddleware } from '@rag/core/express'

declare global {
  namespace Express {
    interface Request {
      /** The request's own child of the logger; there once the middleware is mounted. */
      log: Logger
    }
  }
}
