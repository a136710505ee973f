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
  wait(provider: string, model: string, body: unknown, signal?: AbortSignal | null): Promise<void>
}

export function createPacer({ maxWait = '30s', reserve = 0.02 }: PacingOptions, limits: Limits, stats: Stats): Pacer {
  const longest = durationMs('pacing.maxWait', maxWait)
  /** What was sent since the provider last said what remains. */
  const sentSince = new Map<string, { at: number; requests: number; tokens: number }>()

  /** How long a limit has no room, in milliseconds from `at`. */
  const closed = (limit = 0, remaining: number | undefined, resetMs: number | undefined, taken: number): number =>
    remaining !== undefined && remaining - taken < reserve * limit ? (resetMs ?? 0) : 0

  return {
    async wait(provider, model, body, signal) {
      const known = limits.of(provider, model)
      if (!known) return
      const now = Date.now()
      let until = known.holdUntil
      const { rateLimit, at } = known
      if (rateLimit) {
        const key = `${provider}/${model}`
        const before = sentSince.get(key)
        const sent = before?.at === at ? before : { at, requests: 0, tokens: 0 }
        sent.requests++
        if (rateLimit.tokensRemaining !== undefined) sent.tokens += sizeOf(body)
        if (!before && sentSince.size >= MAX_MODELS) sentSince.clear()
        sentSince.set(key, sent)
        const { requestsLimit, requestsRemaining, requestsResetMs, tokensLimit, tokensRemaining, tokensResetMs } = rateLimit
        const requests = closed(requestsLimit, requestsRemaining, requestsResetMs ?? tokensResetMs, sent.requests)
        const tokens = closed(tokensLimit, tokensRemaining, tokensResetMs, sent.tokens)
        until = Math.max(until, at + Math.max(requests, tokens))
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
        if (signal?.aborted) done()
      })
    }
  }
}

const MAX_MODELS = 200

/** Tokens of a request by rule of thumb, four bytes each: pacing needs no more. */
function sizeOf(body: unknown): number {
  try {
    return (typeof body === 'string' ? body : (JSON.stringify(body) ?? '')).length / 4
  } catch {
    return 0
  }
}
