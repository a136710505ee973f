// Keeps under the limits of a provider by waiting before a call, for as long as its headers say that nothing is left.
import { type Duration, durationMs } from '@rag/core'
import type { Stats } from '../stats.js'
import type { Limits } from './limits.js'

export interface PacingOptions {
  /** The longest wait before a call is sent anyway. Default 30 s. */
  maxWait?: Duration
  /** Share of a limit that is kept free. Default 0.02. */
  reserve?: number
}

export interface Pacer {
  /** Resolves when the call may go. */
  wait(provider: string, model: string, signal?: AbortSignal | null): Promise<void>
}

export function createPacer({ maxWait = '30s', reserve = 0.02 }: PacingOptions, limits: Limits, stats: Stats): Pacer {
  const longest = durationMs('pacing.maxWait', maxWait)
  const sentSince = new Map<string, { at: number; count: number }>()
  return {
    async wait(provider, model, signal) {
      const key = `${provider}/${model}`
      const known = limits.of(provider, model)
      if (!known) return
      const now = Date.now()
      let until = known.holdUntil
      const { rateLimit } = known
      const reset = known.at + (rateLimit?.tokensResetMs ?? 0)
      if (rateLimit && reset > now) {
        const sent = sentSince.get(key)
        const count = sent && sent.at === known.at ? sent.count + 1 : 1
        sentSince.set(key, { at: known.at, count })
        const fewRequests =
          rateLimit.requestsRemaining !== undefined && rateLimit.requestsRemaining - count < reserve * (rateLimit.requestsLimit ?? 0)
        const fewTokens = rateLimit.tokensRemaining !== undefined && rateLimit.tokensRemaining <= reserve * (rateLimit.tokensLimit ?? 0)
        if (fewRequests || fewTokens) until = Math.max(until, reset)
      }
      const wait = Math.min(until - now, longest)
      if (wait <= 0) return
      stats.move('paced')
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        const timer = setTimeout(done, wait)
        signal?.addEventListener('abort', done, { once: true })
      })
    }
  }
}
