// Everything that has left the services up to now: figures by service, spans, log lines.
import { setTimeout as pause } from 'node:timers/promises'
import { matching, parseExposition, type Sample, total } from '../read/exposition.js'
import { type LogLine, readLines } from '../read/ndjson.js'
import type { ReadSpan } from '../read/spans.js'
import { metricsUrl } from '../readings.js'
import type { Service } from '../system/environments.js'
import type { System } from '../system/system.js'

export interface Snapshot {
  /** The sum of a metric of a service over the label sets that match. */
  value(service: Service, name: string, labels?: Readonly<Record<string, string>>): number
  samples(service: Service, name: string, labels?: Readonly<Record<string, string>>): readonly Sample[]
  readonly spans: readonly ReadSpan[]
  /** Spans of a service that the collector had had before the figures were read, and those it had had then. */
  received(service: Service): { readonly before: number; readonly after: number }
  lines(service: Service): readonly LogLine[]
  /** Where the figures are from. */
  readonly source: 'Prometheus' | '/metrics'
}

interface VectorResult {
  data: { result: { metric: Record<string, string>; value: [number, string] }[] }
}

export async function takeSnapshot(system: System): Promise<Snapshot> {
  const { prometheus } = system.watch
  const services = system.services
  const before = receivedOf(system)
  // Figures first: whoever reads them has what waits recorded, so that the lines of it are in the files.
  const figures = await (prometheus ? fromPrometheus(prometheus, services.length) : fromServices(system))
  const spans = [...system.sink.spans]
  const after = receivedOf(system)
  const lines = await Promise.all(services.map(async ({ name, log }) => [name, await readLines(log)] as const))
  const byLog = new Map(lines)
  return {
    value: (service, name, labels) => total(figures.get(service) ?? [], name, labels),
    samples: (service, name, labels) => matching(figures.get(service) ?? [], name, labels),
    spans,
    received: (service) => ({ before: before.get(service) ?? 0, after: after.get(service) ?? 0 }),
    lines: (service) => byLog.get(service) ?? [],
    source: prometheus ? 'Prometheus' : '/metrics'
  }
}

function receivedOf({ sink }: System): ReadonlyMap<string, number> {
  return new Map([...sink.counts].map(([service, { all }]) => [service, all]))
}

async function fromServices({ services }: System): Promise<Map<string, Sample[]>> {
  const read = async (admin: string) => parseExposition(await fetch(metricsUrl(admin)).then((reply) => reply.text()))
  return new Map(await Promise.all(services.map(async ({ name, admin }) => [name, await read(admin)] as const)))
}

/** After a scrape of every service that began after this call: what has happened until now is in it. */
async function fromPrometheus(url: string, services: number): Promise<Map<string, Sample[]>> {
  const query = async (expression: string) =>
    ((await (await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression })}`)).json()) as VectorResult).data.result
  const asked = Date.now() / 1000
  for (let tries = 0; tries < 100; tries++) {
    const fresh = await query(`count((timestamp(up) > ${asked}) and (up == 1))`)
    if (Number(fresh[0]?.value[1] ?? 0) >= services) break
    await pause(100)
  }
  const found = new Map<string, Sample[]>()
  for (const { metric, value } of await query('{job!=""}')) {
    const { __name__: name = '', job = '', ...labels } = metric
    const samples = found.get(job) ?? []
    found.set(job, samples)
    samples.push({ name, labels, value: Number(value[1]) })
  }
  return found
}
