import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findServer } from '../../../scripts/servers.mjs'
import { describeWith, type RunningServer, startPostgres, startPrometheus } from '../../../scripts/test-support.js'
import { alertsReport } from '../src/commands/alerts.js'
import { capacityForecast } from '../src/commands/capacity.js'
import { drillMetrics, restoreDrill } from '../src/commands/drill.js'
import { incidentReport } from '../src/commands/incident.js'
import { commands } from '../src/commands/index.js'
import { markerOf, releaseVerdict } from '../src/commands/release.js'
import { resolveConfig } from '../src/index.js'
import { prometheusAt, secondOf } from '../src/prometheus/client.js'
import { changeCalendar, continuityPlan, postMortem } from '../src/templates/documents.js'
import { full } from './kit.js'

const model = resolveConfig(full)
const folder = mkdtempSync(join(tmpdir(), 'rag-ops-commands-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('rag-ops in a fresh folder', () => {
  const source = join(import.meta.dirname, '../src/rag-ops.ts')
  const loader = join(import.meta.dirname, '../../../node_modules/tsx/dist/esm/index.mjs')
  const at = join(folder, 'fresh')
  const ragOps = (...values: string[]) =>
    spawnSync(process.execPath, ['--conditions=@rag/source', '--import', loader, source, ...values], { cwd: at, encoding: 'utf8' })

  it('a reader that goes away ends no command with a stack, and changes no verdict', { timeout: 60_000 }, async () => {
    const empty = join(folder, 'gone')
    mkdirSync(empty)
    const child = spawn(process.execPath, ['--conditions=@rag/source', '--import', loader, source, 'init'], { cwd: empty })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (data) => (stderr += data))
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
    expect(stderr).toBe('')
  })

  it('init, generate and check work one after the other, and check fails once something drifts', { timeout: 60_000 }, () => {
    mkdirSync(at)
    writeFileSync(join(at, 'package.json'), '{"name":"@shop/answers"}')
    expect(ragOps('init')).toMatchObject({ status: 0 })
    expect(ragOps('init')).toMatchObject({ status: 2, stderr: expect.stringContaining('there is one already') })
    expect(ragOps('generate')).toMatchObject({ status: 0 })
    expect(ragOps('check')).toMatchObject({ status: 0, stdout: 'everything agrees\n' })
    const file = join(at, 'ops/prometheus/rules/logs.rules.yml')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('rag_log_events_total', 'rag_log_lines_total'))
    const check = ragOps('check')
    expect(check.status).toBe(1)
    expect(check.stdout).toContain(
      'logs.rules.yml: alert "FatalLogged": nothing emits rag_log_lines_total. Fix: did you mean rag_log_events_total?'
    )
    expect(ragOps('generate')).toMatchObject({ status: 1, stdout: expect.stringContaining('logs.rules.yml was edited') })
    expect(ragOps('templates')).toMatchObject({ status: 0, stdout: expect.stringContaining('with --from they are filled') })
    const document = (name: string) => readFileSync(join(at, 'documents', name), 'utf8')
    expect(document('change-request.md')).toMatch(/## Risk[\s\S]*## Rollback[\s\S]*ReleaseRegressed/)
    expect(document('release-checklist.md')).toContain('`rag-ops check` are green')
    expect(document('continuity-plan.md')).toContain('| data | RPO | RTO |')
    expect(document('post-mortem.md')).toContain('rag-ops templates --from')
    expect(document('change-calendar.md')).toContain('no marker in this time')
    expect(ragOps('nonsense')).toMatchObject({ status: 2, stderr: expect.stringContaining('rag-ops <command>') })
  })
})

describe('arguments', () => {
  it('are points in time, or refused', () => {
    expect(secondOf('from', '2026-01-31T09:00:00Z', 'now')).toBe(1769850000)
    expect(Date.now() / 1000 - secondOf('from', '2h', 'now')).toBeCloseTo(7200, 0)
    expect(() => secondOf('from', 'yesterday', 'now')).toThrow('RAG_OPS_ARGUMENT')
  })

  it('a Prometheus that does not answer is named, with the way out', async () => {
    await expect(prometheusAt('http://127.0.0.1:9').query('up')).rejects.toMatchObject({ code: 'RAG_OPS_PROMETHEUS' })
  })

  it('every command says how it is called', () => {
    for (const [name, { usage }] of Object.entries(commands)) expect(usage.startsWith(name)).toBe(true)
  })
})

describe('documents', () => {
  it('hold what is known: the plan, the incident, the releases', () => {
    expect(continuityPlan(model)).toContain('| backup-postgres | 26 h | 1 h | 90 d |')
    expect(postMortem('# Incident x')).toContain('# Incident x')
    expect(changeCalendar(model, [{ metric: { service: 'rag-engine', version: '2' }, value: 1769850000 }])).toContain(
      '| 2026-01-31T09:00:00Z | rag-engine | 2 |'
    )
    expect(markerOf('rag-engine', 'production', '1.2"\n', 5)).toContain('version="1.2__"} 5')
  })
})

describeWith(['postgres'], 'rag-ops drill', () => {
  let postgres: RunningServer
  beforeAll(async () => {
    postgres = await startPostgres({ settings: ['wal_level=replica', 'max_wal_senders=4'] })
  })
  afterAll(() => postgres.stop())

  it('takes a base backup, verifies it, starts it beside the original and asks it something', { timeout: 60_000 }, async () => {
    const bin = dirname(findServer('postgres')!)
    const psql = spawnSync(join(bin, 'psql'), [postgres.url, '-c', 'create table documents as select generate_series(1, 1234) as id'], {
      encoding: 'utf8'
    })
    expect(psql.status).toBe(0)
    const result = await restoreDrill({ url: postgres.url, bin, query: 'select count(*) from documents' })
    expect(result.answer).toBe('1234')
    expect(result.bytes).toBeGreaterThan(10_000_000)
    expect(result.seconds).toBeGreaterThan(0)
    const page = drillMetrics('restore-drill-backup-postgres', 'production', result, 1769850000)
    expect(page).toContain(
      'rag_job_last_success_timestamp_seconds{job_name="restore-drill-backup-postgres",environment="production"} 1769850000'
    )
    await expect(restoreDrill({ url: postgres.url, bin, query: 'select broken' })).rejects.toMatchObject({ code: 'RAG_OPS_DRILL' })
  })

  it('names the step that fails and shows no password', async () => {
    const failing = restoreDrill({
      url: 'postgresql://someone:planted-4711@127.0.0.1:9/postgres',
      bin: dirname(findServer('postgres')!),
      query: 'select 1'
    })
    await expect(failing).rejects.toMatchObject({ code: 'RAG_OPS_DRILL', option: 'backup' })
    await expect(failing).rejects.not.toThrow('planted-4711')
  })
})

describeWith(['prometheus'], 'commands that ask a real Prometheus', () => {
  let server: RunningServer
  let stopPage: () => void
  let started = Number.POSITIVE_INFINITY
  let seen = 0
  const state = { failed: 0 }

  beforeAll(async () => {
    const page = createServer((_request, response) => {
      const now = Date.now()
      // Its life begins when Prometheus reads it in time; on a machine that stalls before the release it begins again.
      if (now - seen > 2000 && !(now - started > 6000)) started = now
      seen = now
      const age = (now - started) / 1000
      if (age > 6) state.failed += 5
      response.end(`# TYPE rag_http_server_requests_total counter
rag_http_server_requests_total{http_route="/ask",status_class="2xx"} ${Math.round(age * 40)}
rag_http_server_requests_total{http_route="/ask",status_class="5xx"} ${state.failed}
# TYPE http_server_request_duration_seconds_sum counter
http_server_request_duration_seconds_sum{http_route="/ask"} ${age * 4}
http_server_request_duration_seconds_count{http_route="/ask"} ${Math.round(age * 40)}
# TYPE rag_release_timestamp_seconds gauge
rag_release_timestamp_seconds{version="2.0.0"} ${Math.round(started / 1000) + 5}
# TYPE node_filesystem_avail_bytes gauge
node_filesystem_avail_bytes{mountpoint="/data"} 2e10
node_filesystem_size_bytes{mountpoint="/data"} 1e11
`)
    })
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
    stopPage = () => page.close()
    const rules = join(folder, 'rules.yml')
    writeFileSync(
      rules,
      'groups: [{ name: a, interval: 500ms, rules: [{ alert: Failing, expr: "sum by (service) (rate(rag_http_server_requests_total{status_class=\\"5xx\\"}[3s])) > 1", labels: { priority: P1 } }] }]'
    )
    server = await startPrometheus(`global: { scrape_interval: 500ms, evaluation_interval: 500ms }
rule_files: [${rules}]
scrape_configs:
  - job_name: rag
    static_configs: [{ targets: ['127.0.0.1:${(page.address() as AddressInfo).port}'], labels: { service: rag-engine, environment: production } }]
`)
    while (!(Date.now() - started > 13_000)) await new Promise((resolve) => setTimeout(resolve, 100))
  }, 60_000)
  afterAll(async () => {
    await server.stop()
    stopPage()
  })

  it('incident: timeline of alerts and releases, what changed most, impact', async () => {
    const now = Date.now() / 1000
    const report = await incidentReport(prometheusAt(server.url), now - 60, now)
    expect(report).toMatch(/\*\*P1 Failing\*\* fires: service rag-engine/)
    expect(report).toContain('release of rag-engine 2.0.0')
    expect(report).toMatch(/\| rag-engine \/ask \| 0 \| \d+ \|/)
    expect(report).toMatch(/[1-9]\d* of \d+ requests failed/)
  })

  it('release: worse when it fails more, and no approval without traffic', async () => {
    const prometheus = prometheusAt(server.url)
    const worse = await releaseVerdict(prometheus, model, 'rag-engine', started / 1000 + 6, 0.08)
    expect(worse).toMatchObject({ worse: true, text: expect.stringContaining('WORSE') })
    const silent = await releaseVerdict(prometheus, model, 'frontend', started / 1000 + 6, 0.08)
    expect(silent).toMatchObject({ worse: undefined, text: expect.stringContaining('That is no approval') })
  })

  it('release: takes the last release when none is named, and nothing from before it as after', async () => {
    const config = join(folder, 'release.config.ts')
    writeFileSync(config, `export default ${JSON.stringify({ ...full, prometheusUrl: server.url })}`)
    const said: string[] = []
    const run = (service: string) =>
      commands['release']!.run({ positionals: [], values: { config, service, minutes: '0.08' }, print: (text) => void said.push(text) })
    expect(await run('rag-engine')).toBe(1)
    expect(said.join()).toContain('WORSE')
    await expect(run('frontend')).rejects.toThrow(/no marker of a release of frontend/)
    const unfinished = await releaseVerdict(prometheusAt(server.url), model, 'rag-engine', Date.now() / 1000, 0.08)
    expect(unfinished).toMatchObject({ worse: undefined, text: expect.stringContaining('That is no approval') })
  })

  it('alerts report: pages a week and what was over by itself', async () => {
    const now = Date.now() / 1000
    const report = await alertsReport(prometheusAt(server.url), now - 120, now)
    expect(report).toMatch(/^1 pages in/)
    expect(report).toContain('| Failing | P1 | 1 | 0 |')
  })

  it('templates: a post-mortem with the timeline and a calendar with the markers', async () => {
    const at = join(folder, 'documents')
    const config = join(folder, 'ops.config.ts')
    writeFileSync(config, `export default ${JSON.stringify({ ...full, prometheusUrl: server.url })}`)
    const values = { config, out: at, from: '1h', prometheus: server.url }
    expect(await commands['templates']!.run({ positionals: [], values, print: () => {} })).toBe(0)
    expect(readFileSync(join(at, 'post-mortem.md'), 'utf8')).toMatch(/\*\*P1 Failing\*\* fires/)
    expect(readFileSync(join(at, 'change-calendar.md'), 'utf8')).toContain('| rag-engine | 2.0.0 |')
  })

  it('capacity: what has a limit, and that a level disk has no day', async () => {
    expect(await capacityForecast(prometheusAt(server.url))).toEqual([expect.objectContaining({ used: 0.8, days: undefined })])
  })
})
