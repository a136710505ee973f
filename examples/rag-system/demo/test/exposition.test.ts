// The exposition parser and the quantiles read from its histograms.
import { expect, it } from 'vitest'
import { matching, parseExposition, total, valuesOf } from '../src/read/exposition.js'
import { bucketsOf, quantile } from '../src/read/histogram.js'

const TEXT = `# HELP requests Requests.
# TYPE requests counter
requests{route="/a",status="200"} 3
requests{route="/a",status="500"} 1 1700000000000
requests{route="say \\"hi\\"\\n\\\\"} 2 # {trace_id="0af7"} 1 1700000000.123
plain 1.5e3
latency_bucket{route="/a",le="0.1"} 4
latency_bucket{route="/a",le="0.2"} 8
latency_bucket{route="/a",le="+Inf"} 10
latency_bucket{route="/b",le="0.1"} 0
latency_bucket{route="/b",le="0.2"} 10
latency_bucket{route="/b",le="+Inf"} 10
odd{} NaN
`
const samples = parseExposition(TEXT)

it('reads names, labels with escapes, values, and leaves time stamps and exemplars', () => {
  expect(samples.find(({ name }) => name === 'plain')).toEqual({ name: 'plain', labels: {}, value: 1500 })
  expect(matching(samples, 'requests').at(-1)?.labels).toEqual({ route: 'say "hi"\n\\' })
  expect(total(samples, 'requests', { route: '/a' })).toBe(4)
  expect(total(samples, 'requests')).toBe(6)
  expect(valuesOf(samples, 'requests', 'status')).toEqual(['200', '500'])
  expect(samples.find(({ name }) => name === 'odd')?.value).toBeNaN()
})

it('refuses what is no sample', () => {
  expect(() => parseExposition('requests{route="/a" 3')).toThrow('no sample: requests{route="/a" 3')
})

it('interpolates quantiles as Prometheus does', () => {
  const one = bucketsOf(samples, 'latency', { route: '/a' })
  expect(one).toEqual([
    { le: 0.1, count: 4 },
    { le: 0.2, count: 8 },
    { le: Number.POSITIVE_INFINITY, count: 10 }
  ])
  expect(quantile(one, 0.2)).toBeCloseTo(0.05)
  expect(quantile(one, 0.5)).toBeCloseTo(0.125)
  expect(quantile(one, 0.99)).toBe(0.2)
  expect(quantile(bucketsOf(samples, 'latency'), 0.5)).toBeCloseTo(0.1 + (0.1 * 6) / 14)
  expect(quantile([], 0.5)).toBeUndefined()
  expect(quantile([{ le: 1, count: 0 }], 0.5)).toBeUndefined()
})
