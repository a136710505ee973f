// A scanner: 100 000 URLs, odd methods and hosts.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { drain, startOperation } from '@rag/core'
import { createMetrics } from '@rag/metrics'
import promBundle from 'express-prom-bundle'
import { Registry } from 'prom-client'
import type { CaseResult } from './claims.js'
import { expressWith, serve } from './middlewares.js'
import { fixed } from './rounds.js'

const REQUESTS = 100_000
const lines = (page: string) => page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length

export async function benchHostile(): Promise<CaseResult> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const metrics = createMetrics({ service: 'bench', resources: false })
  const before = lines(await metrics.text())
  collect()
  const heap = process.memoryUsage().heapUsed
  for (let count = 0; count < REQUESTS; count++) {
    startOperation(
      'server',
      'hostile',
      {
        method: ['GET', 'PROPFIND', `X${count}`][count % 3]!,
        route: 'unmatched',
        path: `/${count}/wp-admin.php`,
        query: `q=${count}`,
        scheme: 'http',
        statusCode: [404, 400, 405, 414][count % 4]!,
        firstByteMs: 1,
        requestBytes: count,
        responseBytes: 100,
        peerAddress: undefined,
        protocol: '1.1',
        headers: { host: `host-${count}.example.com` },
        special: undefined
      },
      [metrics.observer]
    ).end()
    if (count % 64 === 0) drain()
  }
  drain()
  collect()
  const grown = process.memoryUsage().heapUsed - heap
  const start = performance.now()
  const page = await metrics.text()
  const scrapeMs = performance.now() - start
  const ours = {
    newSampleLines: lines(page) - before,
    heapMiB: fixed(grown / 2 ** 20, 2),
    scrapeMs: fixed(scrapeMs, 2),
    pageMiB: fixed(page.length / 2 ** 20)
  }
  const scanner = '100 000 hostile URLs, methods and hosts'
  return {
    figures: { requests: REQUESTS, ...ours, 'express-prom-bundle': await hostileBundle(collect) },
    claims: [
      { what: `${scanner}: new sample lines`, value: ours.newSampleLines, most: 200 },
      { what: `${scanner}: heap`, value: ours.heapMiB, most: 20, unit: 'MiB' },
      { what: `${scanner}: the scrape after it`, value: ours.scrapeMs, most: 50, unit: 'ms' },
      { what: `${scanner}: the page`, value: ours.pageMiB, most: 1, unit: 'MiB' }
    ]
  }
}

/** The same scanner at a peer, a tenth of the requests: more would take the memory of the machine. */
async function hostileBundle(collect: () => void): Promise<Record<string, unknown>> {
  const registry = new Registry()
  const handler = expressWith(
    promBundle({
      includeMethod: true,
      includePath: true,
      includeStatusCode: true,
      autoregister: false,
      promRegistry: registry
    })
  )
  const before = lines(await registry.metrics())
  collect()
  const heap = process.memoryUsage().heapUsed
  for (let count = 0; count < REQUESTS / 10; count++) serve(handler, `/wp-${count.toString(36)}-admin.php`, `X${count}`)
  collect()
  const grown = process.memoryUsage().heapUsed - heap
  const start = performance.now()
  const page = await registry.metrics()
  return {
    requests: REQUESTS / 10,
    newSampleLines: lines(page) - before,
    heapMiB: fixed(grown / 2 ** 20, 2),
    scrapeMs: fixed(performance.now() - start, 2),
    pageMiB: fixed(page.length / 2 ** 20)
  }
}
