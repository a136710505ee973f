// The words of budgets.
import type { Duration, RagError } from '@rag/core'
import type { UsageRecord } from '../types.js'

/** What a budget counts; in the stores money is whole nano-dollars, so that sums are exact. */
export interface Amounts {
  usd: number
  tokens: number
  requests: number
}

export interface BudgetOptions {
  name: string
  /** Who has a budget of its own; without it all calls share one. */
  per?: 'user' | 'tenant' | 'model' | { tag: string }
  /** A duration, or `1mo` for a calendar month; days, weeks and months start at midnight of the time zone. */
  window: Duration | '1mo'
  /** IANA name. Default `UTC`. */
  timeZone?: string
  limit: { usd?: number; tokens?: number; requests?: number }
  /** Share of the limit beyond which calls are warned of and downgraded. Default 0.8. */
  soft?: number
  /** Told once per window and subject when the soft limit is passed. */
  onSoft?: (state: BudgetState) => void
  /** Where the counts are. Default: the memory of this process. */
  store?: BudgetStore
  /** What happens to calls while the store is away; decided within 50 ms. Default `open`. */
  onStoreDown?: 'open' | 'closed'
  /** Names a cheaper model beyond the soft limit, or refuses to by undefined. */
  downgrade?: Readonly<Record<string, string>> | ((model: string) => string | undefined)
  /** Output assumed of a call that names no maximum; without it such a call takes all that is left until it settles. */
  maxOutputTokens?: number
  /** How long a reservation lives when its process dies. Default 15 minutes. */
  reservationTtl?: Duration
}

export interface BudgetState {
  budget: string
  subject: string
  used: { usd: number; tokens: number; requests: number }
  reserved: { usd: number; tokens: number; requests: number }
  limit: BudgetOptions['limit']
  resetMs: number
}

export interface Budget {
  readonly name: string
  /** The state for the running identity, or for a subject. */
  state(subject?: string): Promise<BudgetState[]>
  remove(): void
}

/** Asks for room. `unbounded` takes what is left of each limit that `amounts` cannot bound. */
export interface ReserveRequest {
  key: string
  id: string
  amounts: Amounts
  /** Limits; a negative one is none. */
  limits: Amounts
  unbounded: { usd: boolean; tokens: boolean }
  ttlMs: number
  /** How long the window and its stragglers are kept. */
  keepMs: number
}

export interface ReserveAnswer {
  admitted: boolean
  used: Amounts
  reserved: Amounts
}

/** Keeps counts. Every method is atomic; `settle` counts once per id. */
export interface BudgetStore {
  reserve(request: ReserveRequest): Promise<ReserveAnswer>
  settle(key: string, id: string, amounts: Amounts, keepMs: number): Promise<void>
  peek(key: string): Promise<{ used: Amounts; reserved: Amounts }>
}

/** One call's hold on a budget. */
export interface Reservation {
  settle(record: UsageRecord, sent: boolean): void
}

/** What a refused call is thrown: `RAG_LLM_BUDGET` with the budget and the time until there is room. */
export interface BudgetError extends RagError {
  readonly budget: string
  readonly retryAfterMs: number
}
