// Beside an OpenTelemetry set-up of the application: one tree, no span twice, nothing unmasked without a word.
import { createTraceState, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { runScope, stage } from '@rag/core'
import { afterEach, describe, expect, it } from 'vitest'
import { maskSpans, startTracing, type Tracing } from '../src/index.js'
import { bundle, run } from './support.js'

let tracing: Tracing | undefined
const warnings: string[] = []
const heard = (warning: Error & { code?: string }): void =>
  void (warning.code?.startsWith('RAG_TRACING_FOREIGN') && warnings.push(warning.message))
process.on('warning', heard)
afterEach(async () => {
  await tracing?.shutdown(100)
  trace.disable()
  propagation.disable()
})
const SECRET = `sk-proj-${'a1B2c3D4'.repeat(6)}`

/** Work of both sides: an operation, a span of the application in it, and an operation in that. */
async function work({ observer }: Tracing): Promise<void> {
  await runScope({}, [observer], () =>
    stage('outer', {}, () =>
      trace.getTracer('app').startActiveSpan('own', async (span) => {
        span.setAttribute('note', `key ${SECRET}`)
        await stage('inner', { topK: 3, key: `token ${SECRET}` }, async () => {})
        span.end()
      })
    )
  )
  await tracing!.flush()
}
function expectTree(spans: readonly ReadableSpan[]): void {
  const [outer, own, inner] = ['outer', 'own', 'inner'].map((name) => spans.find((span) => span.name === name)!)
  expect(spans).toHaveLength(3)
  expect(own!.parentSpanContext?.spanId).toBe(outer!.spanContext().spanId)
  expect(inner!.parentSpanContext?.spanId).toBe(own!.spanContext().spanId)
  expect(inner!.attributes).toMatchObject({ 'rag.stage': 'inner' })
}

describe('a provider of the application', () => {
  it('that stands before has all spans, in one tree; its unmasked exporter is announced once', async () => {
    const memory = new InMemorySpanExporter()
    new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }).register()
    tracing = startTracing({ service: 'joined', exporter: [] })
    await work(tracing)
    await work(tracing)
    expectTree(memory.getFinishedSpans().slice(0, 3))
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('maskSpans(exporter)')
  })

  it('that comes later takes over, and spans of both sides are still one tree', async () => {
    const memory = new InMemorySpanExporter()
    const tracer = trace.getTracer('early')
    tracing = startTracing({ service: 'joined', exporter: [] })
    new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }).register()
    await work(tracing)
    expectTree(memory.getFinishedSpans())
    tracer.startSpan('early').end()
    expect(memory.getFinishedSpans().at(-1)!.name).toBe('early')
  })

  it('is masked by maskSpans(exporter), spans of third parties included', async () => {
    const memory = new InMemorySpanExporter()
    const resource = resourceFromAttributes({ 'process.command_args': ['node', `--key=${SECRET}`], 'host.name': 'here' })
    const provider = new NodeTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(maskSpans(memory))] })
    provider.register()
    tracing = startTracing({ service: 'joined', exporter: [] })
    await work(tracing)
    const caller = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1, traceState: createTraceState(`vendor=${SECRET}`) }
    const third = provider
      .getTracer(`third ${SECRET}`, SECRET)
      .startSpan(
        `call ${SECRET}`,
        { attributes: { password: 'hunter2hunter2', [SECRET]: 1, url: `https://u:${SECRET}@host/?api_key=${SECRET}` } },
        trace.setSpanContext(ROOT_CONTEXT, caller)
      )
    third.addEvent(`event ${SECRET}`, { token: SECRET }).recordException(new Error(`denied ${SECRET}`))
    third.addLink({ context: caller, attributes: { note: SECRET } })
    third.setStatus({ code: 2, message: SECRET })
    third.end()
    const spans = memory.getFinishedSpans()
    expect(spans).toHaveLength(4)
    const text = JSON.stringify(
      spans.map((span) => [
        span.name,
        span.attributes,
        span.events,
        span.links,
        span.links.map(({ context }) => context.traceState?.serialize()),
        span.status,
        span.resource.attributes,
        span.instrumentationScope,
        span.spanContext().traceState?.serialize(),
        span.parentSpanContext?.traceState?.serialize()
      ])
    )
    expect(text).toContain('"host.name":"here"')
    expect(new Set(spans.map((span) => span.resource)).size).toBe(1)
    for (const planted of [SECRET, 'hunter2hunter2']) expect(text).not.toContain(planted)
    await new Promise((resolve) => setImmediate(resolve))
    // The one from before; a wrapped exporter brings none.
    expect(warnings.length).toBeLessThanOrEqual(1)
  })
})

it('a processor of the SDK sees every span of ours at its start and end', async () => {
  const seen: string[] = []
  const processor: SpanProcessor = {
    onStart: (span) => void seen.push(`start ${span.kind === SpanKind.INTERNAL}`),
    onEnd: (span) => void seen.push(`end ${span.name}`),
    forceFlush: () => Promise.resolve(),
    shutdown: () => new Promise(() => {})
  }
  tracing = startTracing({ service: 'processed', exporter: [], processors: [processor] })
  await work(tracing)
  expect(seen.filter((line) => line.startsWith('start'))).toHaveLength(3)
  expect(seen.filter((line) => line.startsWith('end')).sort()).toEqual(['end inner', 'end outer', 'end own'])
  const start = performance.now()
  await tracing.shutdown(100)
  expect(performance.now() - start).toBeLessThan(1500)
})

it('a tracing that comes after one that was shut down has the spans of the application', async () => {
  tracing = startTracing({ service: 'first', exporter: [] })
  await tracing.shutdown()
  const memory = new InMemorySpanExporter()
  tracing = startTracing({ service: 'second', exporter: memory })
  await work(tracing)
  expectTree(memory.getFinishedSpans())
})

it('two tracings of one process do not take each other for strangers', async () => {
  const [first, second] = [new InMemorySpanExporter(), new InMemorySpanExporter()]
  tracing = startTracing({ service: 'first', exporter: first })
  const other = startTracing({ service: 'second', exporter: second })
  await runScope({}, [other.observer], () => stage('theirs', {}, async () => {}))
  await other.flush()
  expect(second.getFinishedSpans().map(({ name }) => name)).toEqual(['theirs'])
  expect(first.getFinishedSpans()).toEqual([])
  await other.shutdown()
})

it.each(['ours', 'theirs'])(
  'instrumentations of HTTP and fetch on a provider of %s: every request is one span, nested in one tree',
  async (whose) => {
    const program = await bundle('./fixtures/instrumented.ts', 'cjs', ['express'])
    const child = run([program.path, whose], { RAG_INCOMING: 'trust', NODE_PATH: `${process.cwd()}/packages/tracing/node_modules` })
    const spans = JSON.parse(await child.says('spans')) as {
      name: string
      kind: number
      spanId: string
      parentSpanId?: string
      scope: string
    }[]
    program.remove()
    const servers = spans.filter(({ kind }) => kind === SpanKind.SERVER)
    expect(servers).toHaveLength(3)
    const own = spans.find(({ name }) => name === 'own')!
    expect(servers.map(({ spanId }) => spanId)).toContain(own.parentSpanId)
    const outgoing = spans.filter(({ kind, parentSpanId }) => kind === SpanKind.CLIENT && parentSpanId === own.spanId)
    // One by http.get, one by fetch.
    expect(outgoing).toHaveLength(2)
    for (const { spanId } of outgoing) expect(servers.map(({ parentSpanId }) => parentSpanId)).toContain(spanId)
  }
)
