// What every exporter must deliver, as cases that any test runner can run against a backend that decodes what arrives.
import assert from 'node:assert/strict'
import { createTraceState, ROOT_CONTEXT, type Span, type SpanContext, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { runScope, stage } from '@rag/core'
import type { TracingOptions } from '../options.js'
import { startTracing, type Tracing } from '../start-tracing.js'
import { traceOfEverything } from './trace.js'

/** A span as any backend can tell it: times in microseconds, attributes as texts. */
export interface DecodedSpan {
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  service: string
  name: string
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  startMicros: number
  durationMicros: number
  error: boolean
  attributes: Record<string, string>
  events: { name: string; micros: number }[]
}

export interface RunningBackend {
  /** Options of `startTracing()` that send to this backend. */
  tracing: Pick<TracingOptions, 'exporter' | 'otlp'>
  /** Every span that has arrived, decoded. */
  spans(): DecodedSpan[]
  /** Every byte that has arrived, as text. */
  raw(): string
  close(): Promise<void>
}

export interface ExporterUnderTest {
  name: string
  start(): Promise<RunningBackend>
}

export interface ContractCase {
  name: string
  run(): Promise<void>
}

/**
 * The contract of an exporter.
 *
 * @example
 * for (const { name, run } of exporterContract(zipkin)) it(name, run)
 */
export function exporterContract(exporter: ExporterUnderTest): ContractCase[] {
  const exported = async (work: (tracer: Tracer, tracing: Tracing) => void | Promise<void>): Promise<RunningBackend> => {
    const backend = await exporter.start()
    const tracing = startTracing({ service: 'contract', signals: false, ...backend.tracing })
    try {
      await work(tracing.provider.getTracer('contract', '1.2.3'), tracing)
      const { recorded, exported: sent } = await tracing.shutdown(5000)
      assert.equal(sent, recorded, 'everything recorded is delivered by the shutdown')
      await arrived(backend, recorded)
    } finally {
      await tracing.shutdown(0)
      await backend.close()
    }
    return backend
  }

  return [
    {
      name: 'delivers a trace that decodes to what was recorded: ids, parents, kinds, times, attributes, events, errors',
      async run() {
        const expected: DecodedSpan[] = []
        const backend = await exported((tracer) => void expected.push(...traceOfEverything(tracer)))
        const byId = (a: DecodedSpan, b: DecodedSpan) => (a.spanId < b.spanId ? -1 : 1)
        const found = backend.spans().sort(byId)
        expected.sort(byId)
        assert.equal(found.length, expected.length)
        found.forEach((span, index) => {
          const wanted = expected[index]!
          for (const field of ['traceId', 'spanId', 'parentSpanId', 'service', 'name', 'kind', 'error'] as const)
            assert.equal(span[field], wanted[field], `${field} of ${wanted.name}`)
          for (const [key, value] of Object.entries(wanted.attributes))
            assert.equal(span.attributes[key], value, `${key} of ${wanted.name}`)
          assert.deepEqual(
            span.events.map(({ name }) => name),
            wanted.events.map(({ name }) => name)
          )
          // A backend may keep whole microseconds only.
          assert.ok(Math.abs(span.startMicros - wanted.startMicros) <= 2, `start of ${wanted.name}`)
          assert.ok(Math.abs(span.durationMicros - wanted.durationMicros) <= 2, `duration of ${wanted.name}`)
        })
      }
    },
    {
      name: 'delivers operations and spans of the application as one tree',
      async run() {
        const backend = await exported((tracer, { observer }) =>
          runScope({}, [observer], () =>
            stage('retrieve', { topK: 3 }, async () => {
              tracer.startActiveSpan('inner', (span) => span.end())
            })
          )
        )
        const [outer, inner] = ['retrieve', 'inner'].map((name) => backend.spans().find((span) => span.name === name))
        assert.ok(outer && inner, 'both spans have arrived')
        assert.equal(inner.traceId, outer.traceId)
        assert.equal(inner.parentSpanId, outer.spanId)
        assert.equal(outer.attributes['rag.stage'], 'retrieve')
      }
    },
    {
      name: 'delivers no secret, wherever it was put',
      async run() {
        const secret = `sk-proj-${'a1B2c3D4'.repeat(6)}`
        const backend = await exported((_, { provider }) => {
          const caller = { ...CALLER, traceState: createTraceState(`vendor=${secret}`) }
          const span = provider.getTracer(`scope ${secret}`, secret, { schemaUrl: `https://host/${secret}` }).startSpan(
            `call with ${secret}`,
            {
              attributes: { note: `key ${secret}`, password: 'hunter2hunter2', list: [secret], [secret]: 1, [`header ${secret}`]: 'x' },
              links: [{ context: caller, attributes: { [secret]: secret } }]
            },
            trace.setSpanContext(ROOT_CONTEXT, caller)
          )
          span.addEvent(`event ${secret}`, { token: secret, [secret]: true })
          span.recordException(new Error(`denied for ${secret}`, { cause: new Error(`cause ${secret}`) }))
          span.setStatus({ code: SpanStatusCode.ERROR, message: `bad ${secret}` })
          span.end()
        })
        assert.equal(backend.spans().length, 1)
        for (const planted of [secret, 'hunter2hunter2']) assert.ok(!backend.raw().includes(planted), 'a secret has arrived')
      }
    },
    {
      name: 'delivers what can be said of hostile values, and the spans beside them',
      async run() {
        const names: string[] = []
        const backend = await exported((tracer) => {
          for (const [name, abuse] of Object.entries(HOSTILE)) {
            const span = tracer.startSpan(name)
            abuse(span)
            span.end()
            names.push(name)
          }
        })
        assert.deepEqual(
          backend
            .spans()
            .map(({ name }) => name)
            .sort(),
          names.sort()
        )
      }
    }
  ]
}

const CALLER: SpanContext = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1, isRemote: true }

const throwing = (): never => {
  throw new Error('hostile')
}
const everything = new Proxy(
  {},
  { get: throwing, ownKeys: throwing, has: throwing, getOwnPropertyDescriptor: throwing, getPrototypeOf: throwing }
)
const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic
const endless = (depth: number): Error => new Error(`cause ${depth}`, depth > 0 ? { cause: endless(depth - 1) } : {})
const looped = new Error('looped')
looped.cause = looped

/** What applications hand over by accident or malice; every call must return. */
const HOSTILE: Record<string, (span: Span) => void> = {
  getter: (span) =>
    span.setAttributes({
      get bad(): string {
        return throwing()
      },
      good: 'kept'
    }),
  proxy: (span) =>
    span
      .setAttributes(everything)
      .addEvent('event', everything)
      .recordException(everything as Error),
  'null prototype': (span) => span.setAttributes(Object.assign(Object.create(null) as object, { plain: 1 })),
  cyclic: (span) => span.setAttribute('cyclic', cyclic as never).setAttribute('list', [cyclic] as never),
  symbol: (span) => span.setAttribute(Symbol('key') as never, Symbol('value') as never),
  function: (span) => span.setAttribute('function', throwing as never),
  numbers: (span) =>
    span.setAttributes({ nan: Number.NaN, infinite: Number.POSITIVE_INFINITY, negative: -1, large: 2 ** 60, big: 10n as never }),
  'lone surrogate': (span) => span.setAttribute('text', '\ud800 and \udfff'),
  control: (span) => span.setAttribute('text', '\u0000\u001b[31m\u2028\u202e'),
  long: (span) => span.setAttribute('text', 'x'.repeat(1_000_000)),
  many: (span) => {
    for (let index = 0; index < 2000; index++) span.setAttribute(`key ${index}`, index)
  },
  'endless cause': (span) => void span.recordException(endless(5000)),
  'looped cause': (span) => void span.recordException(looped),
  status: (span) => span.setStatus(everything as never).setStatus(null as never),
  links: (span) => span.addLink(everything as never).addLink({ context: { traceId: 'zz', spanId: {} as never, traceFlags: 1 } }),
  name: (span) => span.updateName({ toString: throwing } as never).updateName('name'),
  time: (span) => span.addEvent('event', [Number.NaN, Number.NaN] as never).addEvent('event', new Date(Number.NaN)),
  'end twice': (span) => {
    span.end(Number.NaN)
    span.end()
  }
}

async function arrived(backend: RunningBackend, count: number): Promise<void> {
  for (let waited = 0; backend.spans().length < count && waited < 3000; waited += 20)
    await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(backend.spans().length, count, 'spans that have arrived')
}
