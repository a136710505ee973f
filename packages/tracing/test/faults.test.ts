// A collector in a bad state costs the application nothing but spans, which are counted; when it is well again they flow again.

import type { Account } from '@rag/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDelivery } from '../src/export/delivery.js'
import { startTracing, type Tracing } from '../src/index.js'
import { startOtlpCollector } from './backends/collector.js'
import { FAULTS, startFaultyCollector } from './backends/faults.js'
import { decodeProtobuf, spansOf } from './backends/otlp.js'
import { type Bundle, bundle, run, until } from './support.js'

let program: Bundle
beforeAll(async () => {
  program = await bundle('./fixtures/service.ts')
})
afterAll(() => program.remove())

interface Loaded {
  failed: number
  grownMiB: number
  account: Account
}

describe.concurrent('800 requests while the collector', () => {
  it.each(FAULTS)('is %s all succeed within 16 MiB, and exports resume within 6 s', { timeout: 60_000 }, async (fault) => {
    const collector = await startFaultyCollector(fault)
    const child = run(['--expose-gc', program.path], { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url })
    const { failed, grownMiB, account } = JSON.parse(await child.says('loaded')) as Loaded
    expect(failed).toBe(0)
    expect(grownMiB).toBeLessThan(16)
    expect(account.recorded).toBe(account.exported + account.dropped + account.queued)
    collector.heal()
    const healed = performance.now()
    await until(() => collector.bodies.length > 0, 20_000)
    expect(performance.now() - healed).toBeLessThan(6000)
    child.process.kill('SIGTERM')
    const last = JSON.parse(await child.says('account')) as Account
    expect(last.recorded).toBe(last.exported + last.dropped)
    await child.ended
    await collector.close()
  })
})

const OTLP = 'application/x-protobuf'
/** `partial_success { rejected_spans: 2 }` of an ExportTraceServiceResponse. */
const PARTIAL = Buffer.from([0x0a, 0x02, 0x08, 0x02])

function record({ provider }: Tracing, count: number): void {
  for (let index = 0; index < count; index++) provider.getTracer('test').startSpan(`span ${index}`).end()
}

describe('what a collector says of a batch', () => {
  it.each([
    ['protobuf', OTLP, PARTIAL],
    ['protobuf with a long reason', OTLP, Buffer.from([0x0a, 0xd2, 0x01, 0x08, 0x02, 0x12, 0xcd, 0x01, ...Buffer.alloc(205, 'x')])],
    ['JSON', 'application/json', Buffer.from('{"partialSuccess":{"rejectedSpans":"2"}}')]
  ])('counts the spans that it rejects, in %s', async (_, type, answer) => {
    const collector = await startOtlpCollector((_request, response) => {
      response.writeHead(200, { 'content-type': type }).end(answer)
      return true
    })
    const tracing = startTracing({ service: 'partial', otlp: { url: collector.url } })
    record(tracing, 5)
    expect(await tracing.shutdown()).toEqual({ recorded: 5, exported: 3, dropped: 2, queued: 0 })
    await collector.close()
  })

  it('counts by the status that came, when the rest of the answer never does, and sends nothing twice', async () => {
    const collector = await startOtlpCollector((_request, response) => {
      response.writeHead(200, { 'content-type': OTLP, 'content-length': 100 }).flushHeaders()
      return true
    })
    const tracing = startTracing({ service: 'dripping', otlp: { url: collector.url }, queue: { delay: '10ms', timeout: '200ms' } })
    record(tracing, 5)
    await until(() => tracing.account().exported === 5)
    expect(collector.requests).toBe(1)
    await tracing.shutdown()
    await collector.close()
  })

  it('when there is no answer, sends again without a pause: waiting was one', async () => {
    vi.useFakeTimers()
    try {
      let sent = 0
      const delivery = createDelivery<string>({
        name: 'silent',
        send: (_, timeoutMs) => {
          sent++
          return new Promise((resolve) => setTimeout(() => resolve({ status: 'retry', problem: 'no answer' }), timeoutMs))
        },
        maxSpans: 10,
        maxBytes: 1000,
        timeoutMs: 5000
      })
      delivery.record(1)
      delivery.push({ payload: 'x', spans: 1, bytes: 1 })
      await vi.advanceTimersByTimeAsync(50_100)
      expect(sent).toBe(11)
      delivery.close()
    } finally {
      vi.useRealTimers()
    }
  })

  it('waits as long as it is told, but not longer than 4 s, and sends the same spans again', async () => {
    let refusals = 1
    const moments: number[] = []
    const collector = await startOtlpCollector((_request, response) => {
      moments.push(performance.now())
      if (refusals-- <= 0) return false
      response.writeHead(429, { 'retry-after': '3600' }).end()
      return true
    })
    const tracing = startTracing({ service: 'patient', otlp: { url: collector.url }, queue: { delay: '10ms' } })
    record(tracing, 3)
    await until(() => collector.bodies.length > 0)
    const pause = moments[1]! - moments[0]!
    expect(pause).toBeGreaterThan(1500)
    expect(pause).toBeLessThan(6000)
    expect(spansOf(decodeProtobuf(collector.bodies[0]!))).toHaveLength(3)
    await until(() => tracing.account().exported === 3)
    await tracing.shutdown()
    await collector.close()
  })
})

describe('the queue', () => {
  it.each([
    ['spans', 110, { spans: 100, batch: 10 }],
    ['bytes', 300, { bytes: 20_000, batch: 10 }]
  ])('is bounded by %s; the oldest give way and are counted by reason', async (_, most, queue) => {
    const collector = await startFaultyCollector('503')
    const tracing = startTracing({ service: 'full', otlp: { url: collector.url }, queue })
    record(tracing, 1000)
    await tracing.flush(50)
    const { recorded, dropped, queued } = tracing.account()
    expect(recorded).toBe(1000)
    expect(queued).toBeLessThanOrEqual(most)
    expect(dropped).toBe(1000 - queued)
    const figures: Record<string, number> = {}
    tracing.source.read((metric, value, labels) => {
      figures[[metric, labels?.['reason']].filter(Boolean).join(' ')] = value
    })
    expect(figures).toMatchObject({ rag_telemetry_recorded_total: 1000, 'rag_telemetry_dropped_total queue_full': dropped })
    expect(figures['rag_telemetry_queued']).toBe(queued)
    collector.heal()
    const last = await tracing.shutdown()
    expect(last).toMatchObject({ recorded: 1000, queued: 0 })
    const names = collector.bodies.flatMap((body) => spansOf(decodeProtobuf(body))).map(({ name }) => name)
    expect(names).toContain('span 999')
    // The first batch was on its way already.
    expect(names).not.toContain('span 50')
    await collector.close()
  })
})

it.each([
  ['HTTP', {}],
  [
    'the application',
    { exporter: { export: (_: unknown, done: (result: { code: number }) => void) => done({ code: 0 }), shutdown: async () => {} } }
  ]
])('a queue smaller than a batch loses nothing by an exporter of %s that is well', async (_, options) => {
  const collector = await startOtlpCollector()
  const tracing = startTracing({ service: 'small', otlp: { url: collector.url }, queue: { bytes: 40_000 }, ...options })
  for (let index = 0; index < 20; index++) {
    for (let count = 0; count < 10; count++)
      tracing.provider
        .getTracer('test')
        .startSpan('span', { attributes: { text: `${index} ${'some text '.repeat(60)}` } })
        .end()
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  expect(await tracing.shutdown()).toEqual({ recorded: 200, exported: 200, dropped: 0, queued: 0 })
  await collector.close()
})

it.each([['SIGTERM'], [Number.POSITIVE_INFINITY], [{}], [Number.NaN]])(
  'shutdown(%j), as an event may call it, has its usual time',
  async (given) => {
    const collector = await startOtlpCollector((_request, response) => {
      setTimeout(() => response.writeHead(200).end(), 100)
      return true
    })
    const tracing = startTracing({ service: 'called', otlp: { url: collector.url } })
    record(tracing, 3)
    expect(await tracing.shutdown(given as never)).toEqual({ recorded: 3, exported: 3, dropped: 0, queued: 0 })
    await collector.close()
  }
)

describe('an exporter of the application', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no')
      }
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['never answers', () => {}]
  ])('that %s holds nobody up and its spans are counted', async (_, exports) => {
    const tracing = startTracing({
      service: 'own',
      exporter: { export: exports as never, shutdown: () => new Promise(() => {}), forceFlush: () => Promise.reject(new Error('no')) }
    })
    record(tracing, 4)
    await tracing.flush(50)
    const start = performance.now()
    expect(await tracing.shutdown(200)).toEqual({ recorded: 4, exported: 0, dropped: 4, queued: 0 })
    expect(performance.now() - start).toBeLessThan(1500)
  })

  it('that answers twice is counted once', async () => {
    const tracing = startTracing({
      service: 'own',
      exporter: {
        export(_spans, done) {
          done({ code: 0 })
          done({ code: 1 })
        },
        shutdown: () => Promise.resolve()
      }
    })
    record(tracing, 4)
    expect(await tracing.shutdown()).toEqual({ recorded: 4, exported: 4, dropped: 0, queued: 0 })
  })
})
