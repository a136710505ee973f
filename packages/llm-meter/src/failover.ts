// Tries one target after another until one answers; a refusal by a budget counts as no answer.
import { isRagError, RagError } from '@rag/core'
import type { Core } from './core.js'

export interface FailoverOptions<C> {
  /** Clients, or whatever tells `call` where to go; the first is preferred. */
  targets: readonly C[]
  /** Whether an error means that another target should be tried. Default: 408, 409, 429, 5xx, time-outs, lost connections and exhausted budgets. */
  when?: (error: unknown) => boolean
}

export function runFailover<C, T>(
  core: Core,
  { targets, when = isElsewhere }: FailoverOptions<C>,
  call: (target: C) => Promise<T>
): Promise<T> {
  return firstAnswer(targets, call, when, (error) => core.stats.move(reasonOf(error)))
}

/** @throws RagError `RAG_LLM_FAILOVER` without targets, and what the last target threw. */
export async function firstAnswer<C, T>(
  targets: readonly C[],
  call: (target: C) => Promise<T>,
  when: (error: unknown) => boolean = isElsewhere,
  onMove: (error: unknown) => void = () => {}
): Promise<T> {
  if (targets.length === 0)
    throw new RagError('RAG_LLM_FAILOVER', { option: 'targets', problem: 'it is empty', fix: 'give at least one target' })
  for (const [index, target] of targets.entries()) {
    try {
      return await call(target)
    } catch (error) {
      if (index === targets.length - 1 || !when(error)) throw error
      onMove(error)
    }
  }
  throw new RagError('RAG_LLM_FAILOVER', { option: 'targets', problem: 'no target answered', fix: 'give at least one target' })
}

function isElsewhere(error: unknown): boolean {
  // A budget's refusal has a status as well.
  if (isRagError(error)) return error.code.startsWith('RAG_LLM_BUDGET')
  const status = statusOf(error)
  if (status !== undefined) return status === 408 || status === 409 || status === 429 || status >= 500
  return /Timeout|Connection|FetchError/.test(nameOf(error)) || (error instanceof TypeError && /fetch failed/.test(error.message))
}

function reasonOf(error: unknown): string {
  if (isRagError(error)) return 'failover_budget'
  const status = statusOf(error)
  if (status !== undefined) return status === 429 ? 'failover_rate_limit' : 'failover_status'
  return /Timeout/.test(nameOf(error)) ? 'failover_timeout' : 'failover_connection'
}

function statusOf(error: unknown): number | undefined {
  const status = (error as { status?: unknown } | null)?.status
  return typeof status === 'number' ? status : undefined
}

function nameOf(error: unknown): string {
  return `${(error as { constructor?: { name?: string } } | null)?.constructor?.name ?? ''} ${(error as { name?: string } | null)?.name ?? ''}`
}
