// The bytes of OTLP: whatever is written, the official .proto reads it back, the first time and from bytes that were kept.
import { type Attributes, createTraceState, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { createMasker } from '@rag/core'
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { createJsonEncoder } from '../src/export/json-encoder.js'
import { startTracing, type Tracing, type TracingOptions } from '../src/index.js'
import { createEncoder } from '../src/otlp/encoder.js'
import { otlpJson } from '../src/otlp/json.js'
import { decodeJson, decodeProtobuf } from './backends/otlp.js'

const started: Tracing[] = []
function start(options: Partial<TracingOptions> = {}): Tracing {
  const tracing = startTracing({ service: 'encoding', exporter: [], signals: false, ...options })
  started.push(tracing)
  return tracing
}
afterEach(async () => {
  for (const tracing of started.splice(0)) await tracing.shutdown()
  trace.disable()
})

interface Read {
  name: string
  attributes: Record<string, unknown>
  start: bigint
  end: bigint
}

function throughBytes({ provider }: Tracing, name: string, attributes: Attributes, startTime = 1_700_000_000_000.5): Read {
  const span = provider.getTracer('test').startSpan(name, { attributes, startTime }) as Span & ReadableSpan
  span.end(startTime + 0.25)
  const encoder = createEncoder()
  encoder.add(span)
  const [read] = decodeProtobuf(encoder.take()).resourceSpans[0]!.scopeSpans[0]!.spans
  return {
    name: read!.name,
    attributes: Object.fromEntries(read!.attributes.map(({ key, value }) => [key, plain(value)])),
    start: BigInt(read!.startTimeUnixNano),
    end: BigInt(read!.endTimeUnixNano)
  }
}

function plain(value: Record<string, unknown>): unknown {
  const [kind] = Object.keys(value)
  if (kind === 'intValue') return Number(value['intValue'])
  if (kind === 'arrayValue') return (value['arrayValue'] as { values: Record<string, unknown>[] }).values.map(plain)
  return kind === undefined ? undefined : value[kind]
}

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string({ unit: 'grapheme-ascii', maxLength: 70 }))
const value = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }).map((number) => (Object.is(number, -0) ? 0.5 : number)),
  fc.array(text, { maxLength: 4 })
)

it.each(['http/protobuf', 'http/json'])('the trace states of a span and of its links arrive over %s', (protocol) => {
  const caller = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1, traceState: createTraceState('vendor=here') }
  const span = start()
    .provider.getTracer('test')
    .startSpan('linked', { links: [{ context: caller }] }, trace.setSpanContext(ROOT_CONTEXT, caller)) as Span & ReadableSpan
  span.end()
  const [encoder, decode] =
    protocol === 'http/json' ? ([createJsonEncoder(otlpJson), decodeJson] as const) : ([createEncoder(), decodeProtobuf] as const)
  encoder.add(span)
  const [read] = decode(encoder.take()).resourceSpans[0]!.scopeSpans[0]!.spans
  expect(read).toMatchObject({ traceState: 'vendor=here', links: [{ traceState: 'vendor=here' }] })
})

it('any attributes come back as they were, also from kept bytes', () => {
  const tracing = start({ mask: { mask: (given: unknown) => given, isSecretKey: () => false } as never })
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 140 }), value, { maxKeys: 10 }),
      text,
      (given, name) => {
        const attributes = { ...given } as Attributes
        for (let round = 0; round < 3; round++) expect(throughBytes(tracing, name, attributes)).toMatchObject({ name, attributes })
      }
    ),
    { numRuns: 150 }
  )
})

it('moments are exact to a microsecond, whatever the second', () => {
  const tracing = start()
  for (const moment of [1_000_000_000_000.25, 1_700_000_000_065.5, 4_294_967_296_000.125, 2_147_483_648_123.75]) {
    const { start: from, end } = throughBytes(tracing, 'x', {}, moment)
    expect(Number(from / 1000n)).toBe(moment * 1000)
    expect(end - from).toBe(250_000n)
  }
})

it('what one masker leaves as it is another still masks', () => {
  const [open, strict] = [start(), start({ mask: createMasker({ patterns: [{ name: 'plan', pattern: /platinum/ }] }) })]
  const attributes = { plan: 'platinum' }
  for (let round = 0; round < 3; round++) expect(throughBytes(open, 'x', attributes).attributes).toEqual(attributes)
  for (let round = 0; round < 3; round++) expect(JSON.stringify(throughBytes(strict, 'x', attributes).attributes)).not.toContain('platinum')
})

it('the resource is masked, from the option and from the variable', () => {
  vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'team=search,deploy.token=ghp_abcdefghijklmnopqrstuvwxyz0123456789')
  const { provider } = start({ resource: { region: 'eu', password: 'hunter2hunter2' } })
  vi.unstubAllEnvs()
  const encoder = createEncoder()
  const span = provider.getTracer('test').startSpan('x') as Span & ReadableSpan
  span.end()
  encoder.add(span)
  const about = JSON.stringify(decodeProtobuf(encoder.take()).resourceSpans[0]!.resource)
  for (const plain of ['search', 'eu', 'encoding']) expect(about).toContain(plain)
  expect(about).not.toMatch(/hunter2|ghp_abc/)
})

it('a secret is masked each time it comes', () => {
  const tracing = start()
  for (let round = 0; round < 4; round++) {
    const { attributes } = throughBytes(tracing, 'x', { password: 'hunter2', url: 'https://a.example/?api_key=sk-1234567890abcdef' })
    expect(JSON.stringify(attributes)).not.toMatch(/hunter2|sk-1234567890abcdef/)
  }
})
