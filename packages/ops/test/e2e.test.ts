import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith, freePort, type RunningServer, startAlertmanager, startPrometheus } from '../../../scripts/test-support.js'
import { createBridge } from '../src/bridge/server.js'
import { generateAlertmanager } from '../src/generate/alertmanager.js'
import { generatePrometheus } from '../src/generate/prometheus.js'
import { generateRules } from '../src/generate/rules.js'
import { type OpsConfig, resolveConfig } from '../src/index.js'

const SECRET = 'planted-secret-4711'
const SCALE = 120
const NAMES = ['gateway', 'auth', 'document', 'rag', 'llm', 'frontend'] as const

interface Told {
  readonly channel: string
  readonly at: number
  readonly text: string
}

/** Six services that call one dependency, as pages of metrics. */
const services = { failing: false, fatal: 0 }
const CHANNELS = ['mail', 'slack', 'teams', 'sms', 'pagerduty'] as const
/** A channel may take this long beyond the scaled window. */
const LATEST = 10_000

describeWith(['prometheus', 'alertmanager'], 'from a fault to every channel', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rag-ops-e2e-'))
  const told: Told[] = []
  const open: { close(): unknown }[] = []
  let prometheus: RunningServer
  let alertmanager: RunningServer

  beforeAll(async () => {
    const sink = await listen(
      createServer((request, response) => {
        let text = ''
        request
          .on('data', (chunk) => (text += chunk))
          .on('end', () => {
            told.push({ channel: request.url!.split('/')[1]!, at: Date.now(), text })
            response
              .writeHead(request.url!.startsWith('/pagerduty') ? 202 : 200, { 'content-type': 'application/json' })
              .end('{"status":"success","dedup_key":"x"}')
          })
      })
    )
    const mail = new SMTPServer({
      authOptional: true,
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, done) => (password === SECRET ? done(null, { user: 'alerts' }) : done(new Error('refused'))),
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, done) {
        void simpleParser(stream).then(({ subject, text }) => {
          told.push({ channel: 'mail', at: Date.now(), text: `${subject}\n${text}` })
          done()
        })
      }
    })
    const mailPort = await freePort()
    await new Promise<void>((resolve) => mail.listen(mailPort, '127.0.0.1', resolve))
    open.push({ close: () => new Promise<void>((resolve) => mail.close(resolve)) })
    const page = await listen(createServer((request, response) => void response.end(metricsOf(request.url!.split('/')[1]!))))
    const secret = (name: string, text: string) => {
      const file = join(folder, name)
      writeFileSync(file, text, { mode: 0o400 })
      return file
    }
    const bridgePort = await freePort()
    const config: OpsConfig = {
      services: Object.fromEntries(NAMES.map((role) => [`${role}-service`, { role, targets: [`127.0.0.1:${page}`], calls: ['search'] }])),
      contacts: {
        mail: {
          to: 'ops@example.com',
          from: 'alerts@example.com',
          smarthost: `127.0.0.1:${mailPort}`,
          requireTls: false,
          username: 'alerts',
          passwordFile: secret('mail', SECRET)
        },
        slack: { channel: '#ops', urlFile: secret('slack', `http://127.0.0.1:${sink}/slack/${SECRET}`) },
        pagerduty: { routingKeyFile: secret('pagerduty', SECRET), url: `http://127.0.0.1:${sink}/pagerduty` },
        teams: { urlFile: secret('teams', `http://127.0.0.1:${sink}/teams/${SECRET}`) },
        sms: {
          to: ['+15550100'],
          urlFile: secret('sms', `http://127.0.0.1:${sink}/sms/${SECRET}`),
          tokenFile: secret('sms-token', SECRET)
        },
        bridge: `http://127.0.0.1:${bridgePort}`
      }
    }
    const model = resolveConfig(config, { timeScale: SCALE })
    const bridge = createBridge(model)
    await new Promise<void>((resolve) => bridge.listen(bridgePort, '127.0.0.1', resolve))
    open.push(bridge)
    const routes = generateAlertmanager(model)
    // Scraping is not scaled as far as the rest; what waits for the alerts of one outage must outlast three scrapes, as it does unscaled.
    for (const [path, text] of Object.entries(routes)) write(folder, path, text.replace(/group_wait: \S+/g, 'group_wait: 1500ms'))
    alertmanager = await startAlertmanager(join(folder, 'alertmanager/alertmanager.yml'))
    for (const [path, text] of Object.entries(generateRules(model))) write(folder, path, text)
    const scrape = generatePrometheus(model, { alertmanager: `127.0.0.1:${alertmanager.port}` })['prometheus/prometheus.yml']!
    // All six pages come from one server: the path tells them apart.
    const own = scrape
      .replace('rules/*.rules.yml', join(folder, 'prometheus/rules/*.rules.yml'))
      .replace(/_interval: 125ms/g, '_interval: 500ms')
      .replace(
        'job_name: rag',
        'job_name: rag\n    relabel_configs: [{ source_labels: [service], target_label: __metrics_path__, replacement: /$1/metrics }, { source_labels: [service], target_label: instance }]'
      )
    prometheus = await startPrometheus(own)
  }, 30_000)

  afterAll(async () => {
    await prometheus?.stop()
    await alertmanager?.stop()
    for (const each of open) await each.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('tells mail, Slack, Teams, SMS and PagerDuty once about a dependency that fails for six services, and that it is over', {
    timeout: 90_000
  }, async () => {
    await pause(4000)
    expect(pages(told)).toEqual([])
    const faultAt = Date.now()
    services.failing = true
    await until(
      () =>
        ['slack', 'mail', 'pagerduty', 'teams'].every((channel) =>
          told.some((each) => each.channel === channel && each.text.includes('search is down'))
        ),
      40_000
    )
    const first = told.filter(({ text }) => text.includes('search is down'))
    // The window of two minutes and the hold of one are 1.5 s here.
    for (const channel of ['slack', 'mail', 'pagerduty', 'teams'])
      expect(first.find((each) => each.channel === channel)!.at - faultAt, channel).toBeLessThan(1500 + LATEST)
    // Nobody reacts: the escalation raises it as P0, with SMS.
    await until(() => told.some(({ channel, text }) => channel === 'sms' && text.includes('Nobody has reacted')), 40_000)
    const raised = told.find(({ channel, text }) => channel === 'sms' && text.includes('Nobody has reacted'))!.at
    // After half an hour, 15 s here.
    expect(raised - first[0]!.at).toBeGreaterThan(10_000)
    expect(raised - first[0]!.at).toBeLessThan(15_000 + LATEST)
    // One page for six services: everything else that pages is about the same outage.
    const paged = new Set(
      pages(told).map(({ text }) => /"summary":"([^"]*)"/.exec(text)?.[1] ?? /"body":"([^"]*)"/.exec(text)?.[1] ?? text.slice(0, 200))
    )
    expect([...paged].filter((text) => !/search is down|Nobody has reacted to DependencyDown/.test(text))).toEqual([])
    services.failing = false
    const over = Date.now()
    await allTold((text) => resolved(text) && /search is down|DependencyDown/.test(text), over)
    for (const channel of CHANNELS)
      expect(told.find((each) => each.channel === channel && each.at > over && resolved(each.text))!.at - over, channel).toBeLessThan(
        1500 + LATEST
      )
  })

  it('tells all five channels about the first FATAL line ever, and that it is over', { timeout: 90_000 }, async () => {
    const faultAt = Date.now()
    services.fatal = 1
    const about = (text: string) => text.includes('wrote a FATAL line')
    await allTold((text) => about(text) && !resolved(text), faultAt)
    // It waits for nothing: the window says only how long it lasts, 5 s here.
    for (const channel of CHANNELS)
      expect(told.find((each) => each.channel === channel && about(each.text))!.at - faultAt, channel).toBeLessThan(LATEST)
    await allTold((text) => about(text) && resolved(text), faultAt)
    for (const channel of CHANNELS)
      expect(told.find((each) => each.channel === channel && about(each.text) && resolved(each.text))!.at - faultAt, channel).toBeLessThan(
        5000 + LATEST
      )
  })

  it('puts no secret into any notice: the key of PagerDuty stands in its own field alone', () => {
    expect(told.length).toBeGreaterThan(10)
    for (const { channel, text } of told) {
      if (channel !== 'pagerduty') {
        expect(text, channel).not.toContain(SECRET)
        continue
      }
      const { routing_key, ...rest } = JSON.parse(text) as { routing_key: string }
      expect(routing_key).toBe(SECRET)
      expect(JSON.stringify(rest)).not.toContain(SECRET)
    }
  })

  it('has every rule healthy', async () => {
    const answer = (await (await fetch(`${prometheus.url}/api/v1/rules`)).json()) as {
      data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] }
    }
    const rules = answer.data.groups.flatMap((group) => group.rules)
    expect(rules.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => `${name}: ${lastError}`)).toEqual([])
    expect(rules.length).toBeGreaterThan(90)
  })

  /** Waits until each channel has said something like this after a moment. */
  function allTold(like: (text: string) => boolean, since: number): Promise<void> {
    return until(
      () => CHANNELS.every((channel) => told.some((each) => each.channel === channel && each.at > since && like(each.text))),
      40_000
    )
  }

  async function listen(server: Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(server)
    return (server.address() as AddressInfo).port
  }
})

/** Calls to the dependency and the requests that need it: both fail together. */
const counted = { ok: 0, failed: 0, last: Date.now() }
function metricsOf(service: string): string {
  const now = Date.now()
  const calls = ((now - counted.last) / 1000) * 20
  counted.last = now
  if (services.failing) counted.failed += calls
  else counted.ok += calls
  return `# TYPE rag_dependency_requests_total counter
rag_dependency_requests_total{peer_service="search",outcome="ok"} ${counted.ok}
rag_dependency_requests_total{peer_service="search",outcome="error"} ${counted.failed}
# TYPE rag_http_server_requests_total counter
rag_http_server_requests_total{http_route="/a",status_class="2xx"} ${counted.ok}
rag_http_server_requests_total{http_route="/a",status_class="5xx"} ${counted.failed}
${services.fatal > 0 && service === 'rag-service' ? `# TYPE rag_log_events_total counter\nrag_log_events_total{level="fatal"} ${services.fatal}\n` : ''}`
}

function resolved(text: string): boolean {
  return /RESOLVED|"event_action":"resolve"/.test(text)
}

function pages(told: readonly Told[]): Told[] {
  return told.filter(({ channel }) => channel === 'pagerduty' || channel === 'sms')
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

async function until(condition: () => boolean, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds
  while (!condition()) {
    if (Date.now() > end) throw new Error(`nothing of that within ${milliseconds} ms`)
    await pause(100)
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
