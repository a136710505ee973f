// Which lines of healthy requests are left out. Errors, refusals and slow requests never are.
import { type Duration, durationMs, type Operation, RagError } from '@rag/core'

/** What is worth a line. */
export interface ChatterOptions {
  /** From this duration a request is logged at `warn` with `slow: true`. */
  slow?: Duration
  /** Share of healthy requests that are logged, 0 to 1. @default 1 */
  sample?: number
  /** Paths of health checks: logged only when they fail. @default /health, /healthz, /livez, /readyz, /ready, /live, /metrics, /favicon.ico */
  quiet?: readonly string[]
}

const QUIET = ['/health', '/healthz', '/livez', '/readyz', '/ready', '/live', '/metrics', '/favicon.ico']

export interface Chatter {
  isSlow(operation: Operation): boolean
  /** Whether this is a health check. */
  isQuiet(operation: Operation<'server'>): boolean
  /** Why a healthy request is left out; undefined when it is logged. */
  leavesOut(operation: Operation<'server'>): 'quiet' | 'sampled' | undefined
}

/** @throws RagError `RAG_LOGGER_OPTION`, `RAG_CORE_DURATION` */
export function createChatter({ slow, sample = 1, quiet = QUIET }: ChatterOptions): Chatter {
  const slowMs = slow === undefined ? Number.POSITIVE_INFINITY : durationMs('slow', slow)
  if (typeof sample !== 'number' || !(sample >= 0 && sample <= 1)) {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: 'sample',
      value: sample,
      problem: 'this is no share',
      fix: 'give a number from 0 to 1'
    })
  }
  if (!Array.isArray(quiet) || quiet.some((path) => typeof path !== 'string')) {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: 'quiet',
      value: quiet,
      problem: 'this is no list of paths',
      fix: "give paths such as ['/healthz']"
    })
  }
  const silent = new Set(quiet)
  return {
    isSlow: ({ durationMs: ms = 0 }) => ms >= slowMs,
    isQuiet: ({ attributes: { path } }) => silent.has(path),
    leavesOut: ({ attributes: { path } }) => (silent.has(path) ? 'quiet' : sample < 1 && Math.random() >= sample ? 'sampled' : undefined)
  }
}
