// The budgets of a meter: finds those that a call falls under, reserves in each, and settles when the call is over.
import { correlation, type Emit, type Identity, RagError, randomId } from '@rag/core'
import type { PriceList } from '../prices/price-list.js'
import type { Target } from '../recognise.js'
import type { Stats } from '../stats.js'
import { type BudgetEntry, DECISION_MS, makeBudget, refusal } from './budget.js'
import type { Budget, BudgetOptions, Reservation } from './types.js'

export interface Budgets {
  add(options: BudgetOptions): Budget
  active(): boolean
  /** Holds the most that the call can use in every budget it falls under, or throws. */
  reserve(target: Target, body: unknown): Promise<{ reservations: Reservation[]; model: string | undefined }>
  quota(): Promise<number | undefined>
  read(emit: Emit): void
  /** Waits for settlements under way. */
  close(): Promise<void>
}

export interface BudgetsOptions {
  prices: PriceList
  stats: Stats
  countTokens: ((model: string, body: unknown) => number | Promise<number | undefined> | undefined) | undefined
}

export function createBudgets({ prices, stats, countTokens }: BudgetsOptions): Budgets {
  const entries = new Set<BudgetEntry>()
  const settling = new Set<Promise<void>>()
  const track = (work: Promise<void>): void => {
    settling.add(work)
    work.finally(() => settling.delete(work))
  }

  const counted = async (target: Target, body: unknown): Promise<number | undefined> => {
    try {
      const count = await countTokens?.(target.model, body)
      return typeof count === 'number' && count >= 0 ? count : undefined
    } catch {
      stats.oddity('callback')
      return undefined
    }
  }

  const tryAll = async (target: Target, body: unknown, identity: Identity | undefined) => {
    const tokens = countTokens ? await counted(target, body) : undefined
    const until = performance.now() + DECISION_MS
    const held: Reservation[] = []
    let soft: BudgetEntry | undefined
    for (const entry of entries) {
      const result = await entry.reserve({ target, body, tokens, identity, id: randomId(), until, prices, stats, track })
      if (result === undefined) continue
      if (!result.admitted) {
        for (const reservation of held) reservation.settle(UNSENT, false)
        return { refused: result, entry }
      }
      held.push(result.reservation)
      if (result.soft) soft = entry
    }
    return { held, soft }
  }

  return {
    add(options) {
      const entry = makeBudget(options)
      for (const { name } of entries)
        if (name === entry.name)
          throw new RagError('RAG_LLM_OPTION', {
            option: 'name',
            value: name,
            problem: 'this meter has a budget of that name',
            fix: 'give it another name'
          })
      entries.add(entry)
      return { name: entry.name, state: (subject) => entry.state(subject, correlation().identity), remove: () => entries.delete(entry) }
    },
    active: () => entries.size > 0,
    async reserve(target, body) {
      const identity = correlation().identity
      const first = await tryAll(target, body, identity)
      const cheaper = (first.entry ?? first.soft)?.cheaper(target.model)
      if (cheaper !== undefined && cheaper !== target.model) {
        for (const reservation of first.held ?? []) reservation.settle(UNSENT, false)
        const second = await tryAll({ ...target, model: cheaper }, body, identity)
        if (second.held) {
          stats.move('downgraded')
          return { reservations: second.held, model: cheaper }
        }
        throw refusal(second.entry, second.refused)
      }
      if (first.held) return { reservations: first.held, model: undefined }
      throw refusal(first.entry, first.refused)
    },
    async quota() {
      const identity = correlation().identity
      const waits = await Promise.all([...entries].map((entry) => entry.exhaustedFor(identity)))
      const longest = Math.max(0, ...waits.filter((wait) => wait !== undefined))
      return longest > 0 ? Math.max(1, Math.ceil(longest / 1000)) : undefined
    },
    read(emit) {
      for (const entry of entries) entry.read(emit)
    },
    async close() {
      await Promise.allSettled([...settling])
    }
  }
}

/** Stands for a call that was never sent. */
const UNSENT = { status: undefined, usage: {}, costUsd: undefined } as never
