// One budget: its subjects, windows and what a store says about them.
import { checkOptions, durationMs, type Emit, type Identity, RagError } from '@rag/core'
import type { PriceList } from '../prices/price-list.js'
import type { Target } from '../recognise.js'
import type { Stats } from '../stats.js'
import type { UsageRecord } from '../types.js'
import { boundOf } from './bound.js'
import { createMemoryStore } from './memory-store.js'
import { checkBudget, OPTIONS } from './options.js'
import type { Amounts, BudgetError, BudgetOptions, BudgetState, Reservation, ReserveAnswer } from './types.js'
import { windowReader } from './window.js'

/** A store that has not answered by then is away; all budgets of a call share it. */
export const DECISION_MS = 40
/** When a settlement that its store did not take is tried again. */
const RETRIES_MS = [500, 2000, 10_000, 60_000]
/** Subjects come from callers: their warnings are forgotten beyond this. */
const MAX_WARNED = 10_000
const NANO = 1e9
/** Halves of a pair, which a text that was cut may hold. */
const HALVES = /\p{Surrogate}/gu

export interface ReserveInput {
  target: Target
  body: unknown
  tokens: number | undefined
  identity: Identity | undefined
  id: string
  /** By the monotonic clock: the decision must have fallen. */
  until: number
  prices: PriceList
  stats: Stats
  track: (work: Promise<void>) => void
}
export interface Refused {
  admitted: false
  reason: 'limit' | 'store'
  retryAfterMs: number
}
export type Reserved = Refused | { admitted: true; reservation: Reservation; soft: boolean }

export interface BudgetEntry {
  readonly name: string
  /** Undefined when the call does not fall under this budget. */
  reserve(input: ReserveInput): Promise<Reserved | undefined>
  cheaper(model: string): string | undefined
  /** Of a subject, or of the identity's own. */
  state(subject: string | undefined, identity: Identity | undefined): Promise<BudgetState[]>
  /** Milliseconds until the subject of this identity has room; undefined when it has. */
  exhaustedFor(identity: Identity | undefined): Promise<number | undefined>
  read(emit: Emit): void
}

/** @throws RagError `RAG_LLM_OPTION`, `RAG_CORE_UNKNOWN_OPTION` or `RAG_CORE_DURATION`. */
export function makeBudget(options: BudgetOptions): BudgetEntry {
  checkOptions('meter.budget', options, OPTIONS)
  checkBudget(options)
  const {
    name,
    per,
    window,
    timeZone,
    limit,
    soft = 0.8,
    onSoft,
    store = createMemoryStore(),
    onStoreDown = 'open',
    downgrade,
    maxOutputTokens
  } = options
  const windowAt = windowReader(window, timeZone)
  const ttlMs = durationMs('reservationTtl', options.reservationTtl ?? '15m')
  const limits: Amounts = {
    usd: limit.usd === undefined ? -1 : Math.round(limit.usd * NANO),
    tokens: limit.tokens ?? -1,
    requests: limit.requests ?? -1
  }
  const refused = { limit: 0, store: 0 }
  let storeErrors = 0
  const warned = new Set<string>()
  let lastRatio = 0

  const subjectOf = (identity: Identity | undefined, model: string | undefined): string | undefined =>
    per === undefined
      ? 'all'
      : per === 'model'
        ? model
        : per === 'user'
          ? identity?.user
          : per === 'tenant'
            ? identity?.tenant
            : identity?.tags?.[per.tag]
  const keyOf = (subject: string, start: number): string => `${name}:${encodeURIComponent(subject.replace(HALVES, '?'))}:${start}`
  const spent = ({ used, reserved }: Pick<ReserveAnswer, 'used' | 'reserved'>): number =>
    Math.max(
      ...(['usd', 'tokens', 'requests'] as const).map((kind) =>
        limits[kind] > 0 ? (used[kind] + reserved[kind]) / limits[kind] : limits[kind] === 0 ? 1 : 0
      )
    )

  return {
    name,
    async reserve({ target, body, tokens, identity, id, until, prices, stats, track }) {
      const subject = subjectOf(identity, target.model)
      if (subject === undefined) return undefined
      const now = Date.now()
      const { start, end } = windowAt(now)
      const key = keyOf(subject, start)
      const keepMs = end - now + ttlMs + 60_000
      const needsBound = limits.usd >= 0 || limits.tokens >= 0
      const bound = needsBound ? boundOf(target, body, tokens, maxOutputTokens, prices) : NO_BOUND
      const total = bound.inputTokens + bound.outputTokens
      const unbounded = { usd: !Number.isFinite(bound.usd), tokens: !Number.isFinite(total) }
      const amounts: Amounts = { usd: unbounded.usd ? 0 : Math.ceil(bound.usd * NANO), tokens: unbounded.tokens ? 0 : total, requests: 1 }
      const least: Amounts = { usd: Math.ceil(finite(bound.inputUsd) * NANO), tokens: finite(bound.inputTokens), requests: 1 }
      let answer: ReserveAnswer | undefined
      const asked = attempt(() => store.reserve({ key, id, amounts, limits, unbounded, ttlMs, keepMs }))
      try {
        answer = await within(until - performance.now(), asked)
      } catch {
        storeErrors++
      }
      if (!answer && onStoreDown === 'closed') {
        // Should the store have taken it after all, it is given back.
        asked.then(
          ({ admitted }) => admitted && track(settle(key, id, NOTHING, keepMs)),
          () => {}
        )
        refused.store++
        return { admitted: false, reason: 'store', retryAfterMs: 1000 }
      }
      if (answer && !answer.admitted) {
        refused.limit++
        return { admitted: false, reason: 'limit', retryAfterMs: end - now }
      }
      const share = answer ? spent(answer) : 0
      lastRatio = share
      const isSoft = share >= soft
      if (isSoft && answer && !warned.has(key)) {
        if (warned.size >= MAX_WARNED) warned.clear()
        warned.add(key)
        stats.move('soft_limit')
        try {
          onSoft?.(stateOf(subject, answer, end - now))
        } catch {
          stats.oddity('callback')
        }
      }
      const reservation: Reservation = {
        settle(record, sent) {
          track(settle(key, id, sent ? usedBy(record, amounts, least) : NOTHING, keepMs))
        }
      }
      return { admitted: true, reservation, soft: isSoft }
    },
    cheaper: (model) => {
      if (!downgrade) return undefined
      try {
        return typeof downgrade === 'function' ? downgrade(model) : Object.hasOwn(downgrade, model) ? downgrade[model] : undefined
      } catch {
        return undefined
      }
    },
    async state(subject, identity) {
      const chosen = subject ?? subjectOf(identity, undefined)
      if (chosen === undefined) return []
      const now = Date.now()
      const { start, end } = windowAt(now)
      return [stateOf(chosen, await store.peek(keyOf(chosen, start)), end - now)]
    },
    async exhaustedFor(identity) {
      const subject = subjectOf(identity, undefined)
      if (subject === undefined) return undefined
      const now = Date.now()
      const { start, end } = windowAt(now)
      try {
        const counts = await within(
          DECISION_MS,
          attempt(() => store.peek(keyOf(subject, start)))
        )
        return spent(counts) >= 1 ? end - now : undefined
      } catch {
        storeErrors++
        return onStoreDown === 'closed' ? 1000 : undefined
      }
    },
    read(emit) {
      for (const reason of ['limit', 'store'] as const) emit('rag_llm_budget_refusals_total', refused[reason], { budget: name, reason })
      emit('rag_llm_budget_store_errors_total', storeErrors, { budget: name })
      emit('rag_llm_budget_used_ratio', lastRatio, { budget: name })
    }
  }

  /** Settling counts once per id, so what a store did not take is tried again. */
  async function settle(key: string, id: string, used: Amounts, keepMs: number): Promise<void> {
    for (const wait of [...RETRIES_MS, undefined]) {
      try {
        return await store.settle(key, id, used, keepMs)
      } catch {
        storeErrors++
        if (wait === undefined) return
        await new Promise((resolve) => setTimeout(resolve, wait).unref())
      }
    }
  }

  function stateOf(subject: string, { used, reserved }: Pick<ReserveAnswer, 'used' | 'reserved'>, resetMs: number): BudgetState {
    const shown = (amounts: Amounts) => ({ ...amounts, usd: amounts.usd / NANO })
    return { budget: name, subject, used: shown(used), reserved: shown(reserved), limit, resetMs }
  }
}

/** What a finished call is charged. Where its usage is unknown though it may be billed, as it was reserved: never too little. */
function usedBy({ status, outcome, errorType, usage, costUsd, operation }: UsageRecord, reserved: Amounts, least: Amounts): Amounts {
  const billed = status === undefined ? outcome === 'aborted' || errorType === 'timeout' : status < 400
  if (!billed) return { usd: 0, tokens: 0, requests: 1 }
  const known = usage.inputTokens !== undefined && (usage.outputTokens !== undefined || operation === 'embeddings')
  const tokens = known ? usage.inputTokens! + (usage.outputTokens ?? 0) : reserved.tokens || least.tokens
  return { usd: costUsd === undefined ? reserved.usd || least.usd : Math.round(costUsd * NANO), tokens: Math.ceil(tokens), requests: 1 }
}

const NOTHING: Amounts = { usd: 0, tokens: 0, requests: 0 }
const NO_BOUND = { inputTokens: 0, outputTokens: 0, usd: 0, inputUsd: 0 }

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0
}

/** A store that throws instead of rejecting fails all the same. */
async function attempt<T>(run: () => Promise<T>): Promise<T> {
  return run()
}

/** The error of a refused call. */
export function refusal(entry: BudgetEntry | undefined, refused: Refused | undefined): BudgetError {
  const { reason, retryAfterMs } = refused ?? { reason: 'limit', retryAfterMs: 1000 }
  const away = reason === 'store'
  const error = new RagError(away ? 'RAG_LLM_BUDGET_STORE' : 'RAG_LLM_BUDGET', {
    option: entry?.name ?? 'budget',
    problem: away
      ? 'its store does not answer and it fails closed'
      : `it has no room for this call for another ${Math.ceil(retryAfterMs / 1000)} s`,
    fix: away
      ? `bring the store back, or set onStoreDown: 'open'`
      : 'raise the limit, wait for the next window, name a smaller maximum output, or add a downgrade'
  })
  return Object.assign(error, { budget: entry?.name ?? 'budget', retryAfterMs, status: away ? 503 : 429 }) as unknown as BudgetError
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the store did not answer in time')), Math.max(0, ms))
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
