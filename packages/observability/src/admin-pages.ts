// The pages of the admin listener beside /metrics: health, log level, and bounded rings of masked traces and lines.
import type { AdminPage, Duration } from '@rag/core'
import type { LogControl } from '@rag/logger'
import type { Tracing } from '@rag/tracing'
import type { Identity } from './options.js'
import type { Parts } from './parts.js'

type RecentSpan = ReturnType<Tracing['recent']>[number]

const DEFAULT_LIMIT = 200
const JSON_TYPE = 'application/json; charset=utf-8'

export function adminPages({ logger, logs, metrics, tracing }: Parts, identity: Identity): Record<string, AdminPage> {
  // Asking for the pages is what switches the rings on.
  logs.recent()
  tracing.recent()
  return {
    '/metrics': metrics.page,
    '/health': () =>
      answer({
        status: 'ok',
        ...identity,
        uptimeSeconds: Math.round(process.uptime()),
        accounts: { logs: logs.account(), metrics: metrics.account(), traces: tracing.account() }
      }),
    '/loglevel': ({ method, query, body }) => {
      if (method === 'GET') return answer({ level: logger.level })
      const [component, duration] = [query.get('component'), query.get('for')]
      try {
        logs.setLevel(query.get('level') ?? body.trim(), {
          ...(component === null ? {} : { component }),
          ...(duration === null ? {} : { for: duration as Duration })
        })
        return answer({ level: logger.level })
      } catch (error) {
        return answer({ error: (error as Error).message }, 400)
      }
    },
    '/traces': ({ query }) => answer(recentTraces(tracing.recent(), query)),
    '/logs': ({ query }) => answer(recentLogs(logs, query))
  }
}

/** `?traceId=` and `?limit=`, newest last. */
function recentTraces(spans: readonly RecentSpan[], query: URLSearchParams): readonly RecentSpan[] {
  const traceId = query.get('traceId')
  return spans.filter((span) => traceId === null || span.traceId === traceId).slice(-limitOf(query))
}

/** `?traceId=`, `?requestId=`, `?level=`, `?text=` and `?limit=`, newest last. */
function recentLogs(logs: LogControl, query: URLSearchParams): readonly unknown[] {
  const asked = ['traceId', 'requestId', 'level', 'text'].filter((name) => query.has(name))
  const filter = Object.fromEntries(asked.map((name) => [name, query.get(name)!]))
  return [...logs.recent({ ...filter, limit: limitOf(query) })].reverse()
}

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  return Number.isInteger(limit) && limit > 0 ? limit : DEFAULT_LIMIT
}

function answer(value: unknown, status = 200): { status: number; type: string; body: string } {
  return { status, type: JSON_TYPE, body: JSON.stringify(value) }
}
