// The memory layer beside its peers: hits with and without metrics, a failing loader, what cost hints save, false hits by meaning.

import { createCache } from '@rag/cache'
import type { Observer, Source } from '@rag/core'
import { type Claim, report } from './cache/report.js'
import { bento, cacheable, layered, manager, ours, type Rival } from './cache/rivals.js'
import { semantic } from './cache/semantic.js'
import { mixedTrace } from './cache/trace.js'
import { median, quartiles } from './statistics.js'

const ROUNDS = Number(process.env['ROUNDS'] ?? 7)
const KEYS = 1000
const HITS = Number(process.env['HITS'] ?? 200_000)
const say = (text: string) => process.stderr.write(`${text}\n`)
const round3 = (value: number) => Math.round(value * 1000) / 1000

const sources: Source[] = []
const observer: Observer = {
  id: 'bench',
  service: 'bench',
  source: (source) => {
    sources.push(source)
    return () => {}
  },
  end: () => {}
}

/** Hits per second; peers that are slower do fewer, so that no round takes long. */
async function hitsPerSecond(rival: Rival, hits: number): Promise<number> {
  const load = async () => 'value'
  const start = process.hrtime.bigint()
  for (let index = 0; index < hits; index++) await rival.getOrSet(`key${index % KEYS}`, load)
  return hits / (Number(process.hrtime.bigint() - start) / 1e9)
}

async function memoryHits() {
  const withMetrics = ours('ours with metrics', { observers: [observer] })
  const rivals = [
    withMetrics,
    ours('ours'),
    bento('bentocache with metrics', { metrics: true }),
    bento('bentocache'),
    cacheable(),
    manager(),
    layered()
  ]
  const speeds = new Map<string, number[]>(rivals.map(({ name }) => [name, []]))
  for (const rival of rivals) await hitsPerSecond(rival, KEYS * 20)
  for (let round = 0; round < ROUNDS; round++) {
    for (const rival of [...rivals].sort(() => Math.random() - 0.5)) {
      const fast = rival.name.startsWith('ours') || rival.name === 'layered-loader'
      speeds.get(rival.name)!.push(await hitsPerSecond(rival, fast ? HITS : HITS / 10))
    }
    say(`memory hits: round ${round + 1} of ${ROUNDS}`)
  }
  const read: number[] = []
  for (const source of sources)
    source.read((metric, value, labels) => {
      if (metric === 'rag_cache_requests_total' && labels?.['result'] === 'hit') read.push(value)
    })
  const expected = HITS * ROUNDS + KEYS * 20 - KEYS
  if (read[0] !== expected) throw new Error(`invalid: the figures say ${read[0]} hits, there were ${expected}`)
  const ratio = (first: string, second: string) => {
    const ratios = speeds.get(first)!.map((speed, round) => speed / speeds.get(second)![round]!)
    return { ratio: round3(median(ratios)), spread: quartiles(ratios).map(round3) }
  }
  const peers = ['bentocache', 'cacheable', 'cache-manager', 'layered-loader']
  const fastest = peers.reduce((best, name) => (median(speeds.get(name)!) > median(speeds.get(best)!) ? name : best))
  for (const rival of rivals) await rival.close()
  return {
    overBentocacheWithMetrics: ratio('ours with metrics', 'bentocache with metrics'),
    overFastestPeer: { peer: fastest, ...ratio('ours with metrics', fastest) },
    metricsOnOverOff: ratio('ours with metrics', 'ours'),
    perSecond: Object.fromEntries([...speeds].map(([name, values]) => [name, Math.round(median(values))]))
  }
}

const FAILING_MS = 10

/** 1 000 callers of one key whose loader fails. */
async function failingLoader() {
  const results: Record<string, { loads: number; ms: number }> = {}
  for (const rival of [ours('ours'), bento('bentocache'), cacheable(), manager(), layered()]) {
    let loads = 0
    const load = async () => {
      loads++
      await new Promise((resolve) => setTimeout(resolve, FAILING_MS))
      throw new Error('loader down')
    }
    const start = performance.now()
    await Promise.allSettled(Array.from({ length: 1000 }, () => rival.getOrSet('failing', load)))
    results[rival.name] = { loads, ms: Math.round(performance.now() - start) }
    await rival.close()
  }
  return results
}

/** Share of the cost of all requests that a cache of 16 MiB saves once it is full: the second half of the trace. */
async function costSaved() {
  const trace = mixedTrace(400_000)
  const warm = trace.length / 2
  const run = async (hints: boolean) => {
    const cache = createCache({ name: 'cost', ttl: '1h', memory: { maxEntries: 1_000_000, maxBytes: 16 * 1024 * 1024 } })
    let saved = 0
    let total = 0
    let hits = 0
    for (const [index, { key, bytes, usd }] of trace.entries()) {
      let loaded = false
      const load = () => {
        loaded = true
        return new Uint8Array(bytes)
      }
      await cache.getOrSet(key, load, hints ? { cost: usd } : {})
      if (index < warm) continue
      total += usd
      if (loaded) continue
      saved += usd
      hits++
    }
    await cache.close()
    return { costSaved: round3(saved / total), hitRate: round3(hits / warm) }
  }
  const lru = await run(false)
  const hints = await run(true)
  return { lru, hints, ratio: round3(hints.costSaved / lru.costSaved) }
}

const hits = await memoryHits()
const failing = await failingLoader()
const cost = await costSaved()
const meaning = await semantic()
const claims: Claim[] = [
  ['memory hit with metrics, times bentocache with its Prometheus plugin', hits.overBentocacheWithMetrics.ratio, '>=', 15],
  ['memory hit with metrics, times the fastest peer without', hits.overFastestPeer.ratio, '>=', 0.35],
  ['memory hit, metrics on over off', hits.metricsOnOverOff.ratio, '>=', 0.85],
  ['loads of a failing loader with 1000 callers', failing['ours']!.loads, '<=', 1],
  ['all of them answered, ms after the loader failed', failing['ours']!.ms - FAILING_MS, '<=', 50],
  ['cost saved with hints, times plain LRU', cost.ratio, '>=', 2],
  ['pairs of questions', meaning.pairs, '>=', 200],
  ['false hits, share of the pairs that must not hit', meaning.falseHits, '<=', 0.01],
  ['hits of another tenant', meaning.otherTenantHits, '<=', 0]
]
report('cache', ROUNDS, { memoryHits: hits, failingLoader: failing, costSaved: cost, semantic: meaning }, claims, 'cache.md')
process.exit(0)
