// Trace headers of the formats in use, read strictly: a length limit before any parsing, nothing thrown.
import { createTraceState, type SpanContext, type TraceState } from '@opentelemetry/api'
import { parseTraceparent, RagError } from '@rag/core'
import { namesIn } from '../options.js'

export type Format = 'w3c' | 'b3' | 'b3multi' | 'jaeger'
type Headers = Readonly<Record<string, string | string[] | undefined>>

const LONGEST_STATE = 512
const MOST_MEMBERS = 32
const NAMES: Record<string, Format | 'baggage' | 'none'> = {
  tracecontext: 'w3c',
  w3c: 'w3c',
  b3: 'b3',
  b3multi: 'b3multi',
  jaeger: 'jaeger',
  baggage: 'baggage',
  none: 'none'
}
const HEX = /^[0-9a-f]+$/

/**
 * Reads the option, else `OTEL_PROPAGATORS`; the first valid header in this order counts, all are written.
 *
 * @throws RagError `RAG_TRACING_PROPAGATOR`
 */
export function formatsOf(option: readonly string[] | undefined, env: string | undefined): Format[] {
  // A variable may name what others read; the specification leaves that out.
  const named = namesIn(env).filter((name) => Object.hasOwn(NAMES, name))
  const names = option ?? (named.length > 0 ? named : ['w3c'])
  const formats: Format[] = []
  for (const name of names) {
    const format = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined
    if (format === undefined)
      throw new RagError('RAG_TRACING_PROPAGATOR', {
        option: 'propagators',
        value: name,
        problem: 'this is no propagation format',
        fix: `it takes 'w3c', 'b3', 'b3multi' and 'jaeger'`
      })
    if (format !== 'baggage' && format !== 'none' && !formats.includes(format)) formats.push(format)
  }
  return formats
}

const readers: Record<Format, (headers: Headers) => SpanContext | undefined> = {
  w3c: readW3c,
  b3: readB3,
  b3multi: readB3Multi,
  jaeger: readJaeger
}

/** The caller's span by the first format that has a valid header. */
export function readCaller(headers: Headers, formats: readonly Format[]): SpanContext | undefined {
  for (const format of formats) {
    const caller = readers[format](headers)
    if (caller) return caller
  }
  return undefined
}

function readW3c(headers: Headers): SpanContext | undefined {
  const parsed = parseTraceparent(headers['traceparent'])
  if (!parsed) return undefined
  const state = headers['tracestate']
  const context: SpanContext = { traceId: parsed.traceId, spanId: parsed.spanId, traceFlags: parsed.flags & 1, isRemote: true }
  if (typeof state === 'string' && state.length > 0) {
    const read = readState(state)
    if (read) context.traceState = read
  }
  return context
}

/** All of it or nothing, as the specification says; what is longer than it asks anybody to carry is not carried. */
function readState(header: string): TraceState | undefined {
  if (header.length > LONGEST_STATE) return undefined
  const members = header.split(',').filter((member) => member.trim() !== '').length
  if (members > MOST_MEMBERS) return undefined
  const state = createTraceState(header)
  // The API leaves out what it cannot read, and of two members with one key the second.
  return state.serialize().split(',').length === members ? state : undefined
}

// https://github.com/openzipkin/b3-propagation#single-header
const B3 = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?$/

function readB3(headers: Headers): SpanContext | undefined {
  const header = headers['b3']
  if (typeof header !== 'string' || header.length > 70) return undefined
  const [, traceId, spanId, sampled] = B3.exec(header) ?? []
  return caller(traceId, spanId, sampled === '1' || sampled === 'd')
}

function readB3Multi(headers: Headers): SpanContext | undefined {
  const sampled = headers['x-b3-sampled']
  // Some senders wrote a word before the specification asked for a digit.
  return caller(headers['x-b3-traceid'], headers['x-b3-spanid'], sampled === '1' || sampled === 'true' || headers['x-b3-flags'] === '1')
}

function readJaeger(headers: Headers): SpanContext | undefined {
  const header = headers['uber-trace-id']
  if (typeof header !== 'string' || header.length > 100) return undefined
  const parts = header.replaceAll('%3A', ':').replaceAll('%3a', ':').split(':')
  if (parts.length !== 4 || !/^[0-9a-f]{1,2}$/.test(parts[3]!)) return undefined
  return caller(parts[0], parts[1]?.padStart(16, '0'), (Number.parseInt(parts[3]!, 16) & 1) === 1)
}

function caller(traceId: unknown, spanId: unknown, sampled: boolean): SpanContext | undefined {
  if (typeof traceId !== 'string' || typeof spanId !== 'string' || traceId.length > 32 || traceId.length < 1 || spanId.length !== 16)
    return undefined
  const full = traceId.padStart(32, '0')
  if (!HEX.test(full) || !HEX.test(spanId) || /^0+$/.test(full) || /^0+$/.test(spanId)) return undefined
  return { traceId: full, spanId, traceFlags: sampled ? 1 : 0, isRemote: true }
}

/** Sets the headers of every format for an outgoing call. */
export function writeCaller(
  { traceId, spanId, traceFlags, traceState }: SpanContext,
  formats: readonly Format[],
  set: (name: string, value: string) => void
): void {
  const sampled = traceFlags & 1
  for (const format of formats) {
    if (format === 'w3c') {
      set('traceparent', `00-${traceId}-${spanId}-0${sampled}`)
      const state = traceState?.serialize()
      if (state) set('tracestate', state)
    } else if (format === 'b3') set('b3', `${traceId}-${spanId}-${sampled}`)
    else if (format === 'b3multi') {
      set('x-b3-traceid', traceId)
      set('x-b3-spanid', spanId)
      set('x-b3-sampled', String(sampled))
    } else set('uber-trace-id', `${traceId}:${spanId}:0:${sampled}`)
  }
}
