// Tries one target after another until one answers; a budget's refusal is the application's own word and ends it, unless asked otherwise.
import { isRagError, RagError } from '@rag/core'
import { isAborted, isTimedOut, isUnanswered, namesOf } from './clients/failures.js'
import type { Core } from './core.js'

export interface FailoverOptions<C> {
  /** Clients, or whatever tells `call` where to go; the first is preferred. */
  targets: readonly C[]
  /** Whether an error means that another target should be tried. Default: 408, 409, 429, 5xx, time-outs and lost connections. */
  when?: (error: unknown) => boolean
  /** Tries the next target after a refusal by a budget too, as budgets per model want it. Default false: a hard stop stops. */
  budgets?: boolean
}

const MAX_CAUSES = 5

export function runFailover<C, T>(core: Core, options: FailoverOptions<C>, call: (target: C) => Promise<T>): Promise<T> {
  return firstAnswer(options, call, (error) => core.stats.move(reasonOf(error)))
}

/** @throws RagError `RAG_LLM_FAILOVER` without targets, and what the last target threw. */
export async function firstAnswer<C, T>(
  { targets, when, budgets = false }: FailoverOptions<C>,
  call: (target: C) => Promise<T>,
  onMove: (error: unknown) => void = () => {}
): Promise<T> {
  const isElsewhere = (error: unknown): boolean => when?.(error) ?? (isRefusal(error) ? budgets : isProviderFault(error))
  if (targets.length === 0)
    throw new RagError('RAG_LLM_FAILOVER', { option: 'targets', problem: 'it is empty', fix: 'give at least one target' })
  for (const [index, target] of targets.entries()) {
    try {
      return await call(target)
    } catch (error) {
      if (index === targets.length - 1 || !isElsewhere(error)) throw error
      onMove(error)
    }
  }
  throw new RagError('RAG_LLM_FAILOVER', { option: 'targets', problem: 'no target answered', fix: 'give at least one target' })
}

/** Whether a budget refused, also where a client puts what its fetch threw into an error of its own. */
function isRefusal(error: unknown): boolean {
  let at = error
  for (let depth = 0; depth < MAX_CAUSES && at; depth++, at = (at as { cause?: unknown }).cause)
    if (isRagError(at)) return at.code.startsWith('RAG_LLM_BUDGET')
  return false
}

function isProviderFault(thrown: unknown): boolean {
  const error = lastOf(thrown)
  if (isRagError(error)) return false
  const status = statusOf(error)
  if (status !== undefined) return status === 408 || status === 409 || status === 429 || status >= 500
  if ((error as { isRetryable?: unknown } | null)?.isRetryable === true) return true
  if (isUnanswered(error)) return !isAborted(error)
  return /Timeout|Connection|FetchError/.test(namesOf(error)) || (error instanceof TypeError && /fetch failed/.test(error.message))
}

function reasonOf(thrown: unknown): string {
  if (isRefusal(thrown)) return 'failover_budget'
  const error = lastOf(thrown)
  const status = statusOf(error)
  if (status !== undefined) return status === 429 ? 'failover_rate_limit' : 'failover_status'
  return isTimedOut(error) ? 'failover_timeout' : 'failover_connection'
}

/** The AI SDK puts the error of its last attempt into one of its own. */
function lastOf(error: unknown): unknown {
  return (error as { lastError?: unknown } | null)?.lastError ?? error
}

function statusOf(error: unknown): number | undefined {
  const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown }
  const found = status ?? statusCode
  return typeof found === 'number' ? found : undefined
}
