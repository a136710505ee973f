// The meter's own figures: what was odd, what was retried, what callbacks threw. Plain numbers, read at collection time.
import type { Emit } from '@rag/core'
import { PRICES } from './prices/price-list.js'

/** What can be odd about a reply. */
export type Oddity =
  | 'usage_invalid'
  | 'usage_missing'
  | 'frame_invalid'
  | 'frame_oversize'
  | 'option_rejected'
  | 'unread'
  | 'callback'
  | 'client_unknown'

/** Label values that a stranger chooses are capped here, before the metrics see them. */
const MAX_SERIES = 200

export class Stats {
  private readonly odd = new Map<Oddity, number>()
  private readonly retries = new Map<string, { provider: string; model: string; reason: string; count: number }>()
  private readonly guesses = new Map<string, { provider: string; model: string; input: number; output: number; costUsd: number }>()
  private readonly moved = new Map<string, number>()

  /** Counts something odd. */
  oddity(reason: Oddity): void {
    this.odd.set(reason, (this.odd.get(reason) ?? 0) + 1)
  }

  retry(provider: string, model: string, reason: string): void {
    let key = `${provider}\n${model}\n${reason}`
    if (!this.retries.has(key) && this.retries.size >= MAX_SERIES) key = `${provider}\n__other__\n${reason}`
    const entry = this.retries.get(key) ?? { provider, model: key.split('\n')[1]!, reason, count: 0 }
    entry.count++
    this.retries.set(key, entry)
  }

  /** Counts what was estimated because the provider did not say it. */
  estimated(provider: string, wanted: string, input: number, output: number, costUsd: number): void {
    let model = wanted
    if (!this.guesses.has(`${provider}\n${model}`) && this.guesses.size >= MAX_SERIES) model = '__other__'
    const key = `${provider}\n${model}`
    const entry = this.guesses.get(key) ?? { provider, model, input: 0, output: 0, costUsd: 0 }
    entry.input += input
    entry.output += output
    entry.costUsd += costUsd
    this.guesses.set(key, entry)
  }

  /** Counts a call that went elsewhere: downgraded, failed over, paced. */
  move(reason: string): void {
    this.moved.set(reason, (this.moved.get(reason) ?? 0) + 1)
  }

  count(reason: Oddity): number {
    return this.odd.get(reason) ?? 0
  }

  read(emit: Emit): void {
    for (const reason of ['usage_invalid', 'usage_missing', 'frame_invalid', 'option_rejected', 'unread', 'callback'] as const)
      emit('rag_llm_oddities_total', this.count(reason), { reason })
    for (const [reason, count] of this.odd) emit('rag_llm_oddities_total', count, { reason })
    for (const { provider, model, reason, count } of this.retries.values())
      emit('rag_llm_retries_total', count, { gen_ai_provider_name: provider, gen_ai_request_model: model, reason })
    for (const { provider, model, input, output, costUsd } of this.guesses.values()) {
      const labels = { gen_ai_provider_name: provider, gen_ai_request_model: model }
      emit('rag_llm_estimated_tokens_total', input, { ...labels, kind: 'input' })
      emit('rag_llm_estimated_tokens_total', output, { ...labels, kind: 'output' })
      emit('rag_llm_estimated_cost_usd_total', costUsd, labels)
    }
    for (const [reason, count] of this.moved) emit('rag_llm_reroutes_total', count, { reason })
    emit('rag_llm_price_age_seconds', Math.max(0, (Date.now() - PRICES.dated) / 1000))
  }
}
