// Whatever an application hands over, in any place: nothing is thrown into it, nothing hangs, and the span says what is known.
import { type Span, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { identify, job, observe, runScope, stage, startOperation } from '@rag/core'
import { afterAll, describe, expect, it } from 'vitest'
import { createJsonEncoder } from '../src/export/json-encoder.js'
import { maskSpans, startTracing } from '../src/index.js'
import { createEncoder } from '../src/otlp/encoder.js'
import { otlpJson } from '../src/otlp/json.js'
import { zipkinJson } from '../src/zipkin/json.js'

const memory = new InMemorySpanExporter()
const tracing = startTracing({ service: 'hostile', exporter: memory, signals: false })
const tracer = tracing.provider.getTracer('hostile')
const encoders = [createEncoder(), createJsonEncoder(otlpJson), createJsonEncoder(zipkinJson)]
afterAll(async () => {
  await tracing.shutdown(100)
  trace.disable()
})

const throws = (): never => {
  throw new Error('hostile')
}
const revoked = <T extends object>(target: T): T => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}
const cyclic: Record<string, unknown> = { list: [] }
cyclic['self'] = cyclic
/** Each cause is a new error with another. */
const endless = (): Error => Object.defineProperty(new Error(`again ${Math.random()}`), 'cause', { get: endless })
const looped = new AggregateError([], 'looped')
looped.errors.push(looped)

const VALUES: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  'not a number': Number.NaN,
  'negative zero': -0,
  'a bigint': 2n ** 200n,
  'a symbol': Symbol('s'),
  'a function': () => 1,
  'a cyclic object': cyclic,
  'a revoked proxy': revoked({}),
  'a revoked list': revoked([]),
  'a proxy that throws at everything': new Proxy({}, { get: throws, has: throws, ownKeys: throws, getPrototypeOf: throws, set: throws }),
  'a list that throws': new Proxy([1, 2], { get: throws }),
  'an object whose getters throw': Object.defineProperty({ fair: 1 }, 'broken', { get: throws, enumerable: true }),
  'an object that is no text': { valueOf: throws, toString: throws, toJSON: throws },
  'a null-prototype object': Object.assign(Object.create(null) as object, { message: 'm' }),
  'a thenable that throws': Object.defineProperty({}, 'then', { get: throws }),
  'no date': new Date(Number.NaN),
  'five million characters': 'x'.repeat(5_000_000),
  'half a character': '\ud800',
  'a list without end': Object.assign([], { length: 1_000_000_000 }),
  'a mixed list': [1, 'a', null, {}, Symbol('q')],
  bytes: new Uint8Array(1_000_000),
  'causes without end': endless(),
  'an error of itself': looped,
  'an error that throws': Object.defineProperties(
    {},
    Object.fromEntries(['name', 'message', 'stack', 'cause', 'code'].map((key) => [key, { get: throws }]))
  )
}

/** Every place of the API that takes something, with the value in it. */
function everywhere(value: never): void {
  tracer.startSpan(value).end()
  tracer.startSpan('x', value).end()
  tracer.startSpan('x', {}, value).end()
  tracer.startActiveSpan('x', value, value, (active: Span) => active.end())
  for (const option of ['kind', 'attributes', 'links', 'startTime', 'root']) tracer.startSpan('x', { [option]: value }).end()
  const { provider } = tracing
  const span = provider.getTracer(value, value, { schemaUrl: value }).startSpan('everything') as Span & ReadableSpan
  provider.getTracer('x', '1', value).startSpan('x').end()
  span.setAttribute('fine', 'yes').setAttribute('given', value).setAttribute(value, 1)
  span.setAttributes(value).setAttributes({ inside: value })
  span.addEvent(value).addEvent('event', value).addEvent('event', { inside: value }).addEvent('event', {}, value)
  span.addLink(value).addLink({ context: value, attributes: value }).addLinks(value).addLinks([value])
  span.setStatus(value).setStatus({ code: value }).setStatus({ code: 2, message: value })
  span.updateName(value)
  span.recordException(value)
  span.recordException(new Error('x'), value)
  span.end(value)
  for (const encoder of encoders) {
    expect(encoder.add(span)).toBe(true)
    encoder.take()
  }
  const foreign = {
    ...span,
    spanContext: () => span.spanContext(),
    name: value,
    attributes: { value },
    events: [],
    links: [],
    status: { code: 0 }
  }
  maskSpans(memory).export([foreign as never], () => {})
  expect(span.attributes['fine']).toBe('yes')
}

describe.each(Object.keys(VALUES))('%s', (name) => {
  const value = VALUES[name] as never

  it('is taken by spans without a word', () => {
    const start = performance.now()
    everywhere(value)
    // Bounded, not fast: a machine may stall.
    expect(performance.now() - start).toBeLessThan(5000)
  })

  it('is taken by stages, jobs and operations, and what the work throws is thrown on', async () => {
    let thrown: unknown
    await runScope({ tenant: value, user: value, tags: value }, [tracing.observer], async () => {
      identify({ tenant: value, tags: value })
      expect(await stage('given', value, async () => 'result')).toBe('result')
      expect(stage('inside', { inside: value, query: value }, (work) => (work.set(value), work.mark(value, value), 7))).toBe(7)
      expect(job(`job ${name}`, value, () => 8)).toBe(8)
      expect(observe(value, value, () => 9)).toBe(9)
      expect(observe('kafka.publish', { system: value, operation: value, destination: value, peerService: value }, () => 10)).toBe(10)
      startOperation('tool', value, value, [tracing.observer]).end(value, value)
      try {
        stage('fails', {}, () => {
          throw value
        })
      } catch (error) {
        thrown = error
      }
      await stage('rejects', {}, () => Promise.reject(value)).catch(() => {})
    })
    expect(Object.is(thrown, value)).toBe(true)
    await tracing.flush()
    const names = memory.getFinishedSpans().map((span) => span.name)
    expect(names).toEqual(expect.arrayContaining(['given', 'inside', 'fails', 'rejects']))
    memory.reset()
  })
})

it('a query that runs whenever it is awaited runs once', async () => {
  let runs = 0
  // biome-ignore lint/suspicious/noThenProperty: query builders are such objects
  const query = { then: (resolve: (rows: number) => void) => void setTimeout(() => resolve(++runs), 10) }
  const rows = await runScope({}, [tracing.observer], () => stage('retrieve', {}, () => query as never as PromiseLike<number>))
  expect([rows, runs]).toEqual([1, 1])
  await tracing.flush()
  const [span] = memory.getFinishedSpans()
  expect(span!.duration[1]).toBeGreaterThan(5e6)
})
