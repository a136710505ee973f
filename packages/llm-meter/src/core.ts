// What every call of one meter shares.
import type { Observers } from '@rag/core'
import type { Budgets } from './budget/budgets.js'
import type { Call } from './call.js'
import type { ContentCapture } from './content.js'
import type { Estimator } from './estimate.js'
import type { Limits } from './limits/limits.js'
import type { Pacer } from './limits/pacing.js'
import type { PriceList } from './prices/price-list.js'
import type { Quality } from './quality.js'
import type { Target } from './recognise.js'
import type { Stats } from './stats.js'
import type { UsageRecord } from './types.js'

export interface Core {
  readonly observers: Observers | undefined
  readonly prices: PriceList
  readonly stats: Stats
  readonly limits: Limits
  readonly quality: Quality
  readonly budgets: Budgets
  readonly pacer: Pacer | undefined
  readonly content: ContentCapture | undefined
  readonly estimator: ((target: Target, body: unknown) => Estimator) | undefined
  readonly streamUsage: boolean
  /** Servers that refused to report the usage of streams, by address. */
  readonly refusing: Set<string>
  /** Calls that have not settled. */
  readonly open: Set<Call>
  /** Background responses whose usage has not come, by id. */
  readonly background: Map<string, Call>
  /** The prompt in force. */
  currentPrompt(): { name: string; version: string } | undefined
  report(record: UsageRecord, call: Call): void
}
