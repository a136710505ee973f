// The pages of the admin listener beside /metrics: health, log level, and bounded rings of masked traces and lines.
import type { AdminPage, Duration } from '@rag/core'
import type { Identity } from './options.js'
import type { Parts } from './parts.js'

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
    '/traces': ({ query }) => answer(filtered(tracing.recent(), query)),
    '/logs': ({ query }) => answer(filtered(logs.recent(), query))
  }
}

/** `?traceId=` and `?limit=`, newest last. */
function filtered(records: readonly unknown[], query: URLSearchParams): readonly unknown[] {
  const traceId = query.get('traceId')
  const limit = Number(query.get('limit') ?? 200)
  const chosen = traceId === null ? records : records.filter((record) => (record as { traceId?: unknown }).traceId === traceId)
  return Number.isInteger(limit) && limit > 0 ? chosen.slice(-limit) : chosen
}

function answer(value: unknown, status = 200): { status: number; type: string; body: string } {
  return { status, type: JSON_TYPE, body: JSON.stringify(value) }
}
