// What a real Prometheus over the demo knows, for the test that holds it against the catalogue, the pages and the faults injected.
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { catalogue, type MetricDefinition } from '@rag/core/catalogue'
import { metricsUrl } from '../src/readings.js'
import type { System } from '../src/system/system.js'

const definitions: Readonly<Record<string, MetricDefinition>> = catalogue

export interface PrometheusView {
  /** Names of what the services sent, a histogram as one. */
  families(): Promise<Set<string>>
  /** Families on the pages of the services that have a value, a histogram as one. */
  shown(): Promise<Set<string>>
  /** Trace ids by value, of the exemplars of a series. */
  exemplars(query: string): Promise<ReadonlyMap<string, number>>
  /** What Prometheus complained of while it read the pages. */
  complaints(): Promise<string[]>
}

export function prometheusOver(system: System): PrometheusView {
  const url = system.watch.prometheus!
  const api = async <T>(path: string) => ((await (await fetch(`${url}/api/v1/${path}`)).json()) as { data: T }).data
  return {
    async families() {
      const names = await api<string[]>(
        `label/__name__/values?${new URLSearchParams({ 'match[]': '{service!="",__name__!~"up|scrape_.*|ALERTS.*|.*:.*"}' })}`
      )
      return new Set(names.map(familyOf))
    },
    async shown() {
      const families = new Set<string>()
      for (const { admin } of system.services) {
        const page = await (await fetch(metricsUrl(admin))).text()
        for (const [, name] of page.matchAll(/^([a-z][a-z0-9_]*)[ {]/gm)) families.add(familyOf(name!))
      }
      return families
    },
    async exemplars(query) {
      const now = Date.now() / 1000
      const found = await api<{ exemplars: { labels: { trace_id: string }; value: string }[] }[]>(
        `query_exemplars?${new URLSearchParams({ query, start: String(now - 600), end: String(now + 60) })}`
      )
      return new Map(found.flatMap(({ exemplars }) => exemplars).map(({ labels, value }) => [labels.trace_id, Number(value)]))
    },
    async complaints() {
      const log = await readFile(join(dirname(system.gateway.log), 'prometheus.stderr'), 'utf8')
      return log.split('\n').filter((line) => /scrape/i.test(line) && /level=(warn|error)|append failed|Error on ingesting/i.test(line))
    }
  }
}

function familyOf(name: string): string {
  const base = name.replace(/_(bucket|sum|count)$/, '')
  return definitions[base]?.kind === 'histogram' ? base : name
}
