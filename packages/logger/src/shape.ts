// The names under which a line says what it says: our own, Elastic's, or Google's.

import { isoTime } from './clock.js'
import { quote } from './escape.js'

/** How lines are written: our own JSON, Elastic Common Schema, Google Cloud Logging, or coloured text for a person. */
export type Preset = 'json' | 'ecs' | 'google' | 'pretty'

export interface Shape {
  readonly time: string
  readonly level: (label: string) => Record<string, string>
  readonly messageKey: string
  readonly errorKey: string
  base(service: string, version: string | undefined, environment: string | undefined): Record<string, unknown>
  readonly requestId: string
  readonly traceId: string
  readonly spanId: string
  traceText(traceId: string): string
  readonly tenant: string
  readonly user: string
  readonly tags: string
  error(error: unknown): unknown
  /** Turns the fields of a request into those of the shape. */
  http?(fields: Record<string, unknown>): Record<string, unknown>
  /** Names that no caller may take. */
  readonly reserved: ReadonlySet<string>
}

const same = <T>(value: T): T => value

const own: Shape = {
  time: 'time',
  level: (label) => ({ level: label }),
  messageKey: 'msg',
  errorKey: 'err',
  base: (service, version, environment) => ({
    service,
    ...(version !== undefined && { version }),
    ...(environment !== undefined && { environment })
  }),
  requestId: 'requestId',
  traceId: 'traceId',
  spanId: 'spanId',
  traceText: same,
  tenant: 'tenant',
  user: 'user',
  tags: 'tags',
  error: same,
  reserved: new Set(['time', 'level', 'service', 'version', 'environment', 'requestId', 'traceId', 'spanId'])
}

/** https://www.elastic.co/guide/en/ecs/current/ecs-reference.html */
const ecs: Shape = {
  time: '@timestamp',
  level: (label) => ({ 'log.level': label }),
  messageKey: 'message',
  errorKey: 'error',
  base: (service, version, environment) => ({
    'ecs.version': '8.11.0',
    'service.name': service,
    ...(version !== undefined && { 'service.version': version }),
    ...(environment !== undefined && { 'service.environment': environment })
  }),
  requestId: 'http.request.id',
  traceId: 'trace.id',
  spanId: 'span.id',
  traceText: same,
  tenant: 'organization.id',
  user: 'user.id',
  tags: 'labels',
  error(error) {
    if (typeof error !== 'object' || error === null || !('stack' in error)) return error
    const { type, name, message, stack, code } = error as Record<string, unknown>
    return { type: type ?? name, message, stack_trace: stack, ...(code !== undefined && { code: String(code) }) }
  },
  http({ method, route, url, statusCode, outcome, durationMs, firstByteMs, requestBytes, responseBytes, error, headers }) {
    return {
      'http.request.method': method,
      'http.route': route,
      'url.original': url,
      'http.response.status_code': statusCode,
      'event.outcome': outcome === 'ok' ? 'success' : 'failure',
      'event.reason': outcome,
      'event.duration': Math.round(Number(durationMs) * 1e6),
      'http.response.first_byte_ms': firstByteMs,
      'http.request.body.bytes': requestBytes,
      'http.response.body.bytes': responseBytes,
      error,
      'http.request.headers': headers
    }
  },
  reserved: new Set([
    '@timestamp',
    'log.level',
    'ecs.version',
    'service.name',
    'service.version',
    'service.environment',
    'http.request.id',
    'trace.id',
    'span.id',
    'service',
    'trace',
    'span'
  ])
}

const SEVERITY: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL'
}

/** https://cloud.google.com/logging/docs/structured-logging */
const google: Shape = {
  ...own,
  level: (label) => ({ severity: SEVERITY[label] ?? 'DEFAULT', level: label }),
  messageKey: 'message',
  base: (service, version, environment) => ({
    ...own.base(service, version, environment),
    serviceContext: { service, ...(version !== undefined && { version }) }
  }),
  traceId: 'logging.googleapis.com/trace',
  spanId: 'logging.googleapis.com/spanId',
  traceText(traceId) {
    const project = process.env['GOOGLE_CLOUD_PROJECT']
    return project ? `projects/${project}/traces/${traceId}` : traceId
  },
  http(fields) {
    const { method, url, statusCode, durationMs, requestBytes, responseBytes } = fields
    const httpRequest = {
      requestMethod: method,
      requestUrl: url,
      status: statusCode,
      latency: `${Number(durationMs) / 1000}s`,
      requestSize: requestBytes === undefined ? undefined : String(requestBytes),
      responseSize: responseBytes === undefined ? undefined : String(responseBytes)
    }
    return { ...fields, httpRequest }
  },
  reserved: new Set([...own.reserved, 'severity', 'serviceContext', 'logging.googleapis.com/trace', 'logging.googleapis.com/spanId'])
}

export const shapes: Readonly<Record<Preset, Shape>> = { json: own, ecs, google, pretty: own }

/** The `timestamp` function of pino for a shape. */
export function timestampOf({ time }: Shape): () => string {
  const head = `,${quote(time)}:"`
  return () => head + isoTime(Date.now()) + '"'
}
