// What comes in by headers and what goes out: every format, every treatment of callers, hostile headers, baggage by allow-list.
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startTracing, type TracingOptions } from '../src/index.js'
import { readBaggage } from '../src/propagation/baggage.js'
import { readCaller } from '../src/propagation/formats.js'
import { type Harness, startHarness } from './harness.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const SAMPLED = `traceparent: 00-${TRACE}-${SPAN}-01`
const UNSAMPLED = `traceparent: 00-${TRACE}-${SPAN}-00`

let harness: Harness | undefined
afterEach(async () => {
  await harness?.stop()
  harness = undefined
  trace.disable()
  propagation.disable()
})
async function start(options: Partial<TracingOptions> = {}): Promise<Harness> {
  harness = await startHarness(options)
  return harness
}

describe('a caller’s trace context', () => {
  it('is linked to by default: a new trace, the caller’s flag without effect', async () => {
    const { get, spans, behind } = await start()
    const { body, headers } = await get('/users/1', [UNSAMPLED])
    expect(body.traceId).not.toBe(TRACE)
    expect(body.sampled).toBe(true)
    expect(headers['x-trace-id']).toBe(body.traceId)
    expect(behind()['traceparent']).toContain(body.traceId)
    const server = (await spans()).find(({ kind }) => kind === 1)!
    expect(server.parentSpanContext).toBeUndefined()
    expect(server.links.map(({ context: { traceId, spanId }, attributes }) => [traceId, spanId, attributes])).toEqual([
      [TRACE, SPAN, { 'rag.link': 'caller' }]
    ])
  })

  it('is the parent with "trust", its flag and its tracestate included', async () => {
    const { get, spans, behind } = await start({ incoming: 'trust' })
    const sampled = await get('/users/1', [SAMPLED, 'tracestate: vendor=value'])
    expect(sampled.body).toMatchObject({ traceId: TRACE, sampled: true })
    expect(behind()).toMatchObject({ tracestate: 'vendor=value' })
    expect(behind()['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
    const recorded = (await spans()).length
    const unsampled = await get('/users/1', [UNSAMPLED])
    expect(unsampled.body).toMatchObject({ traceId: TRACE, sampled: false })
    expect(behind()['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`))
    expect((await spans()).length).toBe(recorded)
  })

  it('is ignored with "restart"', async () => {
    const { get, spans } = await start({ incoming: 'restart' })
    expect((await get('/users/1', [SAMPLED])).body.traceId).not.toBe(TRACE)
    expect((await spans()).flatMap(({ links }) => links)).toEqual([])
  })

  it.each([
    [['127.0.0.0/8'], true],
    [['127.0.0.1'], true],
    [['10.0.0.0/8', '::1/128'], false]
  ])('is trusted from %j only', async (trusted, isParent) => {
    const { get, spans } = await start({ incoming: { trusted } })
    expect((await get('/users/1', [SAMPLED])).body.traceId === TRACE).toBe(isParent)
    const server = (await spans()).find(({ kind }) => kind === 1)!
    expect(server.links).toHaveLength(isParent ? 0 : 1)
  })
})

describe('forced sampling', () => {
  it.each(['link', 'restart', 'trust'] as const)('is 0 of 21 with a ratio of 0 and "%s"', async (incoming) => {
    const { get, spans } = await start({ sampler: 0, incoming })
    for (let count = 0; count < 21; count++) expect((await get('/users/1', [SAMPLED])).body.sampled).toBe(false)
    expect(await spans()).toEqual([])
  })

  it('never exceeds the rate limit, though the caller is trusted', async () => {
    const { get } = await start({ sampler: { ratio: 1, perSecond: 5 }, incoming: 'trust' })
    const began = performance.now()
    let sampled = 0
    for (let count = 0; count < 30; count++) if ((await get('/users/1', [SAMPLED])).body.sampled) sampled++
    expect(sampled).toBeLessThanOrEqual(5 + Math.ceil(((performance.now() - began) / 1000) * 5))
    expect(sampled).toBeGreaterThan(0)
  })

  /** How many of 500 requests that a trusted caller wants sampled are. */
  function forced(sampler: TracingOptions['sampler'], name: string, flags = 1): number {
    const tracing = startTracing({ service: 'forced', exporter: [], sampler, incoming: 'trust', signals: false })
    const caller = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE, spanId: SPAN, traceFlags: flags, isRemote: true })
    let sampled = 0
    for (let count = 0; count < 500; count++) {
      sampled += tracing.provider.getTracer('test').startSpan(name, { kind: 1 }, caller).spanContext().traceFlags
    }
    void tracing.shutdown(0)
    return sampled
  }

  it('by a trusted caller is 100 traces a second beyond the ratio of one’s own, and none where a rule says 0', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000)
    try {
      expect(forced(1e-9, '/users/1')).toBe(100)
      expect(forced(1, '/users/1')).toBe(500)
      expect(forced(1, '/users/1', 0)).toBe(0)
      const rules = [
        { match: '/health', ratio: 0 },
        { match: '/rare', ratio: 1e-9 },
        { match: '/all', ratio: 1 }
      ]
      expect(forced({ ratio: 1, rules }, '/health')).toBe(0)
      expect(forced({ ratio: 1, rules }, '/rare')).toBe(100)
      expect(forced({ ratio: 0, rules }, '/all')).toBe(500)
      expect(forced({ ratio: 0, rules }, '/users/1')).toBe(0)
      expect(forced({ ratio: 1, rules, perSecond: 7 }, '/users/1')).toBe(7)
    } finally {
      clock.mockRestore()
    }
  })

  it('is 0 through an HTTP instrumentation that hands the caller’s context on', async () => {
    const tracing = startTracing({ service: 'joined', exporter: [], sampler: 0, incoming: 'link', signals: false })
    const caller = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true })
    const span = tracing.provider.getTracer('@opentelemetry/instrumentation-http').startSpan('GET', { kind: 1 }, caller)
    expect(span.spanContext()).toMatchObject({ traceFlags: 0 })
    expect(span.spanContext().traceId).not.toBe(TRACE)
    await tracing.shutdown()
  })
})

describe('the formats', () => {
  const incoming: Record<string, string[]> = {
    w3c: [SAMPLED],
    b3: [`b3: ${TRACE}-${SPAN}-1`],
    'b3 with a parent': [`b3: ${TRACE}-${SPAN}-1-05e3ac9a4f6e3b90`],
    'b3 for debugging': [`b3: ${TRACE}-${SPAN}-d`],
    b3multi: [`x-b3-traceid: ${TRACE}`, `x-b3-spanid: ${SPAN}`, 'x-b3-sampled: 1'],
    'b3multi for debugging': [`x-b3-traceid: ${TRACE}`, `x-b3-spanid: ${SPAN}`, 'x-b3-flags: 1'],
    jaeger: [`uber-trace-id: ${TRACE}:${SPAN}:0:1`],
    'jaeger, escaped': [`uber-trace-id: ${TRACE}%3A${SPAN}%3A0%3A1`]
  }
  it.each(Object.entries(incoming))('are read: %s', async (name, lines) => {
    const format = name.split(/[ ,]/)[0] as 'w3c'
    const { get } = await start({ incoming: 'trust', propagators: [format] })
    expect((await get('/users/1', lines)).body).toMatchObject({ traceId: TRACE, sampled: true })
  })

  it('are read in the order given and all written', async () => {
    const { get, behind } = await start({ incoming: 'trust', propagators: ['jaeger', 'b3', 'b3multi', 'w3c'] })
    const { body } = await get('/users/1', [
      'uber-trace-id: broken',
      ...incoming['b3']!,
      'traceparent: 00-11111111111111111111111111111111-2222222222222222-00'
    ])
    expect(body).toMatchObject({ traceId: TRACE, sampled: true })
    const out = behind()
    expect(out['uber-trace-id']).toMatch(new RegExp(`^${TRACE}:[0-9a-f]{16}:0:1$`))
    expect(out['b3']).toMatch(new RegExp(`^${TRACE}-[0-9a-f]{16}-1$`))
    expect([out['x-b3-traceid'], out['x-b3-sampled']]).toEqual([TRACE, '1'])
    expect(out['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
  })

  it('pad a 64-bit trace id to 128 bits', () => {
    expect(readCaller({ b3: `${SPAN}-${SPAN}-1` }, ['b3'])).toMatchObject({ traceId: `0000000000000000${SPAN}` })
    expect(readCaller({ 'uber-trace-id': `1:${SPAN}:0:1` }, ['jaeger'])).toMatchObject({ traceId: `${'0'.repeat(31)}1` })
  })

  it('are kept by the names of OTEL_PROPAGATORS, and an unknown one is refused with its fix', () => {
    expect(() => startTracing({ service: 'x', propagators: ['w3d' as 'w3c'] })).toThrow(/RAG_TRACING_PROPAGATOR.*w3d.*Fix: /)
  })
})

describe('hostile headers', () => {
  const broken = [
    'traceparent: ',
    'traceparent: garbage',
    `traceparent: 00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `traceparent: 00-${'0'.repeat(32)}-${SPAN}-01`,
    `traceparent: 00-${TRACE}-${'0'.repeat(16)}-01`,
    `traceparent: ff-${TRACE}-${SPAN}-01`,
    `traceparent: 00-${TRACE}-${SPAN}-01-extra`,
    `traceparent: 00-${TRACE}-${SPAN}-1`,
    `traceparent: 0-${TRACE}-${SPAN}-01`,
    `traceparent: 00_${TRACE}_${SPAN}_01`,
    `traceparent: 01-${TRACE}-${SPAN}-01-${'x'.repeat(6000)}`,
    `traceparent: \u00ff\u00fe${TRACE}`,
    `b3: ${TRACE}`,
    `b3: ${TRACE}-${SPAN}-7`,
    `b3: ${TRACE}-${SPAN}-1-zz`,
    `b3: ${'-'.repeat(60)}`,
    `b3: ${'a'.repeat(6000)}`,
    'x-b3-traceid: zz',
    `x-b3-traceid: ${TRACE}`,
    `uber-trace-id: ${TRACE}:${SPAN}:0`,
    `uber-trace-id: ${':'.repeat(99)}`,
    `uber-trace-id: ${TRACE}:${SPAN}:0:zz`,
    `uber-trace-id: ${'%3A'.repeat(2000)}`
  ]
  it('say nothing: a new trace, served as without', async () => {
    const { get, spans } = await start({ incoming: 'trust', propagators: ['w3c', 'b3', 'b3multi', 'jaeger'] })
    for (const line of broken) {
      const { status, body } = await get('/users/1', [line])
      expect([status, body.traceId === TRACE, /^[0-9a-f]{32}$/.test(body.traceId)], line).toEqual([200, false, true])
    }
    // Given twice it is nobody's.
    expect((await get('/users/1', [SAMPLED, UNSAMPLED])).body.traceId).not.toBe(TRACE)
    expect((await spans()).filter(({ kind }) => kind === 1)).toHaveLength(broken.length + 1)
  })

  it('leave a valid trace alone: a tracestate that is too long or broken is not carried on', async () => {
    const { get, behind } = await start({ incoming: 'trust' })
    for (const state of [`a=${'x'.repeat(600)}`, '=,=,=', `${'k=v,'.repeat(100)}k=v`]) {
      expect((await get('/users/1', [SAMPLED, `tracestate: ${state}`])).body.traceId).toBe(TRACE)
      expect(behind()['tracestate'] ?? '').not.toContain(state.slice(0, 20))
    }
  })

  it('carry a tracestate on as it came, or not at all', () => {
    const stateOf = (tracestate: string) =>
      readCaller({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate }, ['w3c'])!.traceState?.serialize()
    const members = Array.from({ length: 33 }, (_, index) => `k${index}=v`)
    expect(stateOf(members.slice(0, 32).join(','))).toBe(members.slice(0, 32).join(','))
    expect(stateOf('a=1 ,, tenant@sys=2')).toBe('a=1,tenant@sys=2')
    for (const state of [members.join(','), 'A=1,b=2', 'a=1,b=ü', 'a=1,a=2', 'a=1,b']) expect(stateOf(state), state).toBeUndefined()
  })

  it('of any bytes never throw and give valid ids or none', () => {
    const names = ['traceparent', 'tracestate', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags', 'uber-trace-id']
    const hex = fc.stringMatching(/^[0-9a-fA-F:%-]{0,80}$/)
    const value = fc.oneof(fc.string(), hex, fc.array(fc.string(), { maxLength: 3 }), fc.constant(undefined))
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (headers) => {
        const caller = readCaller(headers, ['w3c', 'b3', 'b3multi', 'jaeger'])
        if (!caller) return
        expect(caller.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
        expect(caller.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/)
        expect([0, 1]).toContain(caller.traceFlags)
      }),
      { numRuns: 2000 }
    )
  })
})

describe('baggage', () => {
  const BAGGAGE = 'baggage: tenant=acme,session=foreign;ttl=5,user=a%20b'

  it('of callers is neither taken nor sent by default: 0 bytes leave', async () => {
    const { get, behind } = await start({ incoming: 'trust' })
    expect((await get('/users/1', [SAMPLED, BAGGAGE])).body.baggage).toEqual({})
    expect(behind()['baggage']).toBeUndefined()
  })

  it('is taken from the networks and sent to the hosts of the allow-list, the known keys only', async () => {
    const { get, behind } = await start({ baggage: { from: ['127.0.0.0/8'], to: ['127.0.0.1'], keys: ['tenant', 'user'] } })
    expect((await get('/users/1', [BAGGAGE])).body.baggage).toEqual({ tenant: 'acme', user: 'a b' })
    expect(behind()['baggage']).toBe('tenant=acme,user=a%20b')
  })

  it.each([
    [{ from: ['10.0.0.0/8'], to: ['127.0.0.1'] }, {}, undefined],
    [{ from: ['127.0.0.1'], to: ['engine.internal', '*.internal'] }, { tenant: 'acme' }, undefined],
    [{ from: ['127.0.0.1'], to: ['127.0.0.1:1'] }, { tenant: 'acme' }, undefined]
  ])('stays where %j does not let it', async (baggage, taken, sent) => {
    const { get, behind } = await start({ baggage })
    expect((await get('/users/1', ['baggage: tenant=acme'])).body.baggage).toEqual(taken)
    expect(behind()['baggage']).toBe(sent)
  })

  it('that an application’s own propagator would hand to everybody stays here', async () => {
    propagation.setGlobalPropagator(new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }))
    const { get, behind, tracing, port } = await start()
    const { createFetch, runScope } = await import('@rag/core')
    const foreign = propagation.extract(ROOT_CONTEXT, { baggage: 'session=foreign' })
    await context.with(foreign, () => runScope({}, [tracing.observer], () => createFetch()(`http://127.0.0.1:${port}/users/1`)))
    expect(behind()['traceparent']).toBeDefined()
    expect(JSON.stringify(behind())).not.toContain('foreign')
    expect((await get('/users/1', ['baggage: session=foreign'])).status).toBe(200)
    expect(JSON.stringify(behind())).not.toContain('foreign')
  })

  it('of the application that is no header costs itself, never the call', async () => {
    const { behind, tracing, port } = await start({ baggage: { from: ['127.0.0.1'], to: ['127.0.0.1'] } })
    const { createFetch } = await import('@rag/core')
    const fetching = createFetch({ observers: [tracing.observer] })
    const hostile: Record<string, unknown>[] = [
      { 'a b\r\nevil: 1': { value: '1' } },
      { half: { value: '\ud800' } },
      { huge: { value: 'x'.repeat(20_000) } },
      { none: null }
    ]
    for (const entries of hostile) {
      const baggage = propagation.createBaggage({ ...entries, good: { value: 'ü,;=' } } as never)
      const answer = await context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () => fetching(`http://127.0.0.1:${port}/users/1`))
      expect([answer.status, behind()['baggage']], Object.keys(entries)[0]).toEqual([200, 'good=%C3%BC%2C%3B%3D'])
    }
  })

  it('is bounded before it is parsed, and broken entries cost themselves only', async () => {
    expect(readBaggage(`a=${'x'.repeat(9000)}`)).toBeUndefined()
    expect(readBaggage(Array.from({ length: 65 }, (_, index) => `k${index}=v`).join(','))).toBeUndefined()
    expect(readBaggage(['a=b', 'c=d'])).toBeUndefined()
    const entries = readBaggage('good=1,=x,bad key=2,__proto__=3,broken=%zz,quote="4",good2=%C3%A4')!.getAllEntries()
    expect(entries.map(([key, { value }]) => [key, value])).toEqual([
      ['good', '1'],
      ['__proto__', '3'],
      ['good2', 'ä']
    ])
    expect(({} as Record<string, unknown>)['value']).toBeUndefined()
    const { get } = await start({ baggage: { from: ['127.0.0.1'] } })
    expect((await get('/users/1', [`baggage: a=${'x'.repeat(8190)}`])).status).toBe(200)
  })

  it('rules that are no lists of networks and hosts are refused with their fix', () => {
    for (const baggage of [{ from: 'all' }, { to: ['*'] }, { from: ['internal'] }, { keys: [1] }])
      expect(() => startTracing({ service: 'x', baggage: baggage as never })).toThrow(/RAG_TRACING_(BAGGAGE|INCOMING).*Fix: /)
  })
})
