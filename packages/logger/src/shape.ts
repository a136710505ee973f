// The names under which a line says what it says: our own, Elastic's, or Google's.

import { isoTime } from './clock.js'
import { quote } from './escape.js'
import { beginWalk, plain } from './plain.js'

const LONGEST_ERROR_TEXT = 8192
const ERROR_ROOM = 16_384

/** How lines are written: our own JSON, Elastic Common Schema, Google Cloud Logging, JSON from which CloudWatch makes metrics, or coloured text for a person. */
export type Preset = 'json' | 'ecs' | 'google' | 'cloudwatch' | 'pretty'

export interface Shape {
  readonly time: string
  readonly level: (label: string) => Record<string, string>
  readonly messageKey: string
  readonly errorKey: string
  base(service: string, version: string | undefined, environment: string | undefined): Record<string, unknown>
  /** Unique to the line. */
  readonly lineId: string
  readonly fingerprint: string
  /** What the `component` binding of a child is called. */
  readonly component: string
  readonly requestId: string
  readonly traceId: string
  readonly spanId: string
  traceText(traceId: string): string
  readonly tenant: string
  readonly user: string
  readonly tags: string
  error(error: unknown): unknown
  /** The fields of a request that begins. */
  begin(fields: { method: string; url: string }): Record<string, unknown>
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
  lineId: 'lineId',
  fingerprint: 'fingerprint',
  component: 'component',
  requestId: 'requestId',
  traceId: 'traceId',
  spanId: 'spanId',
  traceText: same,
  tenant: 'tenant',
  user: 'user',
  tags: 'tags',
  error: same,
  begin: same,
  reserved: new Set(['time', 'level', 'service', 'version', 'environment', 'lineId', 'fingerprint', 'requestId', 'traceId', 'spanId'])
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
  lineId: 'event.id',
  fingerprint: 'error.grouping_key',
  component: 'log.logger',
  requestId: 'http.request.id',
  traceId: 'trace.id',
  spanId: 'span.id',
  traceText: same,
  tenant: 'organization.id',
  user: 'user.id',
  tags: 'labels',
  error(error) {
    if (typeof error !== 'object' || error === null || !('stack' in error)) return error
    return ecsError(plain(error, beginWalk(LONGEST_ERROR_TEXT, ERROR_ROOM)))
  },
  begin: ({ method, url }) => ({ 'http.request.method': method, 'url.original': url }),
  http({ method, route, url, statusCode, outcome, durationMs, firstByteMs, requestBytes, responseBytes, error, headers, slow }) {
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
      'event.slow': slow,
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
    'event.id',
    'error.grouping_key',
    'http.request.id',
    'trace.id',
    'span.id',
    'service',
    'trace',
    'span'
  ])
}

/** Own fields of an error go below one name: what they are called is nothing that Elastic knows. */
function ecsError(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return error
  const { type, message, stack, code, cause, errors, ...own } = error as Record<string, unknown>
  return {
    type,
    message,
    stack_trace: stack,
    ...(code !== undefined && { code: String(code) }),
    ...(cause !== undefined && { cause: ecsError(cause) }),
    ...(Array.isArray(errors) && { errors: errors.map(ecsError) }),
    ...(Object.keys(own).length > 0 && { fields: own })
  }
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
  // Cloud Logging keeps one of several entries with the same id.
  lineId: 'logging.googleapis.com/insertId',
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
  reserved: new Set([
    ...own.reserved,
    'severity',
    'serviceContext',
    'logging.googleapis.com/insertId',
    'logging.googleapis.com/trace',
    'logging.googleapis.com/spanId'
  ])
}

const EMF_METRICS = [
  ['durationMs', 'Milliseconds'],
  ['firstByteMs', 'Milliseconds'],
  ['requestBytes', 'Bytes'],
  ['responseBytes', 'Bytes'],
  ['requests', 'Count'],
  ['errors', 'Count']
] as const

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const cloudwatch: Shape = {
  ...own,
  http(fields) {
    const counted: Record<string, unknown> = { ...fields, requests: 1, errors: Number(fields['statusCode']) >= 500 ? 1 : 0 }
    const metrics = EMF_METRICS.filter(([name]) => typeof counted[name] === 'number').map(([Name, Unit]) => ({ Name, Unit }))
    const directive = { Namespace: 'rag', Dimensions: [['service'], ['service', 'route']], Metrics: metrics }
    return { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] }, ...counted }
  },
  // A caller who could write this would write metrics.
  reserved: new Set([...own.reserved, '_aws'])
}

export const shapes: Readonly<Record<Preset, Shape>> = { json: own, ecs, google, cloudwatch, pretty: own }

/** The `timestamp` function of pino for a shape. */
export function timestampOf({ time }: Shape): () => string {
  const head = `,${quote(time)}:"`
  return () => head + isoTime(Date.now()) + '"'
}
