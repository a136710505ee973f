// The example's services under traffic, a real Prometheus over them: every panel shows something finite that moves.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { madeUpSecret, plannedQuestions } from '../../../examples/rag-system/demo/src/questions.js'
import { clearFault, setFault } from '../../../examples/rag-system/demo/src/scenarios/provider.js'
import { createSystem, type System, type SystemControl } from '../../../examples/rag-system/demo/src/system/system.js'
import { configuration } from '../../../examples/rag-system/demo/src/system/watch.js'
import { ask } from '../../../examples/rag-system/demo/src/traffic.js'
import { describeWith, type RunningServer, startPrometheus } from '../../../scripts/test-support.js'
import { dashboardsOf } from '../src/generate/grafana.js'
import { loadConfig } from '../src/index.js'
import { figuresOf, quickRules, rulesIn } from './panel-figures.js'

const TRAFFIC_SECONDS = Number(process.env['RAG_PANEL_SECONDS'] ?? 20)
/** Figures that this traffic does not move: what runs, what never fails here, and the scores of questions that are always the same. */
const STEADY = /up|[Vv]ersion|limit|Failed calls|Refused callers|Best score/

describeWith(['prometheus', 'redis'], 'dashboards over the services of the example', async () => {
  const { model } = await loadConfig(undefined, fileURLToPath(new URL('../../../examples/rag-system/deploy/', import.meta.url)))
  const folder = mkdtempSync(join(tmpdir(), 'rag-ops-panels-'))
  const times = { start: 0, end: 0 }
  let control: SystemControl
  let prometheus: RunningServer

  beforeAll(async () => {
    control = await createSystem({ environment: {} })
    const system: System = await control.start(() => {})
    const scraped = JSON.parse(configuration(system.services.map(({ name, admin }) => [name, Number(new URL(admin).port)] as const)))
    const rules = join(folder, 'rag.rules.yml')
    writeFileSync(rules, quickRules(model))
    prometheus = await startPrometheus(
      JSON.stringify({ ...scraped, global: { scrape_interval: '1s', evaluation_interval: '1s' }, rule_files: [rules] })
    )
    times.start = Date.now() / 1000
    const end = Date.now() + TRAFFIC_SECONDS * 1000
    const people = system.people
    for (let round = 0; Date.now() < end; round++)
      for (const question of plannedQuestions(madeUpSecret())) {
        if (Date.now() >= end) break
        await ask({ url: system.gateway.url, apiKey: people[round % people.length]!.apiKey }, question)
      }
    // Nothing else here is slower than the services promise.
    await setFault(system, 'openai', { delayMs: 1500 })
    const { url } = system.gateway
    await ask(
      { url, apiKey: people[0]!.apiKey },
      { kind: 'plain', question: 'How do I pause a readable stream until its consumer is ready?' }
    )
    await clearFault(system, 'openai')
    await pause(2500)
    times.end = Date.now() / 1000
  }, 240_000)
  afterAll(async () => {
    await Promise.all([control?.stop(), prometheus?.stop()])
    rmSync(folder, { recursive: true, force: true })
  }, 30_000)

  it('every panel that ordinary traffic feeds has finite figures, and they move with it', { timeout: 120_000 }, async () => {
    const { empty, still, moving } = await figuresOf(prometheus.url, dashboardsOf(model), { ...times, wanted: ({ event }) => !event })
    expect({ empty, still: still.filter((place) => !STEADY.test(place)) }).toEqual({ empty: [], still: [] })
    expect(moving.length + still.length).toBeGreaterThan(60)
    expect(moving.length).toBeGreaterThan(45)
  })

  it('every rule is healthy, and no service is missed', async () => {
    const { all, sick } = await rulesIn(prometheus.url)
    expect(all).toBeGreaterThan(100)
    expect(sick).toEqual([])
    const query = new URLSearchParams({ query: 'ALERTS{alertname="ServiceDown"} or service:rag_expected:info' })
    const { data } = (await (await fetch(`${prometheus.url}/api/v1/query?${query}`)).json()) as {
      data: { result: { metric: { __name__: string } }[] }
    }
    expect(data.result.map(({ metric }) => metric.__name__)).toEqual(model.services.map(() => 'service:rag_expected:info'))
  })
})
