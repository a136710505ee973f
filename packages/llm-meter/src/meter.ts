// The meter: what its calls share, and the face that applications use.
import { AsyncLocalStorage } from 'node:async_hooks'
import { durationMs, type Emit, observerList, onExit, registerSource, resolveMasker, type Source } from '@rag/core'
import { createBudgets } from './budget/budgets.js'
import type { Call } from './call.js'
import { createWrap } from './clients/wrap.js'
import { createContentCapture } from './content.js'
import type { Core } from './core.js'
import { createEmbedBatch } from './embed-batch.js'
import { createEstimator } from './estimate.js'
import { runFailover } from './failover.js'
import { Limits } from './limits/limits.js'
import { createPacer } from './limits/pacing.js'
import { checkMeter } from './options.js'
import { createPriceList } from './prices/price-list.js'
import { Quality } from './quality.js'
import { Stats } from './stats.js'
import { createMeteredFetch } from './transport/metered-fetch.js'
import type { Meter, MeterOptions } from './types.js'

const SWEEP_MS = 15_000

/**
 * Makes a meter: tokens, cost, time and outcome of each model call, measured at the transport of the client.
 *
 * @throws RagError `RAG_LLM_OPTION`, `RAG_CORE_UNKNOWN_OPTION` or `RAG_CORE_DURATION` for wrong options.
 * @example
 * const meter = createMeter({ onUsage: ({ model, usage, costUsd }) => console.log(model, usage, costUsd) })
 * const openai = meter.wrap(new OpenAI())
 */
export function createMeter(options: MeterOptions = {}): Meter {
  checkMeter(options)
  const {
    prices,
    onUsage,
    observers,
    mask,
    streamUsage = true,
    abandonAfter = '10m',
    vendorSpans = 'auto',
    content,
    estimate,
    pacing,
    countTokens
  } = options
  const idleMs = durationMs('abandonAfter', abandonAfter)
  const list = observers && observerList(observers)
  const stats = new Stats()
  const limits = new Limits()
  const quality = new Quality()
  const priceList = createPriceList(prices)
  const prompts = new AsyncLocalStorage<{ name: string; version: string }>()
  const undo = new Set<WeakRef<() => void>>()
  let prompted = false
  let sweeper: NodeJS.Timeout | undefined

  const guard = (run: () => void): void => {
    try {
      const result: unknown = run()
      // An async callback must not leave a stray rejection.
      if (result instanceof Promise) result.catch(() => stats.oddity('callback'))
    } catch {
      stats.oddity('callback')
    }
  }

  const core: Core = {
    observers: list,
    prices: priceList,
    stats,
    limits,
    quality,
    budgets: createBudgets({ prices: priceList, stats, countTokens }),
    pacer: pacing ? createPacer(pacing, limits, stats) : undefined,
    content: content ? createContentCapture(content, resolveMasker(mask)) : undefined,
    estimator: estimate ? createEstimator(estimate === true ? {} : estimate) : undefined,
    streamUsage,
    refusing: new Set(),
    open: new OpenCalls(() => {
      sweeper ??= setInterval(sweep, Math.min(SWEEP_MS, Math.max(10, idleMs))).unref()
    }),
    background: new Map(),
    currentPrompt: () => (prompted ? prompts.getStore() : undefined),
    report(record, call) {
      quality.add(record)
      for (const reservation of call.reservations ?? []) guard(() => reservation.settle(record, call.attempts > 0))
      if (core.content) guard(() => core.content?.attach(record, call))
      if (onUsage) guard(() => onUsage(record))
    }
  }

  /** Settles calls whose reply nobody reads any more. */
  function sweep(): void {
    const now = performance.now()
    for (const call of core.open) {
      if (call.active) {
        call.active = false
        call.touchedAt = now
      }
      // A request without a reply yet is ended by its client.
      if (call.status === undefined || now - call.touchedAt < idleMs) continue
      stats.oddity('unread')
      settleOpen(call)
    }
    if (core.open.size > 0) return
    clearInterval(sweeper)
    sweeper = undefined
  }

  const settleAll = (): void => {
    for (const call of core.open) guard(() => settleOpen(call))
  }
  const offExit = onExit(settleAll)
  const source: Source = {
    read(emit: Emit) {
      stats.read(emit)
      limits.read(emit)
      core.budgets.read(emit)
    }
  }
  let unregister: (() => void) | undefined
  guard(() => {
    unregister = list && registerSource(list, source)
  })
  const silence = vendorSpans === 'silence' || (vendorSpans === 'auto' && (list?.some((observer) => observer.span !== undefined) ?? false))

  return {
    wrap: createWrap(core, silence, undo),
    fetch: createMeteredFetch(core),
    budget: (budget) => core.budgets.add(budget),
    failover: (failover, call) => runFailover(core, failover, call),
    embedBatch: createEmbedBatch,
    prompt(name, version, fn) {
      prompted = true
      return prompts.run({ name, version }, fn)
    },
    quality: () => quality.rows(),
    score: (model, value) => quality.score(model, value),
    quota: () => core.budgets.quota(),
    source,
    async shutdown() {
      settleAll()
      clearInterval(sweeper)
      sweeper = undefined
      for (const off of undo) off.deref()?.()
      undo.clear()
      guard(() => unregister?.())
      offExit()
      await core.budgets.close()
    }
  }
}

function settleOpen(call: Call): void {
  if (call.status !== undefined && call.status >= 400) call.fail(call.errorType ?? String(call.status))
  else if (call.errorType !== undefined) call.settle('error')
  else call.settle('aborted')
}

/** The open calls; the first one wakes the sweeper. */
class OpenCalls extends Set<Call> {
  constructor(private readonly onFirst: () => void) {
    super()
  }

  override add(call: Call): this {
    if (this.size === 0) this.onFirst()
    return super.add(call)
  }
}
