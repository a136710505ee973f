// The same metrics pushed as OTLP over HTTP, for back ends without a scraper.
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { checkOptions, type Duration, durationMs, LONGEST_TIMER_MS, RagError } from '@rag/core'
import type { Pages } from '../exposition/page.js'
import { attributesOf, encodeMetric } from './otlp-encode.js'
import { type Pusher, pusherOf } from './pusher.js'
import { send, targetUrl } from './send.js'

export interface OtlpOptions {
  /** @default OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, else OTEL_EXPORTER_OTLP_ENDPOINT + /v1/metrics, else http://localhost:4318/v1/metrics */
  url?: string
  /** Besides those of OTEL_EXPORTER_OTLP_METRICS_HEADERS or OTEL_EXPORTER_OTLP_HEADERS. */
  headers?: Readonly<Record<string, string>>
  /** Time between two pushes. @default OTEL_METRIC_EXPORT_INTERVAL in ms, else '60s' */
  every?: Duration
  /** @default OTEL_EXPORTER_OTLP_METRICS_TIMEOUT or OTEL_EXPORTER_OTLP_TIMEOUT in ms, else '10s' */
  timeout?: Duration
  /** @default OTEL_EXPORTER_OTLP_METRICS_COMPRESSION or OTEL_EXPORTER_OTLP_COMPRESSION, else 'gzip' */
  compression?: 'gzip' | 'none'
}

export interface OtlpParts {
  identity: { service: string; version: string; environment: string }
  views: Pages['views']
  /** Whether another process or thread shows what this one counts. */
  isMember(): boolean
  warn(message: string): void
}

/** On a thread of its own: the loop does not wait for it. */
const pack = promisify(gzip)
const MIN_MS = 100
const KNOWN = ['url', 'headers', 'every', 'timeout', 'compression'] as const

/**
 * Starts the pushes.
 *
 * @throws RagError `RAG_METRICS_PUSH`, `RAG_CORE_DURATION`, `RAG_CORE_UNKNOWN_OPTION`
 */
export function startOtlp(options: OtlpOptions, { identity, views, isMember, warn }: OtlpParts): Pusher & { stop(): void } {
  checkOptions('createMetrics otlp', options, KNOWN)
  const environment = process.env
  const { url = endpoint(), every = ms('OTEL_METRIC_EXPORT_INTERVAL') ?? '60s' } = options
  const target = targetUrl('otlp.url', url)
  const timeoutMs = durationMs(
    'otlp.timeout',
    options.timeout ?? ms('OTEL_EXPORTER_OTLP_METRICS_TIMEOUT') ?? ms('OTEL_EXPORTER_OTLP_TIMEOUT') ?? '10s'
  )
  const everyMs = durationMs('otlp.every', every)
  const compress = compressionOf(options.compression) === 'gzip'
  const headers = {
    ...parseHeaders(environment['OTEL_EXPORTER_OTLP_METRICS_HEADERS']?.trim() || environment['OTEL_EXPORTER_OTLP_HEADERS']),
    ...options.headers,
    'content-type': 'application/json',
    ...(compress && { 'content-encoding': 'gzip' })
  }
  const resource = JSON.stringify({
    attributes: attributesOf([
      ['service.name', identity.service],
      ['service.version', identity.version],
      ['service.instance.id', randomUUID()],
      ['deployment.environment.name', identity.environment],
      ['telemetry.sdk.language', 'nodejs']
    ])
  })
  // The counters began with this instance; a start in the future would be refused.
  const start = Date.now()
  const pusher = pusherOf('otlp', target.origin, warn, async (background) => {
    const times = { start, now: Math.max(Date.now(), start) }
    const pieces = [Buffer.from(`{"resourceMetrics":[{"resource":${resource},"scopeMetrics":[{"scope":{"name":"@rag/metrics"},"metrics":[`)]
    let between = ''
    await views(function* (view) {
      for (const text of encodeMetric(view, times)) {
        pieces.push(Buffer.from(between + text))
        between = ''
        yield
      }
      if (pieces.length > 1) between = ','
    })
    pieces.push(Buffer.from(']}]}]}'))
    const whole = Buffer.concat(pieces)
    const body = compress ? await pack(whole) : whole
    return send({ method: 'POST', url: target, headers, body, timeoutMs, background })
  })
  const push = async (background?: boolean) => isMember() || pusher.push(background)
  const timer = setInterval(() => void push(true), Math.min(Math.max(everyMs, MIN_MS), LONGEST_TIMER_MS)).unref()
  return { push, source: pusher.source, stop: () => clearInterval(timer) }
}

/** @throws RagError `RAG_METRICS_PUSH` for an option; a variable that says something else counts as left out. */
function compressionOf(option: OtlpOptions['compression']): 'gzip' | 'none' {
  if (option === 'gzip' || option === 'none') return option
  if (option !== undefined)
    throw new RagError('RAG_METRICS_PUSH', {
      option: 'otlp.compression',
      value: option,
      problem: 'there is no such compression',
      fix: "use 'gzip' or 'none'"
    })
  const variable = process.env['OTEL_EXPORTER_OTLP_METRICS_COMPRESSION'] || process.env['OTEL_EXPORTER_OTLP_COMPRESSION']
  return variable?.trim().toLowerCase() === 'none' ? 'none' : 'gzip'
}

function endpoint(): string {
  const own = process.env['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT']?.trim()
  if (own) return own
  return `${(process.env['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim() || 'http://localhost:4318').replace(/\/+$/, '')}/v1/metrics`
}

function ms(variable: string): number | undefined {
  const value = Number(process.env[variable] || Number.NaN)
  return value > 0 && Number.isFinite(value) ? value : undefined
}

/** `key=value` pairs, percent-encoded; https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
function parseHeaders(text = ''): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=')
    if (at <= 0) continue
    try {
      headers[pair.slice(0, at).trim().toLowerCase()] = decodeURIComponent(pair.slice(at + 1).trim())
    } catch {
      // A pair that cannot be decoded says nothing.
    }
  }
  return headers
}
