// All scenarios, in the order in which they are listed.
import { badInput } from './bad-input.js'
import { badRelease } from './bad-release.js'
import { budgetExhausted } from './budget-exhausted.js'
import { clientAborts } from './client-aborts.js'
import { coldStart } from './cold-start.js'
import { databaseDown } from './database-down.js'
import { diskFull } from './disk-full.js'
import { hotDocumentUpdate } from './hot-document-update.js'
import { memoryLeak } from './memory-leak.js'
import { provider429 } from './provider-429.js'
import { providerFailover } from './provider-failover.js'
import { redisDown } from './redis-down.js'
import type { Scenario } from './scenario.js'
import { secretInPrompt } from './secret-in-prompt.js'
import { serviceKilled } from './service-killed.js'
import { slowQuery } from './slow-query.js'
import { traffic } from './traffic.js'

export const SCENARIOS: readonly Scenario[] = [
  traffic,
  coldStart,
  hotDocumentUpdate,
  redisDown,
  provider429,
  providerFailover,
  budgetExhausted,
  slowQuery,
  secretInPrompt,
  clientAborts,
  memoryLeak,
  badRelease,
  serviceKilled,
  databaseDown,
  badInput,
  diskFull
]
