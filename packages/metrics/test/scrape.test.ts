import { afterEach, expect, it, vi } from 'vitest'
import { createMetrics, type Metrics } from '../src/index.js'
import { announce, samples } from './kit.js'

let metrics: Metrics
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await metrics.shutdown()
})

const page = (accept = 'text/plain') => metrics.page({ headers: { accept } } as never)

it('gives everyone who asks meanwhile the same page, read once', async () => {
  metrics = createMetrics({ service: 'test', resources: false })
  let reads = 0
  metrics.observer.source!({
    read(emit) {
      reads++
      emit('rag_cache_entries', reads, { cache: 'a' })
    }
  })
  const [first, second, third] = await Promise.all([page(), page(), page()])
  expect(second!.body).toBe(first!.body)
  expect(third!.body).toBe(first!.body)
  expect(reads).toBe(1)
  // Who comes later sees later figures.
  expect(samples(await metrics.text()).get('rag_cache_entries{cache="a"}')).toBe(2)
})

it('lets other work in between its slices when the cap is full', async () => {
  metrics = createMetrics({ service: 'test', resources: false, limits: { series: 10_000, seriesPerMetric: 10_000 }, warn: () => {} })
  const sets = metrics.defineMetric({
    name: 'sets_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Sets.',
    labels: { a: { max: 20_000 } }
  })
  for (let count = 0; count < 12_000; count++) sets.observe({ a: `v${count}` }, 0.01)
  // A clock that moves with every look at it: how fast the machine renders says nothing.
  let clock = performance.now()
  vi.spyOn(performance, 'now').mockImplementation(() => (clock += 1))
  for (const accept of ['text/plain', 'application/openmetrics-text']) {
    let turns = 0
    let running = true
    const turn = () => {
      turns++
      if (running) setImmediate(turn)
    }
    setImmediate(turn)
    const { body } = await page(accept)
    running = false
    expect(turns).toBeGreaterThan(5)
    expect([...(body as string[])].join('').match(/^sets_seconds_count/gm)!.length).toBeGreaterThan(9000)
  }
})

it('keeps its figures right when the clock steps', async () => {
  metrics = createMetrics({ service: 'test', resources: false })
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now })
  const first = announce(metrics.observer, 'server')
  vi.setSystemTime(now - 3_600_000)
  const second = announce(metrics.observer, 'server')
  const job = announce(metrics.observer, 'job')
  vi.setSystemTime(now + 3_600_000)
  announce(metrics.observer, 'server')
  const found = samples(await metrics.text())
  const labels = '{http_request_method="GET",http_route="/users/:id",http_response_status_code="200"}'
  expect(found.get(`http_server_request_duration_seconds_count${labels}`)).toBe(3)
  expect(found.get(`http_server_request_duration_seconds_sum${labels}`)).toBeLessThan(1)
  for (const { durationMs } of [first, second, job]) expect(durationMs).toBeGreaterThanOrEqual(0)
  expect(found.get('rag_metrics_invalid_total{reason="negative"}')).toBe(0)
})

it('negotiates by quality and reads no more of a header than it needs', async () => {
  metrics = createMetrics({ service: 'test', resources: false })
  expect((await page('application/openmetrics-text;q=0.4,text/plain;q=0.5')).type).toContain('text/plain')
  expect((await page('application/openmetrics-text;q=0.5,text/plain;q=0.5')).type).toContain('openmetrics')
  expect((await page('application/openmetrics-text;q=x')).type).toContain('text/plain')
  expect((await page(',;=;,'.repeat(10_000))).type).toContain('text/plain')
})
