// Scenarios on the real system: each shows its fault, and fails when the fault is not injected. A short load run comes first.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { catalogue } from '@rag/core/catalogue'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith } from '../../../../scripts/test-support.js'
import { underLoad } from '../src/load/command.js'
import { WITH_HEAPS } from '../src/load/heap.js'
import { createProgress } from '../src/progress.js'
import { madeUpSecret } from '../src/questions.js'
import { metricsUrl } from '../src/readings.js'
import { play } from '../src/scenarios/command.js'
import { canMount } from '../src/scenarios/disk-full.js'
import { SCENARIOS } from '../src/scenarios/index.js'
import { clearFault, setFault } from '../src/scenarios/provider.js'
import type { Snapshot } from '../src/scenarios/snapshot.js'
import { createStage } from '../src/scenarios/stage.js'
import { settled } from '../src/settle.js'
import { findProgram } from '../src/system/find-program.js'
import { createSystem, type System } from '../src/system/system.js'
import { ask } from '../src/traffic.js'
import { prometheusOver } from './prometheus-view.js'

/** Those that start services anew take long; `npm run demo -- scenario all` plays them too, and so does RAG_SCENARIOS=all. */
const LONG = new Set(['cold-start', 'budget-exhausted', 'memory-leak', 'bad-release', 'provider-failover', 'provider-429', 'client-aborts'])
const everything = process.env['RAG_SCENARIOS'] === 'all'
const mounts = canMount()
if (!mounts) process.stderr.write('left out: the scenario disk-full, which mounts a small disk\n')
const played = SCENARIOS.filter(
  ({ name }) =>
    (everything || !LONG.has(name)) && (name !== 'redis-down' || findProgram('redis-server')) && (name !== 'disk-full' || mounts)
)
const REQUIREMENTS = fileURLToPath(new URL('../../../../docs/requirements.md', import.meta.url))
/** Without the fault there is nothing to wait for. */
const SHORT_MS = 1500
/** Slower than anything else that the gateway answers. */
const SLOW_MS = 1500

describe('scenarios', () => {
  const control = createSystem({ watch: true, environment: {}, ...WITH_HEAPS })
  let system: System

  beforeAll(async () => {
    system = await (await control).start(() => {})
  }, 150_000)
  afterAll(async () => (await control).stop(), 30_000)

  it('name the backends of the system, and no place on this machine', () => {
    expect(Object.values(system.backends).join()).toMatch(/^PGlite.*extractive-1/)
    expect(Object.values(system.backends).join()).not.toContain('/')
  })

  it('are all that the system promises', () => {
    const names = SCENARIOS.map(({ name }) => name)
    for (const name of [
      'traffic',
      'cold-start',
      'hot-document-update',
      'redis-down',
      'provider-429',
      'provider-failover',
      'budget-exhausted',
      'slow-query',
      'secret-in-prompt',
      'client-aborts',
      'memory-leak',
      'bad-release'
    ])
      expect(names).toContain(name)
  })

  it('a short load run with faults ends with counts that agree', async () => {
    const { checks, sent, faults } = await underLoad(system, 0.1, createProgress({ write: () => true, isTTY: false } as never))
    expect(Object.values(sent.kinds).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
    expect(Object.keys(faults).length).toBeGreaterThan(0)
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
  }, 60_000)

  describeWith(['prometheus'], 'a real Prometheus over it', () => {
    it('reads all pages without a complaint, shows what had traffic and nothing outside the catalogue, and leads from a slow bucket to its trace', async () => {
      const stage = createStage({ system, fault: true, limitMs: 20_000, say() {}, show() {} })
      const prometheus = prometheusOver(system)
      await setFault(system, 'openai', { delayMs: SLOW_MS })
      const asked = await stage.ask(stage.question())
      await clearFault(system, 'openai')
      expect(asked.status).toBe(200)

      const slow = 'http_server_request_duration_seconds_bucket{job="api-gateway"}'
      const found = await settled(
        () => prometheus.exemplars(slow),
        (exemplars) => exemplars.has(asked.traceId),
        20_000
      )
      expect(found.get(asked.traceId)).toBeGreaterThanOrEqual(SLOW_MS / 1000)

      const shown = await prometheus.shown()
      const families = await settled(
        () => prometheus.families(),
        (names) => [...shown].every((name) => names.has(name)),
        10_000
      )
      expect(shown.size).toBeGreaterThan(50)
      expect([...shown].filter((name) => !families.has(name))).toEqual([])
      expect([...families].filter((name) => !Object.hasOwn(catalogue, name) && !name.startsWith('example_'))).toEqual([])
      expect(await prometheus.complaints()).toEqual([])
    }, 60_000)

    it('counts exactly the refusals of the provider that were injected', async () => {
      const stage = createStage({ system, fault: true, limitMs: 20_000, say() {}, show() {} })
      const refused = (snapshot: Snapshot) => snapshot.value('llm-service', 'rag_llm_rate_limited_total')
      const before = refused(await stage.snapshot())
      await setFault(system, 'openai', { status: 429, times: 2, retryAfterSeconds: 1 })
      expect((await stage.ask(stage.question())).status).toBe(200)
      await clearFault(system, 'openai')
      const after = await stage.snapshot()
      expect(after.source).toBe('Prometheus')
      expect(refused(after) - before).toBe(2)
    }, 60_000)
  })

  it('show every metric that the page of requirements names, but those of which it says what they need', async () => {
    // A key to mask, a provider that refuses, and one to go around: these are counted when they first happen.
    const door = { url: system.gateway.url, apiKey: system.people[0]!.apiKey }
    await setFault(system, 'openai', { status: 429, times: 1, retryAfterSeconds: 1 })
    await ask(door, { kind: 'plain', question: 'Who answers when the first provider refuses for a moment?' })
    await setFault(system, 'openai', { status: 500 })
    await ask(door, { kind: 'plain', question: `My key is ${madeUpSecret()}. Who answers when the first provider is broken?` })
    await setFault(system, 'openai', {})
    const page = readFileSync(REQUIREMENTS, 'utf8')
    const texts = new Map(
      await Promise.all(system.services.map(async ({ name, admin }) => [name, await (await fetch(metricsUrl(admin))).text()] as const))
    )
    const shown = (name: string, services: readonly string[] = [...texts.keys()]) =>
      services.some((service) => texts.get(service)!.includes(`# TYPE ${name} `))
    const named = page.split('\n').flatMap((row) => {
      const [has = ''] = row.split('needs ')
      return [...has.matchAll(/`((?:rag|http|process|container|example)_[a-z0-9_]+)`/g)].map(([, name]) => name!)
    })
    expect(new Set(named).size).toBeGreaterThan(25)
    expect([...new Set(named)].filter((name) => !shown(name))).toEqual([])
    // Where a service is named with it, it is that service's.
    const owned = [...page.matchAll(/((?:`[a-z0-9_]+`(?:, )?)+) of ([a-z]+-[a-z]+)/g)].flatMap(([, names = '', service = '']) =>
      names.split(', ').map((name) => [name.replaceAll('`', ''), service] as const)
    )
    expect(owned.length).toBeGreaterThan(10)
    expect(owned.filter(([name, service]) => !shown(name, [service]))).toEqual([])
    const pages = [...new Set([...page.matchAll(/`(\/[a-z]+)`/g)].map(([, path]) => path!))]
    expect(pages.length).toBeGreaterThan(2)
    for (const { admin } of system.services) for (const path of pages) expect((await fetch(`${admin}${path}`)).status, path).toBe(200)
  })

  it.each(played.map((scenario) => [scenario.name, scenario] as const))(
    '%s is shown, and is not when its fault is left out',
    async (_, scenario) => {
      expect((await play(scenario, system, false, () => {}, SHORT_MS)).ok).toBe(false)
      const { checks } = await play(scenario, system, true, () => {})
      expect(checks.length).toBeGreaterThan(0)
      expect(checks.filter(({ ok }) => !ok)).toEqual([])
    },
    90_000
  )
})
