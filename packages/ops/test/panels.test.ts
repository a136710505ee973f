// The example's services under traffic, a real Prometheus over them: every panel shows something finite that moves.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { madeUpSecret, plannedQuestions } from '../../../examples/rag-system/demo/src/questions.js'
import { createSystem, type System, type SystemControl } from '../../../examples/rag-system/demo/src/system/system.js'
import { ask } from '../../../examples/rag-system/demo/src/traffic.js'
import { describeWith } from '../../../scripts/test-support.js'
import { dashboardsOf } from '../src/generate/grafana.js'
import { resolveConfig } from '../src/index.js'
import { full } from './kit.js'

const TRAFFIC_SECONDS = Number(process.env['RAG_PANEL_SECONDS'] ?? 30)
/** Figures that this traffic does not move: what runs, what never fails here, and the scores of questions that are always the same. */
const STEADY = /up|[Vv]ersion|limit|Failed calls|Refused callers|Best score/
/** Recorded once a minute or less: one figure in all of the traffic. */
const RECORDED = /(?:service|route|cache|track):rag_/

interface Matrix {
  data: { result: { values: [number, string][] }[] }
}

describeWith(['prometheus', 'redis'], 'dashboards over the services of the example', () => {
  let control: SystemControl
  let system: System
  const times = { start: 0, end: 0 }

  beforeAll(async () => {
    control = await createSystem({ watch: true, environment: {} })
    system = await control.start(() => {})
    times.start = Date.now() / 1000
    const end = Date.now() + TRAFFIC_SECONDS * 1000
    const people = system.people
    for (let round = 0; Date.now() < end; round++)
      for (const question of plannedQuestions(madeUpSecret())) {
        if (Date.now() >= end) break
        await ask({ url: system.gateway.url, apiKey: people[round % people.length]!.apiKey }, question)
      }
    await new Promise((resolve) => setTimeout(resolve, 2500))
    times.end = Date.now() / 1000
  }, 240_000)
  afterAll(async () => control?.stop(), 30_000)

  const range = async (expr: string): Promise<Matrix['data']['result']> => {
    const query = expr
      .replaceAll('$__rate_interval', '10s')
      .replace(/\$\{?service(:raw)?\}?/g, '.+')
      .replace(/\$\{?environment(:raw)?\}?/g, '.*')
      .replace(/\$\{?\w+(:\w+)?\}?/g, '.*')
    const url = `${system.watch.prometheus}/api/v1/query_range?${new URLSearchParams({
      query,
      start: String(times.start),
      end: String(times.end),
      step: '1'
    })}`
    const answer = (await (await fetch(url)).json()) as Matrix & { error?: string }
    if (!answer.data) throw new Error(`${expr}: ${answer.error}`)
    return answer.data.result
  }

  it('every panel that ordinary traffic feeds has finite figures, and they move with it', { timeout: 120_000 }, async () => {
    const empty: string[] = []
    const still: string[] = []
    let panels = 0
    const moving = 0
    for (const { title, panels: all } of dashboardsOf(resolveConfig(full)))
      for (const panel of all) {
        if (panel.event) continue
        panels++
        const series = (await Promise.all(panel.queries.map(({ expr }) => range(expr)))).flat()
        const finite = series.map(({ values }) => values.filter(([, value]) => Number.isFinite(Number(value))))
        const place = `${title}: ${panel.title}`
        if (!finite.some((values) => values.length > 0)) empty.push(place)
        else if (
          !STEADY.test(panel.title) &&
          !panel.queries.some(({ expr }) => RECORDED.test(expr)) &&
          !finite.some((values) => new Set(values.map(([, value]) => value)).size > 1)
        )
          still.push(place)
      }
    expect({ empty, still }).toEqual({ empty: [], still: [] })
    expect(panels).toBeGreaterThan(60)
    expect(moving).toBeGreaterThan(45)
  })

  it('every rule is healthy', async () => {
    const answer = (await (await fetch(`${system.watch.prometheus}/api/v1/rules`)).json()) as {
      data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] }
    }
    const rules = answer.data.groups.flatMap((group) => group.rules)
    expect(rules.length).toBeGreaterThan(100)
    expect(rules.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => `${name}: ${lastError}`)).toEqual([])
  })
})
