// What rag-ops made for this deployment and the repository keeps: current to the byte, without a problem, and used where it should be.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { checkFiles, generate, loadConfig } from '../../../../packages/ops/src/index.js'
import { configuration } from '../src/system/watch.js'

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url))
const generated = join(deploy, 'generated')
const SERVICES = ['api-gateway', 'auth-service', 'document-service', 'frontend', 'llm-service', 'rag-engine']
/** What is kept; `npm run demo -- generate` makes the rest for who wants it. */
const KEPT = /^(kubernetes|grafana|prometheus\/rules)\//

const { model } = await loadConfig(undefined, deploy)
const made = generate(model)
const filesOf = (folder: string) =>
  readdirSync(join(generated, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(generated.length + 1))

it('is what would be made now, byte for byte: else run npm run demo -- generate', () => {
  const kept = Object.keys(made).filter((path) => KEPT.test(path))
  expect(kept.length).toBeGreaterThan(40)
  const stale = kept.filter((path) => readFileSync(join(generated, path), 'utf8') !== made[path])
  expect(stale).toEqual([])
  expect([...filesOf('kubernetes'), ...filesOf('grafana'), ...filesOf('prometheus/rules')].sort()).toEqual(kept.sort())
})

it('asks only for metrics, labels and values that services have', () => {
  expect(checkFiles(model, made)).toEqual([])
  // The check can fail.
  const wrong = { 'rules/x.yml': 'groups:\n  - name: x\n    rules:\n      - alert: X\n        expr: rag_no_such_metric > 0\n' }
  expect(checkFiles(model, wrong).map(({ file }) => file)).toEqual(['rules/x.yml'])
})

it('has a base with every service of ours, bounded and without root, and two overlays over it', () => {
  for (const name of SERVICES) {
    const objects = parseAllDocuments(readFileSync(join(generated, `kubernetes/base/${name}.yml`), 'utf8')).map((one) => one.toJS())
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['Deployment', 'Service', 'PodDisruptionBudget', 'HorizontalPodAutoscaler', 'ServiceMonitor'])
    )
    const { securityContext, containers } = objects.find(({ kind }) => kind === 'Deployment').spec.template.spec
    expect(securityContext.runAsNonRoot).toBe(true)
    expect(containers[0].resources.limits.memory).toMatch(/Mi$/)
  }
  const base = parse(readFileSync(join(generated, 'kubernetes/base/kustomization.yml'), 'utf8')) as { resources: string[] }
  expect(base.resources).toEqual(expect.arrayContaining(SERVICES.map((name) => `${name}.yml`)))
  for (const overlay of ['staging', 'production']) {
    const { resources } = parse(readFileSync(join(generated, `kubernetes/overlays/${overlay}/kustomization.yml`), 'utf8'))
    expect(resources).toContain('../../base')
  }
})

it('expects each service under the labels that Prometheus gives it, in the demo and in the deploy set: else ServiceDown fires for ever', () => {
  const { groups } = parse(readFileSync(join(generated, 'prometheus/rules/plan.rules.yml'), 'utf8')) as {
    groups: { rules: { record: string; labels: object }[] }[]
  }
  const expected = groups.flatMap(({ rules }) => rules.filter(({ record }) => record === 'service:rag_expected:info'))
  expect(expected).toHaveLength(SERVICES.length)
  const demo = configuration(SERVICES.map((name) => [name, 1] as const))
  for (const text of [demo, readFileSync(join(deploy, 'prometheus/prometheus.yml'), 'utf8'), made['prometheus/prometheus.yml']!]) {
    const { scrape_configs } = parse(text) as { scrape_configs: { static_configs: { labels: { service: string } }[] }[] }
    const given = scrape_configs.flatMap(({ static_configs }) => static_configs.map(({ labels }) => labels))
    const byService = (one: { service: string }, other: { service: string }) => one.service.localeCompare(other.service)
    expect(given.sort(byService)).toEqual(expected.map(({ labels }) => labels as { service: string }).sort(byService))
  }
})
