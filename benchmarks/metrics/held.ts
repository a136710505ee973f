// How long scrapes over a socket hold the loop with the cap full, in a process of its own: no peer's objects are in its heap.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { createMetrics } from '@rag/metrics'
import { benchDefinition, labelsOf, longestStretch, SERIES, type Stretch } from './stretch.js'

const GROUPS = 5
const SCRAPES = 4

export interface Held {
  /** In a group. */
  scrapes: number
  /** The longest stretch of each group of scrapes. */
  scraped: Stretch[]
  /** The same for as long with no scrape: what the machine itself takes. */
  idle: Stretch[]
  /** Time in the collector during all scrapes. */
  collector: { totalMs: number; longestMs: number; share: number }
}

/** A scraper in a process of its own: reading the page must not count as making it. */
function startScraper(): { scrape(url: string): Promise<void>; stop(): void } {
  const child = fork(fileURLToPath(new URL('./scraper.mjs', import.meta.url)), { execArgv: [], env: { ...process.env, NODE_OPTIONS: '' } })
  return {
    async scrape(url) {
      child.send(url)
      const [bytes] = (await once(child, 'message')) as [number]
      if (bytes < SERIES) throw new Error('the scraper has seen no whole page')
    },
    stop: () => child.disconnect()
  }
}

async function heldBy(url: string): Promise<Held> {
  const { scrape, stop } = startScraper()
  const group = async () => {
    for (let count = 0; count < SCRAPES; count++) await scrape(url)
  }
  // The first ones compile.
  await group()
  const pauses: PerformanceEntry[] = []
  const observer = new PerformanceObserver((list) => void pauses.push(...list.getEntries()))
  const scraped: Stretch[] = []
  const idle: Stretch[] = []
  let scrapedMs = 0
  for (let count = 0; count < GROUPS; count++) {
    observer.observe({ entryTypes: ['gc'] })
    const start = performance.now()
    scraped.push(await longestStretch(group))
    const took = performance.now() - start
    scrapedMs += took
    pauses.push(...observer.takeRecords())
    observer.disconnect()
    idle.push(await longestStretch(() => new Promise((resolve) => setTimeout(resolve, took))))
  }
  stop()
  const totalMs = pauses.reduce((sum, { duration }) => sum + duration, 0)
  return {
    scrapes: SCRAPES,
    scraped,
    idle,
    collector: { totalMs, longestMs: Math.max(0, ...pauses.map(({ duration }) => duration)), share: totalMs / scrapedMs }
  }
}

const metrics = createMetrics({ service: 'bench', resources: false, limits: { series: SERIES, seriesPerMetric: SERIES }, warn: () => {} })
const ours = metrics.defineMetric(benchDefinition)
for (let index = 0; index < SERIES; index++) ours.observe(labelsOf(index), 0.02)
const { url } = await metrics.admin({ port: 0 })
process.send!(await heldBy(`${url}/metrics`), () => process.exit(0))
