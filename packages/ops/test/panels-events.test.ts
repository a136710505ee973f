// Panels of what ordinary traffic does not bring, after their event: a stub exposes the whole catalogue while everything happens at once.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { MetricDefinition } from '@rag/core/catalogue'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith, type RunningServer, startPrometheus } from '../../../scripts/test-support.js'
import { dashboardsOf } from '../src/generate/grafana.js'
import { resolveConfig } from '../src/index.js'
import { full } from './kit.js'
import { figuresOf, quickRules, rulesIn } from './panel-figures.js'

const SECONDS = 14
/** It divides by what there was seven days ago. */
const NEEDS_A_WEEK = ['RAG: Capacity: Requests against the week before']

/** Every label set that a definition allows; an open label has one value. */
function labelSets(labels: MetricDefinition['labels'] = {}): string[] {
  return Object.entries(labels).reduce<string[]>(
    (sets, [label, bound]) =>
      sets.flatMap((set) => ('values' in bound ? bound.values : ['a']).map((value) => `${set},${label}="${value}"`)),
    ['']
  )
}

/** Some number of a name. */
const phaseOf = (name: string): number => [...name].reduce((sum, letter, index) => sum + letter.charCodeAt(0) * (index + 1), 0)

/** One metric after so many events of every kind; ever more a second, and no two metrics in step, so that rates and ratios move. */
function exposed({ name, kind, labels, buckets = [] }: MetricDefinition, scrapes: number): string {
  const events = Math.floor(50 * scrapes ** (1.5 + (phaseOf(name) % 9) / 10))
  const lines = labelSets(labels).flatMap((set) => {
    const inside = set.slice(1)
    const braces = (more = '') => `{${[inside, more].filter((text) => text !== '').join(',')}}`
    if (kind === 'counter') return `${name}${braces()} ${events}`
    if (kind === 'gauge') return `${name}${braces()} ${0.3 + ((scrapes * (1 + (phaseOf(name) % 6))) % 7) / 10}`
    // Some in the first bucket, most of them in the middle, and their share grows.
    const middle = Math.floor(buckets.length / 2)
    const slow = Math.floor(events * (2 + scrapes / 50))
    return [
      ...buckets.map((bound, index) => `${name}_bucket${braces(`le="${bound}"`)} ${index < middle ? events : events + slow}`),
      `${name}_bucket${braces('le="+Inf"')} ${events + slow}`,
      `${name}_count${braces()} ${events + slow}`,
      `${name}_sum${braces()} ${events + slow * (buckets[middle] ?? 1)}`
    ]
  })
  return `# TYPE ${name} ${kind}\n${lines.join('\n')}\n`
}

describeWith(['prometheus'], 'panels after their event', () => {
  const model = resolveConfig(full)
  const folder = mkdtempSync(join(tmpdir(), 'rag-ops-events-'))
  const times = { start: 0, end: 0 }
  let scrapes = 0
  const stub = createServer((_request, response) => {
    scrapes++
    // node_exporter's, of a disk that fills.
    const disk = `# TYPE node_filesystem_avail_bytes gauge\nnode_filesystem_avail_bytes{mountpoint="/"} ${1e12 - scrapes * 1e6}\n`
    const all = Object.values(model.metrics).map((definition) => exposed(definition, scrapes))
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end([...all, disk].join(''))
  })
  let prometheus: RunningServer

  beforeAll(async () => {
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve))
    const rules = join(folder, 'rag.rules.yml')
    writeFileSync(rules, quickRules(model))
    const labels = { service: model.services[0]!.name, environment: model.environment }
    prometheus = await startPrometheus(
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [rules],
        scrape_configs: [{ job_name: 'stub', static_configs: [{ targets: [`127.0.0.1:${(stub.address() as AddressInfo).port}`], labels }] }]
      })
    )
    times.start = Date.now() / 1000
    await pause(SECONDS * 1000)
    times.end = Date.now() / 1000
  }, 60_000)
  afterAll(async () => {
    await prometheus?.stop()
    stub.closeAllConnections()
    stub.close()
    rmSync(folder, { recursive: true, force: true })
  }, 30_000)

  it('show finite figures that move with it, each of them', { timeout: 60_000 }, async () => {
    expect(scrapes).toBeGreaterThan(SECONDS / 2)
    const { empty, still, moving } = await figuresOf(prometheus.url, dashboardsOf(model), {
      ...times,
      wanted: ({ event }) => event === true
    })
    expect({ empty, still }).toEqual({ empty: NEEDS_A_WEEK, still: [] })
    expect(moving.length).toBeGreaterThan(40)
  })

  it('leave every rule healthy while everything happens at once', async () => {
    const { all, sick } = await rulesIn(prometheus.url)
    expect(all).toBeGreaterThan(100)
    expect(sick).toEqual([])
  })
})
