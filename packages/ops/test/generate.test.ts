import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { AnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1'
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'
import { logFields } from '@rag/core/catalogue'
import { Deployment } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { ResourceQuota, Service } from 'kubernetes-models/v1'
import { afterAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { describeWith } from '../../../scripts/test-support.js'
import { staleArtifacts } from '../src/generate/write.js'
import { allAlerts, generate, resolveConfig, writeArtifacts } from '../src/index.js'
import { full } from './kit.js'

const model = resolveConfig(full)
const files = generate(model)
const folder = mkdtempSync(join(tmpdir(), 'rag-ops-generate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('rag-ops generate', () => {
  it('gives the same bytes for the same model, in the same order', () => {
    const again = generate(resolveConfig(structuredClone(full)))
    expect(Object.entries(again)).toEqual(Object.entries(files))
    expect(Object.keys(files).length).toBeGreaterThan(150)
  })

  it('means the same to readers of YAML 1.1, such as kubectl, whatever a service is called', () => {
    const service = { role: 'rag', targets: ['a:9464'] } as const
    const names = ['no', 'on', 'y', '1e3', '010', '0x1f', '0o7', '1.5', 'null', 'true']
    const odd = { ...full, environment: 'no', services: Object.fromEntries(names.map((name) => [name, service])) }
    for (const [name, text] of Object.entries(generate(resolveConfig(odd)))) {
      if (!/\.ya?ml$/.test(name)) continue
      const read = (version: '1.1' | '1.2') => parseAllDocuments(text, { version }).map((document) => document.toJS() as unknown)
      expect(read('1.1'), name).toEqual(read('1.2'))
    }
  })

  it('writes once, leaves edited files alone and says so, removes what is no longer made', () => {
    const at = join(folder, 'write')
    expect(writeArtifacts(at, files).written).toHaveLength(Object.keys(files).length)
    const before = snapshot(at)
    expect(writeArtifacts(at, files)).toMatchObject({ written: [], edited: [], removed: [] })
    expect(snapshot(at)).toEqual(before)
    writeFileSync(join(at, 'reference.md'), 'mine')
    const { 'canary/README.md': _, ...fewer } = { ...files, 'reference.md': 'new' } as Record<string, string>
    expect(writeArtifacts(at, fewer)).toMatchObject({ written: [], edited: ['reference.md'], removed: ['canary/README.md'] })
    expect(readFileSync(join(at, 'reference.md'), 'utf8')).toBe('mine')
    expect(staleArtifacts(at, files)).toMatchObject({ missing: ['canary/README.md'], edited: ['reference.md'] })
    expect(writeArtifacts(at, fewer, { force: true }).written).toEqual(['reference.md'])
  })

  it('gives every alert priority, type, a figure of impact, a runbook and a dashboard that exist', () => {
    const runbooks = Object.keys(files)
    for (const { name, priority, type, impact, dashboard, summary } of allAlerts(model)) {
      expect(runbooks).toContain(`runbooks/${name}.md`)
      expect(runbooks).toContain(`grafana/dashboards/rag-${dashboard}.json`)
      expect(priority).toMatch(/^P[0-4]$/)
      expect(type).not.toBe('')
      expect(summary).not.toBe('')
      expect(impact, name).toMatch(/\{\{ \$value|\d|None|source_alert/)
    }
  })

  it('links dashboards that exist, in both schemas', () => {
    for (const grafana of ['classic', 'v2'] as const) {
      const made = generate(resolveConfig({ ...full, targets: { grafana } }))
      const boards = Object.entries(made).filter(([path]) => path.startsWith('grafana/dashboards/'))
      const uids = boards.map(([path]) => path.replace(/^.*\/|\.json$/g, ''))
      expect(boards.length).toBeGreaterThanOrEqual(14)
      for (const [, text] of boards) {
        const links = [...text.matchAll(/"url": "\/d\/([\w-]+)"/g)].map(([, uid]) => uid)
        expect(links.length).toBe(uids.length - 1)
        for (const uid of links) expect(uids).toContain(uid)
        const document = JSON.parse(text) as { schemaVersion?: number; spec?: { elements: object } }
        if (grafana === 'v2') expect(Object.keys(document.spec!.elements).length).toBeGreaterThan(2)
        else expect(document.schemaVersion).toBeGreaterThan(30)
      }
    }
  })

  it('degrades by target: Teams by the bridge for Alertmanager 0.25, by its own receiver for 0.28', () => {
    expect(files['alertmanager/alertmanager.yml']).toContain('http://127.0.0.1:9095/teams')
    const current = generate(resolveConfig({ ...full, targets: { alertmanager: '0.28' } }))['alertmanager/alertmanager.yml']
    expect(current).toContain('msteamsv2_configs')
    expect(current).not.toContain(':9095/teams')
  })

  it('makes Kubernetes objects that the typed models of their APIs accept, and the models refuse broken ones', () => {
    const kinds = {
      Deployment,
      HorizontalPodAutoscaler,
      PodDisruptionBudget,
      ResourceQuota,
      Service,
      ServiceMonitor,
      ScaledObject,
      AnalysisTemplate
    }
    const seen = new Set<string>()
    for (const [path, text] of Object.entries(files)) {
      if (!/^(kubernetes\/(base|keda)|canary\/argo)\/.*\.yml$/.test(path)) continue
      for (const document of parseAllDocuments(text)) {
        const { apiVersion: _, kind, ...rest } = document.toJS() as { apiVersion: string; kind: keyof typeof kinds }
        if (!(kind in kinds)) continue
        seen.add(kind)
        const Kind = kinds[kind] as unknown as new (data: object) => { validate(): void }
        expect(() => new Kind(rest).validate(), `${path} ${kind}`).not.toThrow()
        expect(
          () =>
            new Kind({
              ...rest,
              spec: { replicas: 'two', minAvailable: {}, hard: 5, ports: 'x', endpoints: 5, metrics: 5, selector: 5 }
            }).validate(),
          kind
        ).toThrow()
      }
    }
    expect([...seen].sort()).toEqual(Object.keys(kinds).sort())
  })

  it('maps every field of a log line in the index template', () => {
    const { template } = JSON.parse(files['elasticsearch/component-template.json']!) as {
      template: { mappings: { properties: Record<string, never> } }
    }
    for (const { ecs } of logFields) {
      if (ecs === null) continue
      let node: { properties?: Record<string, never>; type?: string } = template.mappings as never
      for (const part of ecs.split('.')) node = (node.properties?.[part] ?? {}) as never
      expect(node.type ?? node.properties, ecs).toBeDefined()
    }
  })
})

describeWith(['prometheus', 'alertmanager'], 'generated files in the oldest targets', () => {
  const at = join(folder, 'tools')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, path)), { recursive: true })
    writeFileSync(join(at, path), text)
  }
  const tool = (command: string, ...values: string[]) => spawnSync(command, values, { encoding: 'utf8', cwd: at })

  it('load: promtool and amtool find nothing wrong', () => {
    const config = tool('promtool', 'check', 'config', 'prometheus/prometheus.yml')
    expect(config.stderr + config.stdout).not.toContain('FAILED')
    expect(config.status).toBe(0)
    expect(tool('amtool', 'check-config', 'alertmanager/alertmanager.yml').status).toBe(0)
  })

  it.each([
    ['P0', { alertname: 'ServiceDown', priority: 'P0' }, 'p0'],
    ['P1', { alertname: 'DependencyDown', priority: 'P1' }, 'p1'],
    ['P2', { alertname: 'SlowQueries', priority: 'P2' }, 'p2'],
    ['P3', { alertname: 'LlmUnknownPrice', priority: 'P3' }, 'p3'],
    ['P4', { alertname: 'LlmPricesOld', priority: 'P4' }, 'p4'],
    ['the escalation', { alertname: 'Unanswered', priority: 'P0', source_alert: 'DependencyDown' }, 'p0'],
    ['the watchdog', { alertname: 'Watchdog', priority: 'P4' }, 'deadman'],
    ['a burn rate', { alertname: 'ErrorBudgetBurnFast', priority: 'P1' }, 'p1'],
    ['what was down a moment ago', { alertname: 'RecentCause', priority: 'P4' }, 'nobody'],
    ['a release', { alertname: 'ReleaseInProgress', priority: 'P4' }, 'nobody'],
    ['an alert without priority', { alertname: 'SomebodyElse' }, 'p2']
  ])('route %s to whom they belong', (_, labels, receiver) => {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    const routed = tool('amtool', 'config', 'routes', 'test', '--config.file=alertmanager/alertmanager.yml', ...pairs)
    expect(routed.stdout.trim()).toBe(receiver)
  })
})

function snapshot(at: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(at, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), 'utf8')])
  )
}
