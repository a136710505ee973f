// Cost, latency and quality by model, from the calls that were recorded.
import type { UsageRecord } from './types.js'

export interface QualityRow {
  provider: string
  model: string
  calls: number
  /** Share of the calls that ended in an error. */
  errorRate: number
  inputTokens: number
  outputTokens: number
  /** USD of the calls whose price is known; undefined when none is. */
  costUsd: number | undefined
  /** Median and 95th percentile over the last 512 calls. */
  p50Ms: number
  p95Ms: number
  /** Mean of the scores given with `meter.score()`, 0 to 1. */
  score: number | undefined
}

interface Entry {
  provider: string
  model: string
  calls: number
  errors: number
  inputTokens: number
  outputTokens: number
  costUsd: number
  priced: number
  durations: Float64Array
  scores: number
  scored: number
}

const MAX_MODELS = 200
const KEPT = 512

export class Quality {
  private readonly entries = new Map<string, Entry>()

  add({ provider, model, outcome, usage, costUsd, durationMs }: UsageRecord): void {
    const entry = this.entry(provider, model)
    entry.durations[entry.calls++ % KEPT] = durationMs
    if (outcome === 'error') entry.errors++
    entry.inputTokens += usage.inputTokens ?? 0
    entry.outputTokens += usage.outputTokens ?? 0
    if (costUsd === undefined) return
    entry.costUsd += costUsd
    entry.priced++
  }

  /** A score for a model, or for `provider/model`; one that no call used is left out. */
  score(name: string, value: number): void {
    if (!Number.isFinite(value)) return
    for (const [key, entry] of this.entries) {
      if (key !== name && entry.model !== name) continue
      entry.scores += Math.min(1, Math.max(0, value))
      entry.scored++
    }
  }

  rows(): QualityRow[] {
    return [...this.entries.values()].map((entry) => {
      const sorted = entry.durations.slice(0, Math.min(entry.calls, KEPT)).sort()
      const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0
      const { provider, model, calls, inputTokens, outputTokens } = entry
      const costUsd = entry.priced === 0 ? undefined : entry.costUsd
      const score = entry.scored === 0 ? undefined : entry.scores / entry.scored
      return {
        provider,
        model,
        calls,
        errorRate: entry.errors / calls,
        inputTokens,
        outputTokens,
        costUsd,
        p50Ms: at(0.5),
        p95Ms: at(0.95),
        score
      }
    })
  }

  private entry(provider: string, model: string): Entry {
    const known = `${provider}/${model}`
    const key = this.entries.size >= MAX_MODELS && !this.entries.has(known) ? '__other__/__other__' : known
    let entry = this.entries.get(key)
    if (!entry) {
      const [at, name] = key === known ? [provider, model] : ['__other__', '__other__']
      entry = {
        provider: at,
        model: name,
        calls: 0,
        errors: 0,
        inputTokens: 0,
        outputTokens: 0,
        costUsd: 0,
        priced: 0,
        durations: new Float64Array(KEPT),
        scores: 0,
        scored: 0
      }
      this.entries.set(key, entry)
    }
    return entry
  }
}
