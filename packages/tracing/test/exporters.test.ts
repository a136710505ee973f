// Every exporter delivers the same trace: OTLP by the official .proto, as JSON and over gRPC, Zipkin v2 JSON, Jaeger Thrift.
import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startTracing, type TracingOptions } from '../src/index.js'
import { type DecodedSpan, type ExporterUnderTest, exporterContract } from '../src/test-suite/index.js'
import { traceOfEverything } from '../src/test-suite/trace.js'
import { startCollector } from './backends/collector.js'
import { startGrpcCollector } from './backends/grpc.js'
import { decodeJaeger, spansOfJaeger } from './backends/jaeger.js'
import { decodeJson, decodeProtobuf, spansOf } from './backends/otlp.js'
import { decodeZipkin, spansOfZipkin } from './backends/zipkin.js'

afterEach(() => {
  vi.unstubAllEnvs()
  trace.disable()
})

interface Wire {
  path: string
  type: string
  tracing(url: string): Pick<TracingOptions, 'exporter' | 'otlp'>
  decode(body: Buffer): DecodedSpan[]
}

function overHttp(name: string, { path, type, tracing, decode }: Wire): ExporterUnderTest {
  return {
    name,
    async start() {
      const collector = await startCollector(path, type)
      return {
        tracing: tracing(collector.url),
        spans: () => collector.bodies.flatMap(decode),
        raw: () => Buffer.concat(collector.bodies).toString('latin1'),
        close: collector.close
      }
    }
  }
}

const exporters: ExporterUnderTest[] = [
  overHttp('OTLP/HTTP protobuf', {
    path: '/v1/traces',
    type: 'application/x-protobuf',
    tracing: (url) => ({ otlp: { url } }),
    decode: (body) => spansOf(decodeProtobuf(body))
  }),
  overHttp('OTLP/HTTP JSON', {
    path: '/v1/traces',
    type: 'application/json',
    tracing: (url) => ({ otlp: { url, protocol: 'http/json' } }),
    decode: (body) => spansOf(decodeJson(body))
  }),
  overHttp('Zipkin', {
    path: '/api/v2/spans',
    type: 'application/json',
    tracing(url) {
      vi.stubEnv('OTEL_EXPORTER_ZIPKIN_ENDPOINT', url)
      return { exporter: 'zipkin' }
    },
    decode: (body) => spansOfZipkin(decodeZipkin(body))
  }),
  overHttp('Jaeger', {
    path: '/api/traces',
    type: 'application/x-thrift',
    tracing(url) {
      vi.stubEnv('OTEL_EXPORTER_JAEGER_ENDPOINT', url)
      return { exporter: 'jaeger' }
    },
    decode: (body) => spansOfJaeger(decodeJaeger(body))
  }),
  {
    name: 'OTLP/gRPC',
    async start() {
      const { url, bodies, close } = await startGrpcCollector()
      return {
        tracing: { otlp: { url, protocol: 'grpc' } },
        spans: () => bodies.flatMap((body) => spansOf(decodeProtobuf(body))),
        raw: () => Buffer.concat(bodies).toString('latin1'),
        close
      }
    }
  }
]

for (const exporter of exporters) {
  describe(`${exporter.name} on a wire-level stub`, () => {
    for (const { name, run } of exporterContract(exporter)) it(name, run)
  })
}

it('sends one trace to several exporters, which decode to the same spans', async () => {
  const otlp = await startCollector('/v1/traces', 'application/x-protobuf')
  const zipkin = await startCollector('/api/v2/spans', 'application/json')
  const jaeger = await startCollector('/api/traces', 'application/x-thrift')
  const memory = new InMemorySpanExporter()
  vi.stubEnv('OTEL_EXPORTER_ZIPKIN_ENDPOINT', zipkin.url)
  vi.stubEnv('OTEL_EXPORTER_JAEGER_ENDPOINT', jaeger.url)
  const tracing = startTracing({ service: 'contract', exporter: ['otlp', 'zipkin', 'jaeger', memory], otlp: { url: otlp.url } })
  const expected = traceOfEverything(tracing.provider.getTracer('contract'))
  await tracing.flush()
  const kept = memory.getFinishedSpans().map(({ name }) => name)
  expect(await tracing.shutdown()).toMatchObject({ recorded: 20, exported: 20, dropped: 0, queued: 0 })
  const shared = (spans: DecodedSpan[]) =>
    spans
      .map(({ attributes, startMicros, durationMicros, events, ...span }) => ({
        ...span,
        startMicros: Math.round(startMicros),
        durationMicros: Math.round(durationMicros),
        events: events.map((event) => event.name),
        // Each format adds tags of its own.
        attributes: Object.fromEntries(Object.keys(expected[0]!.attributes).map((key) => [key, attributes[key]]))
      }))
      .sort((a, b) => a.startMicros - b.startMicros)
  const decoded = [
    otlp.bodies.flatMap((body) => spansOf(decodeProtobuf(body))),
    zipkin.bodies.flatMap((body) => spansOfZipkin(decodeZipkin(body))),
    jaeger.bodies.flatMap((body) => spansOfJaeger(decodeJaeger(body)))
  ].map(shared)
  for (const spans of decoded) expect(spans).toEqual(shared(expected))
  expect(kept).toEqual(expected.map(({ name }) => name))
  for (const collector of [otlp, zipkin, jaeger]) await collector.close()
})

it('sends headers over gRPC too', async () => {
  const collector = await startGrpcCollector()
  const otlp = { url: collector.url, protocol: 'grpc' as const, headers: { 'x-team': 'search' } }
  const tracing = startTracing({ service: 'contract', otlp, signals: false })
  tracing.provider.getTracer('test').startSpan('x').end()
  expect(await tracing.shutdown()).toMatchObject({ exported: 1 })
  expect(collector.headers[0]).toMatchObject({ 'x-team': 'search' })
  await collector.close()
})

it('prints traces as trees to the console', async () => {
  const written: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  const tracing = startTracing({ service: 'contract', exporter: 'console' })
  traceOfEverything(tracing.provider.getTracer('contract'))
  await tracing.shutdown()
  write.mockRestore()
  const lines = written.join('').trimEnd().split('\n')
  expect(lines[0]).toMatch(/^trace [0-9a-f]{32}$/)
  expect(lines.slice(1).map((line) => line.replace(/ \d.*/, ''))).toEqual([
    'span server ä€😀',
    '└─ span internal ä€😀',
    '   └─ span client ä€😀',
    '      └─ span producer ä€😀',
    '         └─ span consumer ä€😀'
  ])
  expect(lines.find((line) => line.includes('client'))).toContain('100.3 ms ERROR')
})
