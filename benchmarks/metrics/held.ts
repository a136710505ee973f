// How long scrapes over a socket hold the loop with the cap full, in a process of its own: no peer's objects are in its heap.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createMetrics, type Metrics } from '@rag/metrics'
import { benchDefinition, labelsOf, longestStretch, SERIES, type Stretch } from './stretch.js'

const SCRAPES = 20

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

/** How long scrapes over a socket hold the loop, in a process that does nothing else. */
async function stretchesOf(metrics: Metrics): Promise<Stretch[]> {
  const { url, close } = await metrics.admin({ port: 0 })
  const { scrape, stop } = startScraper()
  // The first ones compile.
  for (let count = 0; count < 3; count++) await scrape(`${url}/metrics`)
  const stretches: Stretch[] = []
  for (let count = 0; count < SCRAPES; count++) stretches.push(await longestStretch(() => scrape(`${url}/metrics`)))
  stop()
  await close()
  return stretches
}

const metrics = createMetrics({ service: 'bench', resources: false, limits: { series: SERIES, seriesPerMetric: SERIES }, warn: () => {} })
const ours = metrics.defineMetric(benchDefinition)
for (let index = 0; index < SERIES; index++) ours.observe(labelsOf(index), 0.02)
process.send!(await stretchesOf(metrics), () => process.exit(0))
