// What observability() takes, and where its defaults come from.
import {
  checkOptions,
  checkService,
  type Duration,
  durationMs,
  environmentIdentity,
  type Masker,
  type MaskerOptions,
  type Peers,
  RagError
} from '@rag/core'
import type { MeterOptions } from '@rag/llm-meter'
import type { Logger, LoggerOptions, LogObserverOptions } from '@rag/logger'
import type { MetricsOptions, RegistryLike } from '@rag/metrics'
import type { TracingOptions } from '@rag/tracing'

/** A part's own options; identity, masker and observers come from the whole. */
type PartOptions<T> = Omit<T, 'service' | 'version' | 'environment' | 'mask' | 'observers'>

export type LoggerPart = PartOptions<LoggerOptions> & {
  /** The line for each request. */
  http?: LogObserverOptions
}

export interface ObservabilityOptions {
  /** Who is speaking; the one option without a default. */
  service: string
  /** Default: `service.version` in `OTEL_RESOURCE_ATTRIBUTES`. */
  version?: string | undefined
  /** Default: `deployment.environment.name` in `OTEL_RESOURCE_ATTRIBUTES`, else `NODE_ENV`, else `development`. */
  environment?: string | undefined
  /** Options of the logger and of its line for each request, an existing pino logger, or false. */
  logger?: LoggerPart | Logger | false
  /** Options of the metrics, an existing prom-client registry, or false. */
  metrics?: PartOptions<MetricsOptions<RegistryLike>> | RegistryLike | false
  tracing?: PartOptions<TracingOptions> | false
  llm?: PartOptions<MeterOptions> | false
  /** One masker for every exit, its options, or false. */
  mask?: Masker | MaskerOptions | false
  /** Names of the services behind addresses, for `peer.service` of what `fetch` calls. Default: `OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING`, else the host. */
  peers?: Peers
  /** The longest that shutdown and flush take together. Default 2 s. */
  deadline?: Duration
}

export interface Identity {
  service: string
  version: string | undefined
  environment: string
}

/**
 * Checks the options of the whole. Parts check their own.
 *
 * @throws RagError for an unknown option, a missing service, a part that is no part or a wrong duration.
 */
export function readOptions(options: ObservabilityOptions): { identity: Identity; deadlineMs: number } {
  const given = options ?? ({} as ObservabilityOptions)
  checkOptions('observability', given, [
    'service',
    'version',
    'environment',
    'logger',
    'metrics',
    'tracing',
    'llm',
    'mask',
    'peers',
    'deadline'
  ])
  for (const part of ['logger', 'metrics', 'tracing', 'llm'] as const) checkPart(part, given[part])
  const named = environmentIdentity()
  return {
    identity: {
      service: checkService('observability', given.service),
      version: text('version', given.version) ?? named.version,
      environment: text('environment', given.environment) ?? named.environment ?? 'development'
    },
    deadlineMs: durationMs('deadline', given.deadline ?? '2s')
  }
}

/** Options, something made before, or false; `true` or `null` would leave open whether the part is wanted. */
function checkPart(option: string, part: unknown): void {
  if (part === undefined || part === false || (typeof part === 'object' && part !== null && !Array.isArray(part))) return
  throw new RagError('RAG_CORE_OPTIONS', {
    option,
    value: typeof part === 'function' ? 'a function' : part,
    problem: 'this is no part',
    fix: `pass its options, such as ${option}: {}, or false to switch it off, or leave it out`
  })
}

/** A text that is not empty; an empty one is often a variable that nobody set. */
function text(option: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value || undefined
  throw new RagError('RAG_CORE_OPTIONS', { option, value, problem: 'this is no text', fix: 'pass a text, or leave it out' })
}
