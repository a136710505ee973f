// The face of the package: what createMetrics() takes and gives.
import type { Account, Admin, AdminOptions, AdminPage, Duration, Masker, MaskerOptions, Observer } from '@rag/core'
import type { MetricDefinition } from '@rag/core/catalogue'
import type { OwnDefinition, OwnMetric } from './define-metric.js'
import type { OtlpOptions } from './push/otlp.js'
import type { Pushgateway, PushgatewayOptions } from './push/pushgateway.js'
import type { OwnRegistry } from './registry/own.js'
import type { RegistryLike } from './registry/types.js'
import type { CollectOptions, Collector, RunningCollector } from './stores/collector.js'
import type { Top, TopDefinition } from './top.js'

export interface MetricsOptions<R extends RegistryLike = OwnRegistry> {
  /** Name of the service. */
  service: string
  /** Version shown by `rag_build_info`. @default OTEL_RESOURCE_ATTRIBUTES service.version, else 'unknown' */
  version?: string
  /** Deployment environment. @default OTEL_RESOURCE_ATTRIBUTES deployment.environment.name, else NODE_ENV, else 'development' */
  environment?: string
  /** A registry of prom-client or its successor: our metrics join it, and our page shows what else is in it. @default one of our own */
  registry?: R
  /** Process, container, event loop and garbage collector. @default true */
  resources?: boolean
  /** Duration from which a call to a data store counts as slow. @default '500ms' */
  slow?: Duration
  limits?: {
    /** Label sets in this process. @default 10000 */
    series?: number
    /** Label sets of one metric. @default 2000 */
    seriesPerMetric?: number
  }
  /**
   * Keeps native (exponential) buckets beside the fixed ones for the durations of HTTP requests and model calls, and offers the protobuf
   * format that carries them to Prometheus. Its OTLP form is the exponential histogram. @default false
   */
  nativeHistograms?: boolean
  /** Pushes the same metrics as OTLP over HTTP (JSON, gzipped). @default false, unless OTEL_METRICS_EXPORTER is `otlp` */
  otlp?: boolean | OtlpOptions
  /** Masks label values when a label set is first seen. @default a masker with defaults */
  mask?: Masker | MaskerOptions | false
  /** Takes one line a metric when its bounds are reached. @default process.emitWarning */
  warn?: (message: string) => void
}

/** A judgement of an answer by its user. */
export interface Feedback {
  /** What is judged, such as the id of an answer; never a label. */
  target?: string
  /** Above 0 positive, below 0 negative, 0 neutral; true and false are 1 and -1. */
  score: number | boolean
}

/** A score of an answer by an evaluation. */
export interface Evaluation {
  /** Name of the evaluation, such as `faithfulness`. */
  name: string
  /** 0 to 1. */
  score: number
  /** Name of the prompt behind the answer. */
  prompt?: string
  promptVersion?: string
}

/** The admin listener, with further pages beside `/metrics`. */
export type AdminWithPages = AdminOptions & { pages?: Readonly<Record<string, AdminPage>> }

export interface Metrics<R extends RegistryLike = OwnRegistry> {
  /** The registry that was given, or one of our own with the methods of prom-client's. */
  readonly registry: R
  readonly observer: Observer
  /** The page for Prometheus; OpenMetrics with exemplars when `accept` asks for it. */
  text(accept?: string): Promise<string>
  /** The page for an admin listener: content type negotiated, written in pieces. */
  readonly page: AdminPage
  /**
   * Defines a metric of the application's own.
   *
   * @throws RagError `RAG_METRICS_DEFINITION`
   * @example
   * const indexed = metrics.defineMetric({ name: 'documents_indexed_total', kind: 'counter', help: 'Documents indexed.', labels: { type: { values: ['pdf', 'html'] } } })
   * indexed.inc({ type: 'pdf' })
   */
  defineMetric<const D extends OwnDefinition>(definition: D): OwnMetric<D>
  /**
   * A figure by user or tenant that shows the largest few and the rest as one. No figure of this SDK is by user unless it is asked for here
   * or by a label with `hashed`.
   *
   * @throws RagError `RAG_METRICS_DEFINITION`
   * @example
   * const spend = metrics.defineTop({ name: 'user_cost_usd', unit: 'usd', help: 'USD by user.', label: 'user', top: 10 })
   * spend.add(userId, costUsd)
   */
  defineTop(definition: TopDefinition): Top
  /** The catalogue and the metrics that the application has defined. */
  definitions(): readonly MetricDefinition[]
  /** Opens the admin listener with `/metrics`; nothing listens before. In a cluster the primary listens, and a worker is told where. Rejects when the port is in use. */
  admin(options?: AdminWithPages): Promise<Admin>
  /** Counts a judgement of an answer in `rag_feedback_total`. */
  feedback(feedback: Feedback): void
  /** Counts an evaluation of a feature flag in `rag_flag_evaluations_total`. */
  flag(name: string, variant: string | boolean): void
  /** Marks a release now in `rag_release_timestamp_seconds`. @default version the version of the service */
  release(version?: string): void
  /** Records a score in `rag_evaluation_score`. */
  evaluation(evaluation: Evaluation): void
  /** Shows the non-secret part of a configuration as a fingerprint, so that a change can be seen. Returns it. */
  fingerprint(configuration: unknown): string
  /** Watches a pool of connections by its shape (pg, generic-pool, tarn). Returns the undo. */
  pool(pool: object, options: { name: string }): () => void
  /** Runs a collector on a schedule of its own. Returns the undo and a way to run it at once. */
  collect(collector: Collector, options?: CollectOptions): Pick<RunningCollector, 'run' | 'stop'>
  /**
   * A Pushgateway, for a job that ends before anybody scrapes it.
   *
   * @throws RagError `RAG_METRICS_PUSH`, `RAG_CORE_DURATION`
   * @example
   * const gateway = metrics.pushGateway({ url: 'http://127.0.0.1:9091', job: 'backup' })
   * await job('backup', { observers: [metrics.observer] }, backup)
   * await gateway.push()
   */
  pushGateway(options: PushgatewayOptions): Pushgateway
  /** Pushes what there is to where `otlp` says. */
  flush(): Promise<void>
  /** Values taken in and dropped; all others are held and shown at each scrape. */
  account(): Account
  /** Pushes a last time, closes admin listeners and collectors; a second call does nothing. */
  shutdown(): Promise<void>
}
