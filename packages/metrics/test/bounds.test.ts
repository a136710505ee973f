import { afterEach, describe, expect, it } from 'vitest'
import { createMetrics, type Metrics, type MetricsOptions } from '../src/index.js'
import { announce, codeOf, samples } from './kit.js'

let metrics: Metrics
const warnings: string[] = []
const make = (options: Partial<MetricsOptions> = {}) => {
  warnings.length = 0
  metrics = createMetrics({ service: 'test', resources: false, warn: (message) => void warnings.push(message), ...options })
  return metrics
}
afterEach(() => metrics?.shutdown())
const lines = async () => (await metrics.text()).split('\n').filter((line) => line && !line.startsWith('#')).length

describe('labels are bounded', () => {
  it('adds no more than a few lines for hostile requests', async () => {
    const { observer } = make()
    announce(observer, 'server')
    const before = await lines()
    for (let count = 0; count < 20_000; count++) {
      const method = `M${count % 50}`
      announce(observer, 'server', {
        attributes: { route: 'unmatched', method, path: `/${count}`, statusCode: [400, 404, 405][count % 3]! }
      })
    }
    expect((await lines()) - before).toBeLessThanOrEqual(200)
    const page = samples(await metrics.text())
    expect(page.get('rag_http_server_requests_total{http_route="unmatched",status_class="4xx"}')).toBe(20_000)
    expect([...page.keys()].filter((name) => name.includes('M1'))).toEqual([])
  })

  it('puts what is beyond the bound of a label into one value, counted, with one line of warning', async () => {
    const { defineMetric } = make()
    const hits = defineMetric({ name: 'hits_total', kind: 'counter', help: 'Hits.', labels: { shop: { max: 3 } } })
    for (let count = 0; count < 100; count++) hits.inc({ shop: `s${count}` })
    hits.inc({ shop: 's1' })
    const page = samples(await metrics.text())
    expect(page.get('hits_total{shop="s1"}')).toBe(2)
    expect(page.get('hits_total{shop="__other__"}')).toBe(97)
    expect(page.get('rag_metrics_overflow_total{metric="hits_total"}')).toBe(97)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('hits_total')
  })

  it('caps label sets a metric and a process; the overflow value always finds a place', async () => {
    const { defineMetric } = make({ limits: { series: 150, seriesPerMetric: 20 } })
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const sets = defineMetric({ name: `${name}_total`, kind: 'counter', help: 'Sets.', labels: { x: { max: 1000 }, y: { max: 1000 } } })
      for (let count = 0; count < 100; count++) sets.inc({ x: `x${count % 10}`, y: `y${count}` })
    }
    const page = samples(await metrics.text())
    const of = (name: string) => [...page].filter(([key]) => key.startsWith(`${name}_total{`))
    expect(of('a')).toHaveLength(21)
    for (const name of ['a', 'h']) expect(of(name).reduce((total, [, value]) => total + value, 0)).toBe(100)
    expect(page.get('rag_metrics_series')).toBeLessThan(250)
    // Full or not, the SDK says which metrics have overflowed and what was refused.
    for (const name of ['a', 'h']) expect(page.get(`rag_metrics_overflow_total{metric="${name}_total"}`)).toBeGreaterThan(0)
    expect(page.get('rag_metrics_invalid_total{reason="negative"}')).toBe(0)
    expect([...page.keys()].filter((key) => /^rag_(metrics|telemetry)_.*__other__/.test(key))).toEqual([])
  })

  it('keeps values short, clean, masked and well formed', async () => {
    const { defineMetric } = make({ mask: { mask: (value: string) => value.replace('hunter2', '[masked]') } as never })
    const seen = defineMetric({ name: 'seen_total', kind: 'counter', help: 'Seen.', labels: { value: { max: 100 } } })
    for (const value of [`${'é'.repeat(5000)}`, 'a"b\\c\nd', 'pass hunter2', '\ud800lone', '']) seen.inc({ value })
    const text = await metrics.text()
    const values = [...text.matchAll(/^seen_total\{value="(.*)"\} 1$/gm)].map((match) => match[1]!)
    expect(values).toHaveLength(5)
    for (const value of values) expect(Buffer.byteLength(value)).toBeLessThanOrEqual(132)
    expect(values).toContain('a\\"b\\\\c d')
    expect(values).toContain('pass [masked]')
    expect(values).toContain('\ufffdlone')
  })
})

describe('figures by user, only when asked for', () => {
  it('fall into a fixed number of hash buckets, the same for the same user', async () => {
    const { defineMetric } = make()
    const calls = defineMetric({ name: 'user_calls_total', kind: 'counter', help: 'Calls.', labels: { bucket: { hashed: 16 } } })
    for (let user = 0; user < 100_000; user++) calls.inc({ bucket: `user-${user}@example.com` })
    for (let count = 0; count < 10_000; count++) calls.inc({ bucket: 'one@example.com' })
    const page = [...samples(await metrics.text())].filter(([name]) => name.startsWith('user_calls_total'))
    expect(page).toHaveLength(16)
    expect(page.every(([name]) => /bucket="\d+"/.test(name))).toBe(true)
    expect(page.reduce((total, [, value]) => total + value, 0)).toBe(110_000)
    const counts = page.map(([, value]) => value).sort((a, b) => a - b)
    expect(counts[15]! - counts[7]!).toBeGreaterThan(9000)
    expect(counts[0]!).toBeGreaterThan(5000)
    expect(warnings).toEqual([])
  })

  it('show the largest few, and the rest as one, however many there are', async () => {
    const { defineTop, text } = make()
    const spend = defineTop({ name: 'user_cost_usd', unit: 'usd', help: 'USD by user.', label: 'user', top: 3 })
    for (let count = 0; count < 100_000; count++) spend.add(`small-${count}`, 0.001)
    for (let count = 0; count < 1000; count++) for (const [index, user] of ['ann', 'ben', 'cid'].entries()) spend.add(user, 30 - index * 10)
    spend.add('ann', Number.NaN)
    spend.add('ann', -1)
    spend.add(7 as never)
    const of = (page: Map<string, number>) => new Map([...page].filter(([name]) => name.startsWith('user_cost_usd')))
    const shown = of(samples(await text()))
    expect([...shown.keys()].sort()).toEqual(['__other__', 'ann', 'ben', 'cid'].map((user) => `user_cost_usd{user="${user}"}`).sort())
    expect(shown.get('user_cost_usd{user="ann"}')! / 30_000).toBeCloseTo(1, 2)
    expect([...shown.values()].reduce((total, value) => total + value, 0)).toBeCloseTo(60_100, 3)
    for (let count = 0; count < 1000; count++) spend.add('dan', 100)
    expect([...of(samples(await text())).keys()]).not.toContain('user_cost_usd{user="cid"}')
    expect(samples(await text()).get('rag_metrics_invalid_total{reason="negative"}')).toBe(1)
    expect(codeOf(() => defineTop({ name: 'user_cost_usd', help: 'Again.', label: 'user' }))).toBe('RAG_METRICS_DEFINITION')
    expect(codeOf(() => defineTop({ name: 'a', help: 'A.', label: 'user', top: 0 }))).toBe('RAG_METRICS_DEFINITION')
    expect(codeOf(() => defineTop(undefined as never))).toBe('RAG_METRICS_DEFINITION')
  })
})

describe('bad input', () => {
  it('drops and counts values that a metric cannot take, and never throws', async () => {
    const { defineMetric, defineTop, feedback, evaluation, flag, fingerprint, release } = make()
    const counter = defineMetric({ name: 'c_total', kind: 'counter', help: 'C.', labels: { a: { max: 5 } } }) as unknown as {
      inc(labels?: unknown, value?: unknown): void
    }
    const histogram = defineMetric({ name: 'h_seconds', kind: 'histogram', unit: 'seconds', help: 'H.' }) as unknown as {
      observe(labels?: unknown, value?: unknown): void
    }
    const gauge = defineMetric({ name: 'g', kind: 'gauge', help: 'G.' }) as unknown as { set(labels?: unknown, value?: unknown): void }
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap')
        },
        ownKeys: () => {
          throw new Error('trap')
        }
      }
    )
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1, '1', null, Symbol('s'), {}, trap]) {
      counter.inc({ a: 'x' }, value)
      histogram.observe({}, value)
    }
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '1', trap]) gauge.set({}, value)
    for (const labels of [undefined, null, {}, { b: 'x' }, { a: 'x', b: 'y' }, { a: {} }, { a: Symbol('s') }, 7, trap]) counter.inc(labels)
    const top = defineTop({ name: 'user_cost_usd', unit: 'usd', help: 'Cost.', label: 'user', top: 2 })
    const cyclic: Record<string, unknown> = {}
    Object.assign(cyclic, { again: cyclic, other: cyclic, trap })
    for (const value of [Symbol('s'), 1n, {}, null, trap, cyclic, () => {}]) {
      feedback({ score: value as never })
      evaluation({ name: 'e', score: value as never, prompt: value as never })
      top.add(value as never)
      top.add('user', value as never)
      release(value as never)
      expect(fingerprint(value)).toMatch(/^[0-9a-f]{16}$/)
    }
    feedback(undefined as never)
    evaluation(null as never)
    flag(Symbol('s') as never, trap as never)
    const page = samples(await metrics.text())
    expect(
      [...page.keys()].filter(
        (name) => /^(c_total|h_seconds|g|user_cost_usd|rag_evaluation_score_count|rag_feedback_total)\b/.test(name) && page.get(name) !== 0
      )
    ).toEqual([])
    expect(page.get('rag_metrics_invalid_total{reason="negative"}')).toBe(2)
    expect(page.get('rag_metrics_invalid_total{reason="labels"}')).toBeGreaterThanOrEqual(9)
    const { recorded, exported, dropped } = metrics.account()
    expect(recorded).toBe(exported + dropped)
  })

  it.each([
    ['no name', { name: '', kind: 'counter', help: 'x' }],
    ['an upper-case name', { name: 'Foo_total', kind: 'counter', help: 'x' }],
    ['a counter without _total', { name: 'foo', kind: 'counter', help: 'x' }],
    ['a gauge with _total', { name: 'foo_total', kind: 'gauge', help: 'x' }],
    ['no help', { name: 'foo', kind: 'gauge', help: '' }],
    ['an unknown kind', { name: 'foo', kind: 'summary', help: 'x' }],
    ['an unbounded label', { name: 'foo', kind: 'gauge', help: 'x', labels: { a: {} } }],
    ['a label of Prometheus', { name: 'foo', kind: 'gauge', help: 'x', labels: { le: { max: 1 } } }],
    ['a unit that is not in the name', { name: 'foo', kind: 'gauge', help: 'x', unit: 'bytes' }],
    ['descending buckets', { name: 'foo', kind: 'histogram', help: 'x', buckets: [2, 1] }],
    ['a name of the catalogue', { name: 'rag_feedback_total', kind: 'counter', help: 'x' }],
    ['a name whose family the catalogue has', { name: 'rag_feedback', kind: 'gauge', help: 'x' }],
    ['too many hash buckets', { name: 'foo', kind: 'gauge', help: 'x', labels: { a: { hashed: 100_000 } } }],
    ['buckets that are no list', { name: 'foo', kind: 'histogram', help: 'x', buckets: 5 }],
    ['a way to join that is none', { name: 'foo', kind: 'gauge', help: 'x', across: 'mean' }],
    ['nothing in it', undefined],
    ['a name that a histogram makes', { name: 'foo_count', kind: 'gauge', help: 'x' }]
  ])('refuses a definition with %s at the start', (_name, definition) => {
    const { defineMetric } = make()
    expect(codeOf(() => defineMetric(definition as never))).toBe('RAG_METRICS_DEFINITION')
  })

  it('gives the same metric for the same definition and refuses another one', async () => {
    const { defineMetric } = make()
    const definition = { name: 'twice_total', kind: 'counter', help: 'Twice.' } as const
    defineMetric(definition).inc({})
    defineMetric(definition).inc({}, 2)
    expect(samples(await metrics.text()).get('twice_total')).toBe(3)
    expect(codeOf(() => defineMetric({ ...definition, help: 'Other.' }))).toBe('RAG_METRICS_DEFINITION')
    expect(codeOf(() => defineMetric({ name: 'twice', kind: 'gauge', help: 'One family with twice_total.' }))).toBe(
      'RAG_METRICS_DEFINITION'
    )
  })

  it('refuses wrong options', () => {
    expect(codeOf(() => createMetrics({} as never))).toBe('RAG_CORE_SERVICE')
    expect(codeOf(() => createMetrics({ service: 'a', registri: 1 } as never))).toBe('RAG_CORE_UNKNOWN_OPTION')
    expect(codeOf(() => createMetrics({ service: 'a', limits: { series: 0 } }))).toBe('RAG_METRICS_OPTION')
    expect(codeOf(() => createMetrics({ service: 'a', slow: 'soon' as never }))).toBe('RAG_CORE_DURATION')
  })
})

describe('own metrics', () => {
  it('are typed by their definition', async () => {
    const { defineMetric, definitions } = make()
    const size = defineMetric({
      name: 'upload_size_bytes',
      kind: 'histogram',
      unit: 'bytes',
      help: 'Size.',
      labels: { type: { values: ['pdf', 'html'] } }
    })
    size.observe({ type: 'pdf' }, 1000)
    size.with({ type: 'html' }).observe(5)
    // @ts-expect-error a histogram has no inc, and the label has two values
    const wrong = () => size.inc({ type: 'doc' })
    expect(wrong).toThrow()
    expect(definitions().some(({ name }) => name === 'upload_size_bytes')).toBe(true)
    expect(samples(await metrics.text()).get('upload_size_bytes_sum{type="pdf"}')).toBe(1000)
  })

  it('are born at 0 when their label sets are known', async () => {
    const { defineMetric } = make()
    defineMetric({ name: 'parsed_total', kind: 'counter', help: 'Parsed.', labels: { ok: { values: ['yes', 'no'] } } })
    defineMetric({ name: 'sized_bytes', kind: 'histogram', unit: 'bytes', help: 'Sized.' })
    const page = samples(await metrics.text())
    expect(page.get('parsed_total{ok="no"}')).toBe(0)
    expect(page.has('sized_bytes_count')).toBe(false)
  })
})
