// Asks a Prometheus: instant and range queries, with errors that say what to do.
import { RagError } from '@rag/core/errors'

export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

export interface Line {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [second: number, value: number])[]
}

export interface Prometheus {
  query(expr: string, second?: number): Promise<Sample[]>
  range(expr: string, from: number, to: number, step: number): Promise<Line[]>
}

/** A client for the HTTP API of a Prometheus. @throws RagError `RAG_OPS_PROMETHEUS` from its methods. */
export function prometheusAt(url: string): Prometheus {
  const ask = async <T>(path: string, parameters: Record<string, string>): Promise<T> => {
    let answer: { status?: string; error?: string; data?: { result: T } }
    try {
      const response = await fetch(`${url}/api/v1/${path}`, {
        method: 'POST',
        body: new URLSearchParams(parameters),
        signal: AbortSignal.timeout(30_000)
      })
      answer = (await response.json()) as typeof answer
    } catch (cause) {
      throw new RagError('RAG_OPS_PROMETHEUS', {
        option: 'prometheusUrl',
        value: url,
        problem: 'Prometheus does not answer',
        fix: 'give its address with --prometheus or in ops.config.ts',
        cause
      })
    }
    if (answer.status !== 'success' || !answer.data)
      throw new RagError('RAG_OPS_PROMETHEUS', {
        option: 'query',
        value: parameters['query'],
        problem: answer.error ?? 'Prometheus refused it',
        fix: 'run `rag-ops check`'
      })
    return answer.data.result
  }
  return {
    async query(expr, second) {
      const result = await ask<{ metric: Record<string, string>; value: [number, string] }[]>('query', {
        query: expr,
        ...(second !== undefined && { time: String(second) })
      })
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
    },
    async range(expr, from, to, step) {
      const result = await ask<{ metric: Record<string, string>; values: [number, string][] }[]>('query_range', {
        query: expr,
        start: String(from),
        end: String(to),
        step: String(step)
      })
      return result.map(({ metric, values }) => ({ metric, values: values.map(([second, value]) => [second, Number(value)] as const) }))
    }
  }
}

/** A point in time of an argument: ISO 8601, Unix seconds, `now`, or so long ago such as `2h`. */
export function secondOf(option: string, text: string | undefined, otherwise: string): number {
  const value = text ?? otherwise
  if (value === 'now') return Date.now() / 1000
  const ago = /^-?(\d+)(m|h|d)$/.exec(value)
  if (ago) return Date.now() / 1000 - Number(ago[1]) * { m: 60, h: 3600, d: 86_400 }[ago[2] as 'm']
  const second = /^\d{9,}(\.\d+)?$/.test(value) ? Number(value) : Date.parse(value) / 1000
  if (Number.isFinite(second)) return second
  throw new RagError('RAG_OPS_ARGUMENT', {
    option,
    value,
    problem: 'this is no point in time',
    fix: `write '2026-01-31T09:00:00Z', '2h' (ago) or 'now'`
  })
}

/** ISO 8601 to the second. */
export const stamp = (second: number): string => `${new Date(second * 1000).toISOString().slice(0, 19)}Z`
