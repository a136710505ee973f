import * as successor from '@prometheus-io/client'
import * as promClient from 'prom-client'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../src/index.js'
import { announce, codeOf, families, samples } from './kit.js'

/** Both libraries by one shape; the successor has the same classes. */
const libraries = [
  { name: 'prom-client', library: promClient },
  { name: '@prometheus-io/client', library: successor as unknown as typeof promClient }
]

describe.each(libraries)('with the registry of $name', ({ library: { Counter, Histogram, Registry, Summary } }) => {
  it('shows ours in the registry of prom-client, and the registry on our page', async () => {
    const registry = new Registry()
    const metrics = createMetrics({ service: 'test', registry, resources: false })
    new Counter({ name: 'orders_total', help: 'Orders.', registers: [registry] }).inc(3)
    announce(metrics.observer, 'server')
    const page = await metrics.text()
    expect(samples(page).get('orders_total')).toBe(3)
    expect(samples(await registry.metrics())).toEqual(expectSame(samples(page), samples(await registry.metrics())))
    expect(metrics.registry).toBe(registry)
    expect(new Set(families(page)).size).toBe(families(page).length)
    await metrics.shutdown()
    expect(await registry.metrics()).not.toContain('http_server')
  })

  it('reads operations and sources when the registry alone is scraped', async () => {
    const registry = new Registry()
    const metrics = createMetrics({ service: 'test', registry, resources: false })
    metrics.observer.source!({ read: (emit) => emit('rag_cache_entries', 4, { cache: 'a' }) })
    await new Promise((resolve) => setImmediate(resolve))
    announce(metrics.observer, 'server')
    const page = samples(await registry.metrics())
    expect(page.get('rag_cache_entries{cache="a"}')).toBe(4)
    expect(page.get('rag_http_server_requests_total{http_route="/users/:id",status_class="2xx"}')).toBe(1)
  })

  it('adds up two instances on one registry', async () => {
    const registry = new Registry()
    const first = createMetrics({ service: 'a', registry, resources: false })
    const second = createMetrics({ service: 'b', registry, resources: false })
    announce(first.observer, 'server')
    announce(second.observer, 'server')
    const page = samples(await registry.metrics())
    expect(page.get('rag_http_server_requests_total{http_route="/users/:id",status_class="2xx"}')).toBe(2)
    expect(
      page.get(
        'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/users/:id",http_response_status_code="200"}'
      )
    ).toBe(2)
  })

  it('leaves a name to whoever has registered it', async () => {
    const registry = new Registry()
    new Histogram({ name: 'http_server_request_duration_seconds', help: 'Theirs.', registers: [registry] }).observe(1)
    const metrics = createMetrics({ service: 'test', registry, resources: false })
    announce(metrics.observer, 'server')
    expect(await registry.metrics()).toContain('Theirs.')
    const page = await metrics.text()
    expect(families(page).filter((name) => name === 'http_server_request_duration_seconds')).toHaveLength(1)
  })

  it('works with a registry of the OpenMetrics kind', async () => {
    const registry = new Registry()
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never)
    const metrics = createMetrics({ service: 'test', registry: registry as unknown as promClient.Registry, resources: false })
    announce(metrics.observer, 'server')
    await registry.metrics()
    const page = await registry.metrics()
    expect(page).toContain('rag_http_server_requests_total{http_route="/users/:id",status_class="2xx"} 1')
    expect(page.endsWith('# EOF\n')).toBe(true)
  })

  it('leaves out what the application collects itself and never gives, and shows the rest', async () => {
    const registry = new Registry()
    const metrics = createMetrics({ service: 'test', registry, resources: false })
    let asked = 0
    let answer = () => {}
    const collect = () =>
      new Promise<void>((resolve) => {
        asked++
        answer = resolve
      })
    new Counter({ name: 'hangs_total', help: 'Hangs.', registers: [registry], collect }).inc()
    new Counter({ name: 'answers_total', help: 'Answers.', registers: [registry] }).inc()
    const page = samples(await metrics.text())
    expect(page.get('answers_total')).toBe(1)
    expect(page.has('hangs_total')).toBe(false)
    expect(page.has('rag_metrics_series')).toBe(true)
    // Nobody waits for it again until it has answered.
    expect(samples(await metrics.text()).has('hangs_total')).toBe(false)
    expect(asked).toBe(1)
    answer()
    await new Promise((resolve) => setImmediate(resolve))
    const later = metrics.text()
    await new Promise((resolve) => setTimeout(resolve, 50))
    answer()
    expect(samples(await later).get('hangs_total')).toBe(1)
    await metrics.shutdown()
  })

  it('follows reset and remove of the registry', async () => {
    const registry = new Registry()
    const metrics = createMetrics({ service: 'test', registry, resources: false })
    announce(metrics.observer, 'server')
    await metrics.text()
    registry.resetMetrics()
    announce(metrics.observer, 'server')
    expect(samples(await metrics.text()).get('rag_http_server_requests_total{http_route="/users/:id",status_class="2xx"}')).toBe(1)
    const requests = registry.getSingleMetric('rag_http_server_requests_total') as unknown as { remove(...values: string[]): void }
    requests.remove('/users/:id', '2xx')
    announce(metrics.observer, 'server')
    expect(samples(await metrics.text()).get('rag_http_server_requests_total{http_route="/users/:id",status_class="2xx"}')).toBe(1)
  })

  it('has a registry of its own in which metrics of prom-client register', async () => {
    const metrics = createMetrics({ service: 'test', resources: false })
    new Counter({ name: 'orders_total', help: 'Orders.', registers: [metrics.registry as unknown as promClient.Registry] }).inc(2)
    announce(metrics.observer, 'server')
    const page = samples(await metrics.registry.metrics())
    expect(page.get('orders_total')).toBe(2)
    expect(page.get('rag_http_server_requests_total{http_route="/users/:id",status_class="2xx"}')).toBe(1)
  })

  it('refuses what is no registry', () => {
    expect(codeOf(() => createMetrics({ service: 'test', registry: {} as never }))).toBe('RAG_METRICS_REGISTRY')
  })

  it('shows histograms, summaries, exemplars and default labels of the registry as they are there', async () => {
    const registry = new Registry()
    registry.setDefaultLabels({ zone: 'a' })
    const size = new Histogram({ name: 'size_bytes', help: 'Size.', labelNames: ['kind'], buckets: [1, 10], registers: [registry] })
    size.observe({ kind: 'x' }, 5)
    new Summary({ name: 'age', help: 'Age.', percentiles: [0.5], registers: [registry] }).observe(2)
    const metrics = createMetrics({ service: 'test', registry, resources: false })
    const page = samples(await metrics.text('application/openmetrics-text'))
    expect(page.get('size_bytes_bucket{zone="a",le="10.0",kind="x"}') ?? page.get('size_bytes_bucket{zone="a",kind="x",le="10.0"}')).toBe(1)
    expect(page.get('size_bytes_sum{zone="a",kind="x"}')).toBe(5)
    expect(page.get('age_count{zone="a"}')).toBe(1)
    await metrics.shutdown()
  })
})

/** All of the first map that both pages carry, apart from what changes between two scrapes. */
function expectSame(ours: Map<string, number>, theirs: Map<string, number>): Map<string, number> {
  const changing = /^rag_(telemetry|metrics)_/
  const same = new Map([...ours].filter(([name]) => !changing.test(name)))
  for (const [name, value] of theirs) if (changing.test(name)) same.set(name, value)
  return same
}
