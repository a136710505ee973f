// What startTracing takes, and how the standard environment variables fill in what is not given.
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { type Duration, durationMs, LONGEST_TIMER_MS, type Masker, type MaskerOptions, RagError } from '@rag/core'
import type { QueueOptions } from './export/exit.js'
import type { ExporterOption, OtlpOptions } from './export/exporters.js'
import type { BaggageOptions } from './propagation/baggage.js'
import type { Incoming } from './propagation/incoming.js'
import type { SamplingOptions } from './sampling/sampler.js'
import { DEFAULT_LIMITS, type SpanLimits } from './span/values.js'

export interface TracingOptions {
  service: string
  version?: string
  environment?: string
  /** @default 'otlp' to `OTEL_EXPORTER_OTLP_ENDPOINT`, else http://localhost:4318 */
  exporter?: ExporterOption
  otlp?: OtlpOptions
  /** Share of traces from 0 to 1, a Sampler of the SDK, or a ratio with rules and a rate. @default 1 */
  sampler?: number | Sampler | SamplingOptions
  /** What a caller's trace context is worth. @default 'link', or `RAG_INCOMING` */
  incoming?: Incoming
  /** Header formats to read and write. @default ['w3c'], or `OTEL_PROPAGATORS` */
  propagators?: readonly ('w3c' | 'b3' | 'b3multi' | 'jaeger')[]
  /** Whose baggage is taken and who gets some. @default nobody */
  baggage?: BaggageOptions
  mask?: Masker | MaskerOptions | false
  /** Processors of the SDK that shall see every span as well. */
  processors?: readonly SpanProcessor[]
  /** More attributes of the resource. */
  resource?: Record<string, string | number | boolean>
  limits?: Partial<SpanLimits>
  /** Whether SIGTERM and SIGINT flush and then end the process where nobody else listens to them. @default true */
  signals?: boolean
  queue?: {
    /** Most spans that wait. @default 16384 */
    spans?: number
    /** Most bytes that wait. @default 8 MiB */
    bytes?: number
    /** Spans of one export. @default 512 */
    batch?: number
    /** Longest wait before an export. @default '1s' */
    delay?: Duration
    /** Longest time of one export. @default '5s' */
    timeout?: Duration
  }
}

export const OPTION_NAMES = [
  'service',
  'version',
  'environment',
  'exporter',
  'otlp',
  'sampler',
  'incoming',
  'propagators',
  'baggage',
  'mask',
  'signals',
  'processors',
  'resource',
  'limits',
  'queue'
] as const

/** Options that have options. */
export const PART_NAMES = {
  otlp: ['url', 'headers', 'protocol'],
  limits: ['attributes', 'textLength', 'events', 'links'],
  queue: ['spans', 'bytes', 'batch', 'delay', 'timeout']
} as const

export type Environment = Readonly<Record<string, string | undefined>>

/** The variables that say something: the specification takes an empty one for one that is not set. */
export function setVariables(env: Environment): Environment {
  const set: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    const text = /^(OTEL|RAG)_/.test(name) ? value?.trim() : undefined
    if (text) set[name] = text
  }
  return set
}

export function isDisabled(env: Environment): boolean {
  return env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true'
}

/** Names in a variable, with commas between them. */
export function namesIn(text: string | undefined): string[] {
  return text === undefined
    ? []
    : text
        .toLowerCase()
        .split(',')
        .flatMap((name) => name.trim() || [])
}

export function queueOptions(
  { spans, bytes, batch, delay, timeout }: NonNullable<TracingOptions['queue']>,
  env: Environment
): QueueOptions {
  const maxSpans = whole('queue.spans', spans ?? fromEnv(env, 'OTEL_BSP_MAX_QUEUE_SIZE') ?? 16_384)
  return {
    maxSpans,
    maxBytes: whole('queue.bytes', bytes ?? 8 * 1024 * 1024),
    batchSpans: Math.min(maxSpans, whole('queue.batch', batch ?? fromEnv(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE') ?? 512)),
    delayMs: timerMs('queue.delay', delay ?? fromEnv(env, 'OTEL_BSP_SCHEDULE_DELAY') ?? 1000),
    timeoutMs: timerMs(
      'queue.timeout',
      timeout ?? fromEnv(env, 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT') ?? fromEnv(env, 'OTEL_EXPORTER_OTLP_TIMEOUT') ?? 5000
    )
  }
}

export function spanLimits(given: Partial<SpanLimits>, env: Environment): SpanLimits {
  const { attributes, textLength, events, links } = DEFAULT_LIMITS
  return {
    attributes: whole(
      'limits.attributes',
      given.attributes ?? fromEnv(env, 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT') ?? fromEnv(env, 'OTEL_ATTRIBUTE_COUNT_LIMIT') ?? attributes
    ),
    textLength: whole(
      'limits.textLength',
      given.textLength ??
        fromEnv(env, 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT') ??
        fromEnv(env, 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT') ??
        textLength
    ),
    events: whole('limits.events', given.events ?? fromEnv(env, 'OTEL_SPAN_EVENT_COUNT_LIMIT') ?? events),
    links: whole('limits.links', given.links ?? fromEnv(env, 'OTEL_SPAN_LINK_COUNT_LIMIT') ?? links)
  }
}

/** The sampler that `OTEL_TRACES_SAMPLER` names; an unknown one is left out, as the specification asks. */
export function envSampler(env: Environment): number | undefined {
  const argument = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? 1)
  const ratio = argument >= 0 && argument <= 1 ? argument : 1
  const samplers = new Map([
    ['always_on', 1],
    ['always_off', 0],
    ['traceidratio', ratio]
  ])
  return samplers.get(env['OTEL_TRACES_SAMPLER']?.toLowerCase().replace(/^parentbased_/, '') ?? '')
}

function fromEnv(env: Environment, name: string): number | undefined {
  const text = env[name]
  return text !== undefined && /^\d{1,15}$/.test(text) && Number(text) > 0 ? Number(text) : undefined
}

function timerMs(option: string, value: Duration): number {
  return Math.min(durationMs(option, value), LONGEST_TIMER_MS)
}

function whole(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RagError('RAG_TRACING_LIMIT', { option, value, problem: 'this is no limit', fix: 'give a positive whole number' })
}
