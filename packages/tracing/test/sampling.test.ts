// Which traces are recorded: ratio, rules, rate, and what a decision at the end keeps.
import { type Context, context, createTraceState, SpanKind, trace } from '@opentelemetry/api'
import { type Sampler, SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base'
import { correlation, runScope, stage, startOperation, withOperation } from '@rag/core'
import { afterEach, describe, expect, it } from 'vitest'
import { startTracing, type TracingOptions } from '../src/index.js'
import { createDecider } from '../src/sampling/sampler.js'
import { type Harness, startHarness } from './harness.js'

let harness: Harness | undefined
afterEach(async () => {
  await harness?.stop()
  harness = undefined
  trace.disable()
})
async function start(sampler: TracingOptions['sampler'], options: Partial<TracingOptions> = {}): Promise<Harness> {
  harness = await startHarness({ sampler, ...options })
  return harness
}
const servers = async ({ spans }: Harness) => (await spans()).filter(({ kind }) => kind === 1)

describe('a ratio', () => {
  it('decides as the sampler of the SDK does, so that services with either agree', () => {
    for (const ratio of [0.01, 0.3, 0.9]) {
      const sdk = new TraceIdRatioBasedSampler(ratio)
      const { root } = createDecider(ratio)
      for (let index = 0; index < 500; index++) {
        const traceId = Array.from({ length: 4 }, () =>
          Math.floor(Math.random() * 2 ** 32)
            .toString(16)
            .padStart(8, '0')
        ).join('')
        const wanted = sdk.shouldSample({} as Context, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED
        expect(root(traceId, '', undefined)).toBe(wanted)
      }
    }
  })

  it('of 0 records nothing, yet logs and callers behind still find the trace', async () => {
    const { get, spans, behind } = await start(0)
    const { body, headers } = await get()
    expect(body).toMatchObject({ sampled: false, traceId: headers['x-trace-id'] })
    expect(behind()['traceparent']).toMatch(new RegExp(`^00-${body.traceId}-[0-9a-f]{16}-00$`))
    expect(await spans()).toEqual([])
    await runScope({}, [harness!.tracing.observer], () =>
      stage('retrieve', {}, () => expect(correlation().traceId).toMatch(/^[0-9a-f]{32}$/))
    )
  })
})

it('rules by path and method go before the ratio; the first that fits counts', async () => {
  const { get, spans } = await start({
    ratio: 1,
    rules: [
      { match: '/health*', ratio: 0 },
      { match: '/users/*', method: 'POST', ratio: 0 },
      { match: '/users/2', ratio: 0 }
    ]
  })
  for (const path of ['/health', '/health/live', '/users/1', '/users/2', '/healt']) await get(path)
  expect((await spans()).filter(({ kind }) => kind === 1).map(({ attributes }) => attributes['url.path'])).toEqual(['/users/1', '/healt'])
})

it('a rate lets no more traces through a second', async () => {
  const { get } = await start({ perSecond: 3 })
  const began = performance.now()
  const sampled: boolean[] = []
  for (let count = 0; count < 20; count++) sampled.push((await get()).body.sampled)
  const count = sampled.filter(Boolean).length
  expect(count).toBeGreaterThanOrEqual(3)
  expect(count).toBeLessThanOrEqual(3 + Math.ceil(((performance.now() - began) / 1000) * 3))
})

it('a sampler of the SDK is asked; one that throws records nothing and breaks nothing', async () => {
  const throwing: Sampler = {
    shouldSample() {
      throw new Error('sampler')
    },
    toString: () => 'throwing'
  }
  const { get, spans } = await start(throwing)
  expect(await get()).toMatchObject({ status: 200, body: { sampled: false } })
  expect(await spans()).toEqual([])
})

it('a sampler of the SDK is told what is known at the start, and what it adds arrives', async () => {
  const asked: Record<string, unknown>[] = []
  const sampler: Sampler = {
    shouldSample(_context, _traceId, name, _kind, attributes, links) {
      asked.push({ name, attributes, links: links.length })
      const decision = attributes['url.path'] === '/health' ? SamplingDecision.NOT_RECORD : SamplingDecision.RECORD_AND_SAMPLED
      return { decision, attributes: { 'sampler.rate': 7 }, traceState: createTraceState('ot=th:8') }
    },
    toString: () => 'by path'
  }
  const { get, spans, tracing } = await start(sampler)
  await get('/health', ['traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'])
  await get('/users/1')
  const tracer = tracing.provider.getTracer('app')
  tracer.startSpan('own', { attributes: { 'url.path': '/own' } }).end()
  tracer.startSpan('skipped', { attributes: { 'url.path': '/health' } }).end()
  expect(asked[0]).toMatchObject({ attributes: { 'url.path': '/health', 'http.request.method': 'GET' }, links: 1 })
  const found = (await spans()).filter(({ kind }) => kind !== SpanKind.CLIENT)
  expect(found.map(({ attributes }) => attributes['url.path'])).toEqual(['/users/1', '/own'])
  for (const span of found) {
    expect(span.attributes['sampler.rate']).toBe(7)
    expect(span.spanContext().traceState?.serialize()).toBe('ot=th:8')
  }
})

it.each([
  2,
  -1,
  Number.NaN,
  'all',
  { ratio: 2 },
  { rules: [{ match: '', ratio: 1 }] },
  { rules: {} },
  { rules: [null] },
  { perSecond: 0 },
  { rate: 1 },
  { keep: 'errors' },
  { keep: { error: true } }
])('the sampler %j is refused with its fix', (sampler) => {
  expect(() => startTracing({ service: 'x', sampler: sampler as number })).toThrow(/RAG_TRACING_SAMPLER.*Fix: /)
})

describe('deciding at the end', () => {
  it('keeps the spans of this process when something failed, marked so; the flag that goes out stays 0', async () => {
    const { get, behind } = await start({ ratio: 0, keep: true })
    expect((await get('/users/1')).body.sampled).toBe(false)
    expect(behind()['traceparent']).toMatch(/-00$/)
    expect(await servers(harness!)).toEqual([])
    await get('/fail')
    const [failed] = await servers(harness!)
    expect(failed!.attributes).toMatchObject({ 'url.path': '/fail', 'rag.sampling.kept': 'error', 'error.type': '500' })
    expect(failed!.spanContext().traceFlags).toBe(0)
  })

  it('keeps the whole of the process when a span of the application failed below a good answer', async () => {
    const { get, spans } = await start({ ratio: 0, keep: true })
    await get('/caught')
    const kept = await spans()
    expect(kept.map(({ name, attributes }) => [name, attributes['rag.sampling.kept']]).sort()).toEqual([
      ['GET /caught', 'error'],
      ['caught', 'error']
    ])
    expect(new Set(kept.map((span) => span.spanContext().traceId)).size).toBe(1)
  })

  it('keeps what was slow', async () => {
    const { get } = await start({ ratio: 0, keep: { slowerThan: 300, errors: false } })
    for (const path of ['/users/1', '/fail', '/slow']) await get(path)
    expect((await servers(harness!)).map(({ attributes }) => [attributes['url.path'], attributes['rag.sampling.kept']])).toEqual([
      ['/slow', 'slow']
    ])
  })

  it('keeps what a budget stopped', async () => {
    const { spans, tracing } = await start({ ratio: 0, keep: { errors: false } })
    const refused = Object.assign(new Error('the budget is exhausted'), { name: 'RagError', code: 'RAG_LLM_BUDGET' })
    const attempt = (error: Error) =>
      runScope({}, [tracing.observer], () =>
        stage('generate', {}, () => {
          const operation = startOperation('stage', 'call', {})
          withOperation(operation, () => operation.end('error', error))
        })
      )
    attempt(new Error('another'))
    attempt(refused)
    expect((await spans()).map(({ name, attributes }) => [name, attributes['rag.sampling.kept']])).toEqual([
      ['call', 'budget'],
      ['generate', 'budget']
    ])
  })

  it('lets what ends behind the first span follow its trace', async () => {
    const { spans, tracing } = await start({ ratio: 0, keep: true })
    const tracer = tracing.provider.getTracer('app')
    for (const fails of [true, false]) {
      const first = tracer.startSpan(`first ${fails}`)
      const late = tracer.startSpan(`late ${fails}`, {}, trace.setSpan(context.active(), first))
      if (fails) first.setStatus({ code: 2 })
      first.end()
      await spans()
      late.end()
    }
    expect((await spans()).map(({ name }) => name)).toEqual(['first true', 'late true'])
  })

  it('holds no more spans than it may; the oldest traces give way', async () => {
    const { spans, tracing } = await start({ ratio: 0, keep: { spans: 10 } })
    const tracer = tracing.provider.getTracer('app')
    const open = Array.from({ length: 30 }, (_, index) => tracer.startSpan(`root ${index}`))
    for (const [index, root] of open.entries()) {
      tracer.startSpan(`child ${index}`, {}, trace.setSpan(context.active(), root)).end()
      root.setStatus({ code: 2 })
    }
    for (const root of open) root.end()
    const kept = (await spans()).map(({ name }) => name)
    expect(kept).toContain('root 29')
    expect(kept).toContain('child 29')
    expect(kept).not.toContain('root 0')
    expect(kept.length).toBeLessThanOrEqual(20)
  })

  it('counts only what is kept', async () => {
    const { get, spans, tracing } = await start({ ratio: 0, keep: true })
    for (const path of ['/users/1', '/users/2', '/fail']) await get(path)
    await spans()
    expect(tracing.account()).toMatchObject({ recorded: 1, exported: 1, dropped: 0, queued: 0 })
  })
})
