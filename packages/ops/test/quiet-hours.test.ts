// A real Alertmanager decides, at this moment, who may be told: working hours and change windows.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith, startAlertmanager } from '../../../scripts/test-support.js'
import { generateAlertmanager } from '../src/generate/alertmanager.js'
import { type OpsConfig, resolveConfig } from '../src/index.js'

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const today = new Date().getUTCDay()
// Today and tomorrow, so that midnight does not matter; the window that is not now is far from both.
const now = [DAYS[today]!, DAYS[(today + 1) % 7]!]
const another = [DAYS[(today + 3) % 7]!]

describeWith(['alertmanager'], 'a running Alertmanager', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rag-ops-hours-'))
  const heard: string[] = []
  const sink = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk)).on('end', () => response.end(heard.push(text) && 'ok'))
  })
  beforeAll(() => new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve)))
  afterAll(() => {
    sink.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The priorities about which it says something, with these hours. */
  async function told(workingDays: string[], changeDays: string[]): Promise<string[]> {
    const urlFile = join(folder, 'slack')
    const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`
    writeFileSync(urlFile, url)
    const config: OpsConfig = {
      services: { 'rag-engine': { role: 'rag', targets: ['127.0.0.1:1'] } },
      contacts: { slack: { channel: '#ops', urlFile }, pagerduty: { routingKeyFile: urlFile, url } },
      workingHours: { days: workingDays, from: '00:00', to: '24:00' },
      changeWindows: [{ name: 'change', days: changeDays, from: '00:00', to: '24:00' }]
    }
    for (const [path, text] of Object.entries(generateAlertmanager(resolveConfig(config, { timeScale: 600 })))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    heard.length = 0
    const server = await startAlertmanager(join(folder, 'alertmanager/alertmanager.yml'))
    try {
      const alerts = ['P1', 'P2', 'P3'].map((priority) => ({
        labels: { alertname: `Test${priority}`, priority, service: 'rag-engine', environment: 'production' },
        annotations: { summary: `about ${priority}` }
      }))
      const answer = await fetch(`${server.url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts)
      })
      expect(answer.status).toBe(200)
      // P3 waits longest for companions: 5 minutes, half a second here.
      await new Promise((resolve) => setTimeout(resolve, 2500))
      return ['P1', 'P2', 'P3'].filter((priority) => heard.some((text) => text.includes(`about ${priority}`)))
    } finally {
      await server.stop()
    }
  }

  it('tells all of them in working hours and outside of change windows', { timeout: 20_000 }, async () => {
    expect(await told(now, another)).toEqual(['P1', 'P2', 'P3'])
  })

  it('keeps P2 back outside of working hours and P3 in a change window, never P1', { timeout: 20_000 }, async () => {
    expect(await told(another, now)).toEqual(['P1'])
  })
})
