// The memory layer beside its peers: hits with and without metrics, a failing loader, what cost hints save.

import { createCache } from '@rag/cache'
import type { Observer, Source } from '@rag/core'
import { bento, cacheable, layered, manager, ours, type Rival } from './cache/rivals.js'
import { mixedTrace } from './cache/trace.js'
import { median, quartiles } from './statistics.js'

const ROUNDS = Number(process.env['ROUNDS'] ?? 7)
const KEYS = 1000
const HITS = Number(process.env['HITS'] ?? 200_000)
const asJson = process.argv.includes('--json')
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

/** 1 000 callers of one key whose loader fails after 10 ms. */
async function failingLoader() {
  const results: Record<string, { loads: number; ms: number }> = {}
  for (const rival of [ours('ours'), bento('bentocache'), cacheable(), manager(), layered()]) {
    let loads = 0
    const load = async () => {
      loads++
      await new Promise((resolve) => setTimeout(resolve, 10))
      throw new Error('loader down')
    }
    const start = performance.now()
    await Promise.allSettled(Array.from({ length: 1000 }, () => rival.getOrSet('failing', load)))
    results[rival.name] = { loads, ms: Math.round(performance.now() - start) }
    await rival.close()
  }
  return results
}

/** Share of the cost of all requests that a cache of 16 MiB saves. */
async function costSaved() {
  const trace = mixedTrace(200_000)
  const total = trace.reduce((sum, { usd }) => sum + usd, 0)
  const run = async (hints: boolean) => {
    const cache = createCache({ name: 'cost', ttl: '1h', memory: { maxEntries: 1_000_000, maxBytes: 16 * 1024 * 1024 } })
    let saved = 0
    for (const { key, bytes, usd } of trace) {
      let loaded = false
      const load = () => {
        loaded = true
        return new Uint8Array(bytes)
      }
      await cache.getOrSet(key, load, hints ? { cost: usd } : {})
      if (!loaded) saved += usd
    }
    const { memory } = cache.stats()
    await cache.close()
    return { costSaved: round3(saved / total), hitRate: round3(memory.hitRate) }
  }
  const lru = await run(false)
  const hints = await run(true)
  return { lru, hints, ratio: round3(hints.costSaved / lru.costSaved) }
}

const results = { memoryHits: await memoryHits(), failingLoader: await failingLoader(), costSaved: await costSaved() }
if (asJson) process.stdout.write(`${JSON.stringify({ case: 'cache', node: process.version, rounds: ROUNDS, results })}\n`)
else process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
process.exit(0)
