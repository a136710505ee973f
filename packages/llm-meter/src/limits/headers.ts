// Reads what providers say about their limits in the headers of a reply.
import type { RateLimit } from '../types.js'

type Get = (name: string) => string | null

/** The limits of a reply; undefined when it says nothing. OpenAI, Azure, Groq: `x-ratelimit-*`; Anthropic: `anthropic-ratelimit-*`. */
export function readRateLimit(headers: Headers, provider: string, now = Date.now()): RateLimit | undefined {
  const get: Get = (name) => headers.get(name)
  const anthropic = provider === 'anthropic' || get('anthropic-ratelimit-requests-limit') !== null
  const limit = anthropic ? fromAnthropic(get, now) : fromOpenAI(get)
  for (const value of Object.values(limit)) if (value !== undefined) return limit
  return undefined
}

function fromOpenAI(get: Get): RateLimit {
  return {
    requestsLimit: count(get('x-ratelimit-limit-requests')),
    requestsRemaining: count(get('x-ratelimit-remaining-requests')),
    tokensLimit: count(get('x-ratelimit-limit-tokens')),
    tokensRemaining: count(get('x-ratelimit-remaining-tokens')),
    tokensResetMs: spanMs(get('x-ratelimit-reset-tokens')),
    requestsResetMs: spanMs(get('x-ratelimit-reset-requests'))
  }
}

function fromAnthropic(get: Get, now: number): RateLimit {
  const until = (name: string): number | undefined => {
    const at = Date.parse(get(name) ?? '')
    return Number.isNaN(at) ? undefined : Math.max(0, at - now)
  }
  return {
    requestsLimit: count(get('anthropic-ratelimit-requests-limit')),
    requestsRemaining: count(get('anthropic-ratelimit-requests-remaining')),
    tokensLimit: count(get('anthropic-ratelimit-tokens-limit')) ?? count(get('anthropic-ratelimit-input-tokens-limit')),
    tokensRemaining: count(get('anthropic-ratelimit-tokens-remaining')) ?? count(get('anthropic-ratelimit-input-tokens-remaining')),
    tokensResetMs: until('anthropic-ratelimit-tokens-reset') ?? until('anthropic-ratelimit-input-tokens-reset'),
    requestsResetMs: until('anthropic-ratelimit-requests-reset')
  }
}

/** Milliseconds of a time such as `6m0s`, `120ms` or `1.5s`; a bare number is seconds. */
function spanMs(text: string | null): number | undefined {
  if (text === null || text === '') return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (!/^(\d+(\.\d+)?(ms|h|m|s|d))+$/.test(text)) return undefined
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
  let total = 0
  for (const [, value, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s|d)/g)) total += Number(value) * units[unit!]!
  return total
}

/** Milliseconds to wait by `retry-after-ms` or `retry-after` (seconds or a date). */
export function retryAfterMs(headers: Headers, now = Date.now()): number | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN)
  if (ms >= 0) return ms
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const seconds = Number(text)
  if (seconds >= 0) return seconds * 1000
  // A date has letters; a bare number would be read as a year.
  const at = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

function count(text: string | null): number | undefined {
  if (text === null || text.trim() === '') return undefined
  const value = Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}
