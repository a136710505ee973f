// CloudWatch Embedded Metric Format: figures as JSON lines, from which CloudWatch makes metrics. No agent, no network, nothing that can fail a request.
import {
  checkOptions,
  checkService,
  type Duration,
  durationMs,
  type Labels,
  LONGEST_TIMER_MS,
  type Observer,
  RagError,
  type Source
} from '@rag/core'
import { catalogue, type MetricName } from '@rag/core/catalogue'
import { createSink, type Destination } from '../destination/create.js'
import { escapeHostile } from '../escape.js'

export interface EmfOptions {
  service: string
  /** @default 'rag' */
  namespace?: string
  environment?: string
  /** How often figures are written. @default '60s' */
  every?: Duration
  /** Where the lines go: stdout on Lambda and ECS, a file that the CloudWatch agent reads elsewhere. @default 'stdout' */
  destination?: Destination
}

export interface EmfWriter {
  /** Give it to the producers beside the others; it writes what sources say. */
  readonly observer: Observer
  /** Writes the figures now. */
  write(): void
  close(): Promise<void>
}

/** Limits of the format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const MAX_METRICS = 100
const LONGEST_DIMENSION = 1024
const UNITS: Readonly<Record<string, string>> = { seconds: 'Seconds', bytes: 'Bytes' }

interface Figures {
  readonly dimensions: Record<string, string>
  readonly values: Map<MetricName, number>
}

/**
 * Writes the figures of every source as metrics of CloudWatch: counters as what came since the last time, all else as it is.
 *
 * @throws RagError `RAG_CORE_SERVICE`, `RAG_CORE_DURATION`, `RAG_CORE_UNKNOWN_OPTION`, `RAG_LOGGER_OPTION`, `RAG_LOGGER_DESTINATION`
 * @example
 * const emf = createEmfWriter({ service: 'rag-engine', namespace: 'Search' })
 * registerSource([emf.observer], logControl(logger).source)
 */
export function createEmfWriter(options: EmfOptions): EmfWriter {
  const service = checkService('createEmfWriter', (options as EmfOptions | undefined)?.service)
  checkOptions('createEmfWriter', options, ['service', 'namespace', 'environment', 'every', 'destination'])
  const { namespace = 'rag', environment, every = '60s', destination } = options
  if (!/^(?!AWS\/)[\w.\-/#:]{1,255}$/.test(namespace)) {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: 'namespace',
      value: namespace,
      problem: 'CloudWatch takes no such namespace',
      fix: `use letters, digits and . - _ / # :, and nothing that starts with 'AWS/'`
    })
  }
  const everyMs = durationMs('every', every)
  const sink = createSink(destination)
  const sources = new Set<Source>()
  const before = new Map<string, number>()
  const timer = setInterval(write, Math.min(everyMs, LONGEST_TIMER_MS)).unref()

  function write(): void {
    const groups = new Map<string, Figures>()
    for (const source of sources) {
      try {
        source.read((name, value, labels) => collect(groups, name, value, labels))
      } catch {
        // A source that throws costs its own figures.
      }
    }
    for (const { dimensions, values } of groups.values()) {
      const entries = [...values]
      for (let at = 0; at < entries.length; at += MAX_METRICS) sink.write(line(dimensions, entries.slice(at, at + MAX_METRICS)))
    }
  }

  function collect(groups: Map<string, Figures>, name: MetricName, value: number, labels: Labels = {}): void {
    if (!Number.isFinite(value)) return
    const dimensions = dimensionsOf(labels)
    const key = JSON.stringify(dimensions)
    const figure = catalogue[name]?.kind === 'counter' ? since(name + key, value) : value
    const group = groups.get(key) ?? { dimensions, values: new Map() }
    groups.set(key, group)
    group.values.set(name, (group.values.get(name) ?? 0) + figure)
  }

  /** What a counter grew by; it begins again at 0 with its process. */
  function since(key: string, total: number): number {
    const last = before.get(key) ?? 0
    before.set(key, total)
    return total >= last ? total - last : total
  }

  function dimensionsOf(labels: Labels): Record<string, string> {
    const dimensions: Record<string, string> = { service, ...(environment && { environment }) }
    for (const [label, value] of Object.entries(labels)) {
      const text = String(value ?? '').slice(0, LONGEST_DIMENSION)
      if (text !== '') dimensions[label] = text
    }
    return dimensions
  }

  function line(dimensions: Record<string, string>, values: readonly (readonly [MetricName, number])[]): string {
    const metrics = values.map(([name]) => ({
      Name: name,
      Unit: catalogue[name]?.kind === 'counter' ? 'Count' : (UNITS[catalogue[name]?.unit ?? ''] ?? 'None')
    }))
    const directive = { Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics: metrics }
    const body = { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] }, ...dimensions, ...Object.fromEntries(values) }
    return `${escapeHostile(JSON.stringify(body))}\n`
  }

  return {
    observer: {
      id: 'emf',
      service,
      source(source) {
        sources.add(source)
        return () => sources.delete(source)
      }
    },
    write,
    async close() {
      clearInterval(timer)
      write()
      await sink.close(1000)
    }
  }
}
