// The last known limits by provider and model, and how much of them is used.
import type { Emit } from '@rag/core'
import type { RateLimit } from '../types.js'
import { retryAfterMs } from './headers.js'

interface Known {
  provider: string
  model: string
  rateLimit: RateLimit | undefined
  at: number
  limited: number
  /** Until when the provider told us to stay away. */
  holdUntil: number
}

const MAX_MODELS = 200

export class Limits {
  private readonly known = new Map<string, Known>()

  observe(provider: string, model: string, rateLimit: RateLimit): void {
    const entry = this.entry(provider, model)
    entry.rateLimit = rateLimit
    entry.at = Date.now()
  }

  /** Counts a 429 and remembers how long it asks to wait. Any other reply gives the model its count of zero, from which the first 429 is a rise. */
  status(provider: string, model: string, response: Response): void {
    const entry = this.entry(provider, model)
    if (response.status !== 429) return
    entry.limited++
    entry.holdUntil = Date.now() + (retryAfterMs(response.headers) ?? 0)
  }

  of(provider: string, model: string): Readonly<Known> | undefined {
    return this.known.get(`${provider}/${model}`)
  }

  read(emit: Emit): void {
    for (const { provider, model, rateLimit, at, limited } of this.known.values()) {
      const labels = { gen_ai_provider_name: provider, gen_ai_request_model: model }
      emit('rag_llm_rate_limited_total', limited, labels)
      if (!rateLimit) continue
      const kinds = [
        ['requests', rateLimit.requestsLimit, rateLimit.requestsRemaining],
        ['tokens', rateLimit.tokensLimit, rateLimit.tokensRemaining]
      ] as const
      for (const [kind, limit, remaining] of kinds) {
        if (limit === undefined || remaining === undefined) continue
        emit('rag_llm_rate_limit', limit, { ...labels, kind })
        emit('rag_llm_rate_limit_used', Math.max(0, limit - remaining), { ...labels, kind })
        if (limit > 0) emit('rag_llm_rate_limit_utilisation_ratio', Math.min(1, Math.max(0, 1 - remaining / limit)), { ...labels, kind })
      }
      if (rateLimit.tokensResetMs !== undefined)
        emit('rag_llm_rate_limit_reset_seconds', Math.max(0, (rateLimit.tokensResetMs - (Date.now() - at)) / 1000), labels)
    }
  }

  private entry(provider: string, model: string): Known {
    const key = this.known.size >= MAX_MODELS && !this.known.has(`${provider}/${model}`) ? `${provider}/__other__` : `${provider}/${model}`
    let entry = this.known.get(key)
    if (!entry) {
      entry = { provider, model: key.slice(provider.length + 1), rateLimit: undefined, at: 0, limited: 0, holdUntil: 0 }
      this.known.set(key, entry)
    }
    return entry
  }
}
