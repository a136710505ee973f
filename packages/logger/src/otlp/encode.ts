// Finished lines as an OTLP request in JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
import { logFields } from '@rag/core/catalogue'

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const SEVERITY: Readonly<Record<string, number>> = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 }
const SCOPE = { name: '@rag/logger' }
/** What stands in its own place in a record, or in the resource. */
const PLACED = new Set(['time', 'level', 'msg', 'traceId', 'spanId', 'service', 'version', 'environment'])
const TRACE_ID = /^[0-9a-f]{32}$/
const SPAN_ID = /^[0-9a-f]{16}$/

/** Names of the semantic conventions, which Elastic and OpenTelemetry share but for these. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ...logFields.flatMap(({ json, ecs }) => (json !== null && ecs !== null && !json.includes('.') ? [[json, ecs] as const] : [])),
  ['lineId', 'log.record.uid'],
  ['outcome', 'rag.outcome'],
  ['durationMs', 'rag.duration_ms'],
  ['firstByteMs', 'rag.first_byte_ms'],
  ['slow', 'rag.slow'],
  ['fingerprint', 'rag.error.fingerprint'],
  ['component', 'rag.component'],
  ['tenant', 'rag.tenant'],
  ['tags', 'rag.tags']
])

type Attribute = { key: string; value: unknown }

export interface Resource {
  readonly attributes: readonly Attribute[]
}

/** Who speaks, as the static fields of the logger say. */
export function resourceOf(service: string, version: string | undefined, environment: string | undefined, instance: string): Resource {
  const attributes: [string, string | undefined][] = [
    ['service.name', service],
    ['service.version', version],
    ['deployment.environment.name', environment],
    ['service.instance.id', instance],
    ['telemetry.sdk.language', 'nodejs'],
    ['telemetry.sdk.name', '@rag/logger']
  ]
  return { attributes: attributes.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: { stringValue: value } }])) }
}

/** The body of an ExportLogsServiceRequest. A line that is no JSON, because a hook of the user changed it, becomes the body of its record. */
export function encodeLines(lines: readonly string[], resource: Resource): string {
  return JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope: SCOPE, logRecords: lines.map(recordOf) }] }] })
}

function recordOf(line: string): object {
  const observed = nanos(Date.now())
  let fields: Record<string, unknown>
  try {
    fields = JSON.parse(line) as Record<string, unknown>
  } catch {
    return { timeUnixNano: observed, observedTimeUnixNano: observed, body: { stringValue: line.trimEnd() } }
  }
  const { time, level, msg, traceId, spanId } = fields
  const at = Date.parse(String(time))
  return {
    timeUnixNano: Number.isNaN(at) ? observed : nanos(at),
    observedTimeUnixNano: observed,
    severityNumber: SEVERITY[String(level)] ?? 0,
    severityText: String(level ?? ''),
    ...(msg !== undefined && { body: valueOf(msg) }),
    attributes: attributesOf(fields),
    ...(typeof traceId === 'string' && TRACE_ID.test(traceId) && { traceId }),
    ...(typeof spanId === 'string' && SPAN_ID.test(spanId) && { spanId })
  }
}

function attributesOf(fields: Record<string, unknown>): Attribute[] {
  const attributes: Attribute[] = []
  for (const [name, value] of Object.entries(fields)) {
    if (PLACED.has(name) || value === null) continue
    if ((name === 'err' || name === 'error') && isFailure(value)) attributes.push(...exceptionOf(value))
    else attributes.push({ key: NAMES.get(name) ?? name, value: valueOf(value) })
  }
  return attributes
}

/** https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/ */
function exceptionOf({ type, message, stack, ...more }: Record<string, unknown>): Attribute[] {
  const known: [string, unknown][] = [
    ['exception.type', type],
    ['exception.message', message],
    ['exception.stacktrace', stack],
    ['rag.exception', Object.keys(more).length > 0 ? more : undefined]
  ]
  return known.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: valueOf(value) }]))
}

function isFailure(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && 'stack' in value
}

/** An AnyValue; 64-bit integers are texts in JSON. */
function valueOf(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(valueOf) } }
  if (typeof value !== 'object' || value === null) return {}
  return { kvlistValue: { values: Object.entries(value).map(([key, item]) => ({ key, value: valueOf(item) })) } }
}

function nanos(milliseconds: number): string {
  return `${Math.floor(milliseconds)}000000`
}
