import type { Source } from '@rag/core'
import { afterEach, expect, it } from 'vitest'
import { createMetrics, type Metrics } from '../src/index.js'
import { samples } from './kit.js'

let metrics: Metrics
const make = () => {
  metrics = createMetrics({ service: 'test', resources: false })
  return metrics
}
afterEach(() => metrics.shutdown())

const cache = (name: string, figures: { coalesced: number; entries: number }): Source => ({
  read(emit) {
    emit('rag_cache_coalesced_total', figures.coalesced, { cache: name })
    emit('rag_cache_entries', figures.entries, { cache: name })
  }
})

it('reads sources at the scrape and adds up those with the same labels', async () => {
  const { observer, text } = make()
  const figures = { coalesced: 2, entries: 5 }
  observer.source!(cache('a', figures))
  observer.source!(cache('a', { coalesced: 1, entries: 1 }))
  expect(samples(await text()).get('rag_cache_coalesced_total{cache="a"}')).toBe(3)
  figures.coalesced = 10
  const page = samples(await text())
  expect(page.get('rag_cache_coalesced_total{cache="a"}')).toBe(11)
  expect(page.get('rag_cache_entries{cache="a"}')).toBe(6)
})

it('keeps what a closed source had counted and forgets its gauges', async () => {
  const { observer, text } = make()
  const figures = { coalesced: 2, entries: 5 }
  const stop = observer.source!(cache('a', figures))
  await text()
  figures.coalesced = 7
  stop()
  stop()
  const page = samples(await text())
  expect(page.get('rag_cache_coalesced_total{cache="a"}')).toBe(7)
  expect(page.has('rag_cache_entries{cache="a"}')).toBe(false)
  observer.source!(cache('a', { coalesced: 1, entries: 1 }))
  expect(samples(await text()).get('rag_cache_coalesced_total{cache="a"}')).toBe(8)
})

it('reads a source that was given twice once', async () => {
  const { observer, text } = make()
  const source = cache('a', { coalesced: 2, entries: 5 })
  const stop = observer.source!(source)
  observer.source!(source)
  stop()
  expect(samples(await text()).get('rag_cache_coalesced_total{cache="a"}')).toBe(2)
})

it('drops and counts what a source gives wrongly, and survives one that throws', async () => {
  const { observer, text } = make()
  observer.source!({
    read(emit) {
      emit('rag_cache_entries', Number.NaN, { cache: 'a' })
      emit('rag_cache_coalesced_total', -1, { cache: 'a' })
      emit('rag_cache_entries', 1, { wrong: 'a' })
      emit('nothing_like_it' as 'rag_cache_entries', 1)
      throw new Error('broken source')
    }
  })
  observer.source!(cache('b', { coalesced: 2, entries: 5 }))
  await text()
  const page = samples(await text())
  expect(page.get('rag_cache_entries{cache="b"}')).toBe(5)
  for (const reason of ['value', 'negative', 'labels', 'unknown_metric'])
    expect(page.get(`rag_metrics_invalid_total{reason="${reason}"}`)).toBeGreaterThan(0)
})
