// One span with eight attributes: ours, masking on, beside the SDK's, masking nothing.
import { context, type Span, SpanKind, type Tracer, trace } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import {
  AlwaysOffSampler,
  NodeTracerProvider,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanProcessor
} from '@opentelemetry/sdk-trace-node'
import { type SamplingOptions, startTracing } from '../../packages/tracing/src/index.js'
import { createEncoder } from '../../packages/tracing/src/otlp/encoder.js'
import { median, quartiles } from '../statistics.js'

const ROUNDS = Number(process.env['ROUNDS'] ?? 21)
const WARM_UP = 4
const SPANS = 10_000
const BATCH = 512

// CPU, not wall time: a shared machine takes its turns.
/** Gives the spans to nobody, so that recording alone is measured. */
const nobody: SpanProcessor = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} }

function ours(sampler: number | SamplingOptions): { tracer: Tracer; drain(): Promise<unknown> } {
  const tracing = startTracing({ service: 'bench', exporter: [], sampler, signals: false })
  return { tracer: tracing.provider.getTracer('bench'), drain: () => tracing.flush(0) }
}
function sdk(off: boolean): Tracer {
  const sampler = off ? { sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }) } : {}
  return new NodeTracerProvider({ ...sampler, spanProcessors: [nobody] }).getTracer('bench')
}

function record(tracer: Tracer, index: number): Span {
  const span = tracer.startSpan('GET /documents/:id', { kind: SpanKind.CLIENT })
  span.setAttribute('http.request.method', 'GET')
  span.setAttribute('http.route', '/documents/:id')
  span.setAttribute('url.path', '/documents/42')
  span.setAttribute('http.response.status_code', 200)
  span.setAttribute('server.address', 'engine.internal')
  span.setAttribute('server.port', 8080)
  span.setAttribute('rag.documents', index)
  span.setAttribute('rag.cached', true)
  span.end()
  return span
}

/** Below a span that is not sampled, as in a request that is not. */
function below(tracer: Tracer, work: (index: number) => void): () => void {
  const around = trace.setSpan(context.active(), tracer.startSpan('root'))
  return () =>
    context.with(around, () => {
      for (let index = 0; index < SPANS; index++) work(index)
    })
}

interface Row {
  ours: number
  sdk?: number
  ratio?: { median: number; quartiles: [number, number] }
}

export async function measureSpans(): Promise<Record<string, Row>> {
  const [recorded, unsampled, late] = [ours(1), ours(0), ours({ ratio: 0, keep: true })]
  const [sdkRecorded, sdkUnsampled] = [sdk(false), sdk(true)]
  const encoder = createEncoder()
  const batch = Array.from({ length: BATCH }, (_, index) => record(recorded.tracer, index) as Span & ReadableSpan)
  const sdkBatch = Array.from({ length: BATCH }, (_, index) => record(sdkRecorded, index) as Span & ReadableSpan)
  const many = (work: (index: number) => void) => () => {
    for (let index = 0; index < SPANS; index++) work(index)
  }
  const batches = (work: () => void) => () => {
    for (let count = 0; count < SPANS; count += BATCH) work()
  }
  const cases: Record<string, () => void> = {
    'recorded ours': many((index) => record(recorded.tracer, index)),
    'recorded sdk': many((index) => record(sdkRecorded, index)),
    'unsampled ours': below(unsampled.tracer, () => unsampled.tracer.startSpan('child').end()),
    'unsampled sdk': below(sdkUnsampled, () => sdkUnsampled.startSpan('child').end()),
    'unsampled, eight attributes ours': below(unsampled.tracer, (index) => record(unsampled.tracer, index)),
    'unsampled, eight attributes sdk': below(sdkUnsampled, (index) => record(sdkUnsampled, index)),
    'decided on at the end ours': many((index) => record(late.tracer, index)),
    'encoded ours': batches(() => {
      for (const span of batch) encoder.add(span)
      encoder.take()
    }),
    'encoded sdk': batches(() => void ProtobufTraceSerializer.serializeRequest(sdkBatch))
  }
  const micros: Record<string, number[]> = {}
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(cases).sort(() => Math.random() - 0.5)) {
      const before = process.cpuUsage()
      work()
      const { user, system } = process.cpuUsage(before)
      const spent = (user + system) / SPANS
      // Handed on between the rounds, as it is off the request path.
      for (const tracing of [recorded, late]) await tracing.drain()
      if (round >= 0) (micros[name] ??= []).push(spent)
    }
  }
  const rows: Record<string, Row> = {}
  for (const name of Object.keys(cases)) {
    if (!name.endsWith(' ours')) continue
    const base = name.slice(0, -5)
    const [own, rival] = [micros[name]!, micros[`${base} sdk`]]
    rows[base] = { ours: round3(median(own)), ...(rival && { sdk: round3(median(rival)), ratio: ratio(own, rival) }) }
  }
  // A sampled span is recorded and encoded; one that waits for the end is recorded and forgotten.
  const sampled = micros['recorded ours']!.map((value, index) => value + micros['encoded ours']![index]!)
  rows['decided on at the end over sampled'] = {
    ours: round3(median(micros['decided on at the end ours']!)),
    ratio: ratio(micros['decided on at the end ours']!, sampled)
  }
  return rows
}

function ratio(own: number[], rival: number[]): { median: number; quartiles: [number, number] } {
  const ratios = own.map((value, round) => value / rival[round]!)
  const [low, high] = quartiles(ratios)
  return { median: round3(median(ratios)), quartiles: [round3(low), round3(high)] }
}

function round3(value: number): number {
  return Number(value.toFixed(3))
}
