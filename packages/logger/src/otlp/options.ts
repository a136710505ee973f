// Where a collector is: options first, then the standard variables of the environment.
import { checkOptions, type Duration, durationMs, RagError } from '@rag/core'
import type { Collector } from './post.js'

/** Lines to an OpenTelemetry collector over OTLP/HTTP. */
export interface OtlpDestination {
  /** Address such as `https://collector.example.com:4318/v1/logs`; `true` takes OTEL_EXPORTER_OTLP_LOGS_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT. */
  otlp: string | true
  /** Headers such as those that authenticate. @default OTEL_EXPORTER_OTLP_LOGS_HEADERS or OTEL_EXPORTER_OTLP_HEADERS */
  headers?: Readonly<Record<string, string>>
  /** Certificates in PEM. */
  tls?: { ca?: string | Buffer; cert?: string | Buffer; key?: string | Buffer }
  /** How long one request may take. @default '10s' */
  timeout?: Duration
}

/**
 * The collector behind a destination. https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 *
 * @throws RagError `RAG_LOGGER_DESTINATION`, `RAG_CORE_UNKNOWN_OPTION`, `RAG_CORE_DURATION`
 */
export function readOtlp(destination: OtlpDestination, env: NodeJS.ProcessEnv = process.env): { collector: Collector; timeoutMs: number } {
  checkOptions('destination', destination, ['otlp', 'headers', 'tls', 'timeout'])
  const { otlp, headers, tls = {}, timeout = '10s' } = destination
  return {
    collector: {
      url: urlOf(otlp, env),
      headers: headers ?? pairs(env['OTEL_EXPORTER_OTLP_LOGS_HEADERS']?.trim() || env['OTEL_EXPORTER_OTLP_HEADERS']),
      tls
    },
    timeoutMs: durationMs('destination.timeout', timeout)
  }
}

function urlOf(otlp: string | true, env: NodeJS.ProcessEnv): URL {
  // A variable that is empty is not set.
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim() || 'http://localhost:4318'
  const text = otlp === true ? env['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT']?.trim() || `${base.replace(/\/+$/, '')}/v1/logs` : otlp
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new RagError('RAG_LOGGER_DESTINATION', {
    option: 'destination.otlp',
    value: text,
    problem: 'this is no address of a collector',
    fix: `give one such as 'http://localhost:4318/v1/logs'`
  })
}

/** `key=value` pairs with percent-encoded values, as in W3C baggage. */
function pairs(text = ''): Record<string, string> {
  const found: Record<string, string> = {}
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=')
    if (at < 1) continue
    try {
      found[pair.slice(0, at).trim().toLowerCase()] = decodeURIComponent(pair.slice(at + 1).trim())
    } catch {
      // A pair that cannot be decoded says nothing.
    }
  }
  return found
}
