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
import type { Encoder } from '../../packages/tracing/src/export/encoder.js'
import { type SamplingOptions, startTracing } from '../../packages/tracing/src/index.js'
import { createEncoder } from '../../packages/tracing/src/otlp/encoder.js'
import { median, quartiles } from '../statistics.js'

const ROUNDS = Number(process.env['ROUNDS'] ?? 21)
const WARM_UP = 4
const SPANS = 10_000
const BATCH = 512

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

type Recorded = Span & ReadableSpan

function record(tracer: Tracer, index: number, path = '/documents/42'): Recorded {
  const span = tracer.startSpan('GET /documents/:id', { kind: SpanKind.CLIENT })
  span.setAttribute('http.request.method', 'GET')
  span.setAttribute('http.route', '/documents/:id')
  span.setAttribute('url.path', path)
  span.setAttribute('http.response.status_code', 200)
  span.setAttribute('server.address', 'engine.internal')
  span.setAttribute('server.port', 8080)
  span.setAttribute('rag.documents', index)
  span.setAttribute('rag.cached', true)
  span.end()
  return span as Recorded
}

/** Below a span that is not sampled, as in a request that is not. */
function below(tracer: Tracer, work: (index: number) => void): () => void {
  const around = trace.setSpan(context.active(), tracer.startSpan('root'))
  return () =>
    context.with(around, () => {
      for (let index = 0; index < SPANS; index++) work(index)
    })
}

export interface SpanRow {
  ours: number
  sdk?: number
  ratio?: { median: number; quartiles: [number, number] }
}

export async function measureSpans(): Promise<Record<string, SpanRow>> {
  const [recorded, unsampled, late] = [ours(1), ours(0), ours({ ratio: 0, keep: true })]
  const [sdkRecorded, sdkUnsampled] = [sdk(false), sdk(true)]
  const encoder = createEncoder()
  const batch = Array.from({ length: BATCH }, (_, index) => record(recorded.tracer, index))
  const sdkBatch = Array.from({ length: BATCH }, (_, index) => record(sdkRecorded, index))
  const many = (work: (index: number) => void) => () => {
    for (let index = 0; index < SPANS; index++) work(index)
  }
  const batches = (work: () => void) => () => {
    for (let count = 0; count < SPANS; count += BATCH) work()
  }
  // Handed on between the rounds, as it is off the request path.
  const handOn = async (): Promise<void> => {
    for (const tracing of [recorded, late]) await tracing.drain()
  }
  const cases: Record<string, () => void> = {
    'recorded ours': many((index) => record(recorded.tracer, index)),
    'recorded sdk': many((index) => record(sdkRecorded, index)),
    'unsampled ours': below(unsampled.tracer, () => unsampled.tracer.startSpan('child').end()),
    'unsampled sdk': below(sdkUnsampled, () => sdkUnsampled.startSpan('child').end()),
    'unsampled, eight attributes ours': below(unsampled.tracer, (index) => record(unsampled.tracer, index)),
    'unsampled, eight attributes sdk': below(sdkUnsampled, (index) => record(sdkUnsampled, index)),
    'decided on at the end ours': many((index) => record(late.tracer, index)),
    'encoded ours': batches(() => encodeAll(encoder, batch)),
    'encoded sdk': batches(() => void ProtobufTraceSerializer.serializeRequest(sdkBatch))
  }
  const micros = await rounds(cases, handOn)

  let made = 0
  let [fresh, sdkFresh]: Recorded[][] = [[], []]
  const freshCases = {
    'encoded, a new text in each ours': () => {
      for (let start = 0; start < SPANS; start += BATCH) encodeAll(encoder, fresh!.slice(start, start + BATCH))
    },
    'encoded, a new text in each sdk': () => {
      for (let start = 0; start < SPANS; start += BATCH) ProtobufTraceSerializer.serializeRequest(sdkFresh!.slice(start, start + BATCH))
    }
  }
  const refresh = async (): Promise<void> => {
    const paths = Array.from({ length: SPANS }, () => `/documents/${(made++).toString(36)}`)
    fresh = paths.map((path, index) => record(recorded.tracer, index, path))
    sdkFresh = paths.map((path, index) => record(sdkRecorded, index, path))
    await handOn()
  }
  Object.assign(micros, await rounds(freshCases, handOn, refresh))

  const rows: Record<string, SpanRow> = {}
  for (const name of Object.keys(micros)) {
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

function encodeAll(encoder: Encoder, spans: readonly Recorded[]): void {
  for (const span of spans) encoder.add(span)
  encoder.take()
}

/** Microseconds of CPU a span, by case and round. */
async function rounds(
  cases: Record<string, () => void>,
  after: () => Promise<void>,
  before: () => Promise<void> = async () => {}
): Promise<Record<string, number[]>> {
  const micros: Record<string, number[]> = Object.fromEntries(Object.keys(cases).map((name) => [name, []]))
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    await before()
    for (const [name, work] of Object.entries(cases).sort(() => Math.random() - 0.5)) {
      // CPU, not wall time: a shared machine takes its turns.
      const start = process.cpuUsage()
      work()
      const { user, system } = process.cpuUsage(start)
      await after()
      if (round >= 0) micros[name]!.push((user + system) / SPANS)
    }
  }
  return micros
}

function ratio(own: number[], rival: number[]): { median: number; quartiles: [number, number] } {
  const ratios = own.map((value, round) => value / rival[round]!)
  const [low, high] = quartiles(ratios)
  return { median: round3(median(ratios)), quartiles: [round3(low), round3(high)] }
}

function round3(value: number): number {
  return Number(value.toFixed(3))
}
