// Express: refuses callers whose budgets are exhausted. Mount it after `identify()` has said who calls.
import type { ExpressMiddleware } from '@rag/core/express'
import { refuseOverQuota } from './quota.js'
import type { Meter } from './types.js'

/** @example app.use('/ask', quota(meter)) */
export const quota = (meter: Pick<Meter, 'quota'>): ExpressMiddleware =>
  function llmQuota(_request, response, next) {
    refuseOverQuota(meter, response).then((refused) => (refused ? undefined : next()), next)
  }
