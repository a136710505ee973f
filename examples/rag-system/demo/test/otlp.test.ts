// OTLP bodies made by the official serializers are read the same in both encodings.
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { expect, it } from 'vitest'
import { spansFromJson } from '../src/read/otlp-json.js'
import { spansFromProtobuf } from '../src/read/otlp-protobuf.js'
import { fieldsOf } from '../src/read/protobuf.js'
import { drawTree, treeOf } from '../src/tree.js'

function someSpans(): ReadableSpan[] {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const tracer = provider.getTracer('test')
  const attributes = { text: 'ä', whole: 7, negative: -3, part: 0.25, yes: true, list: ['a', 'b'] }
  const span = tracer.startSpan('GET /a', { kind: 1, attributes, startTime: [1_700_000_000, 500] })
  span.addEvent('first-token', { at: 1 })
  span.setStatus({ code: 2, message: 'broken' })
  span.end([1_700_000_000, 2_000_500])
  tracer.startSpan('plain').end()
  return exporter.getFinishedSpans()
}

it('reads ids, names, times, status, events and attributes of every type', () => {
  const spans = someSpans()
  const read = spansFromProtobuf(ProtobufTraceSerializer.serializeRequest(spans)!)
  expect(read[0]).toMatchObject({
    traceId: spans[0]!.spanContext().traceId,
    spanId: spans[0]!.spanContext().spanId,
    parentSpanId: '',
    name: 'GET /a',
    kind: 2,
    durationMs: 2,
    status: 2,
    attributes: { text: 'ä', whole: 7, negative: -3, part: 0.25, yes: true, list: ['a', 'b'] },
    events: [{ name: 'first-token' }]
  })
  expect(read[0]!.service).toMatch(/^unknown_service/)
  expect(spansFromJson(new TextDecoder().decode(JsonTraceSerializer.serializeRequest(spans)!))).toEqual(read)
})

it('refuses a message that ends within a field', () => {
  const body = ProtobufTraceSerializer.serializeRequest(someSpans())!
  expect(() => fieldsOf(body.subarray(0, body.length - 1))).toThrow('the message ends within a field')
})

it('draws a trace as a tree, a span without its parent as a root', () => {
  const span = (spanId: string, parentSpanId: string, startMs: number) =>
    ({
      traceId: 't',
      spanId,
      parentSpanId,
      name: spanId,
      kind: 2,
      startMs,
      durationMs: 1,
      status: 0,
      attributes: {},
      events: [],
      service: 's'
    }) as const
  const tree = treeOf(
    [span('d', 'gone', 9), span('c', 'a', 3), span('b', 'a', 2), span('a', '', 1), { ...span('x', '', 0), traceId: 'other' }],
    't'
  )
  expect(drawTree(tree).map((line) => line.split('  s')[0]!.trimEnd())).toEqual(['a', '├─ b', '└─ c', 'd'])
})
