// Which traces are recorded: the parent decides, else a ratio of trace ids, rules by path, at most so many a second.
import { type Attributes, type Context, type Link, type SpanKind, TraceFlags, type TraceState } from '@opentelemetry/api'
import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace-base'
import { RagError } from '@rag/core'
import type { KeepOptions } from './late.js'

/** The first rule that fits a root operation gives its ratio. */
export interface SamplingRule {
  /** Path of the request or name of the operation; `*` stands for anything. */
  match: string
  method?: string
  /** Share of traces, from 0 to 1. */
  ratio: number
}

export interface SamplingOptions {
  /** Share of the traces that start here, from 0 to 1. */
  ratio?: number
  rules?: readonly SamplingRule[]
  /** Most traces a second, those that a trusted caller asks for included. */
  perSecond?: number
  /** Keeps this process's spans of unsampled traces that failed, were slow or met a budget, by deciding at the end. @default false */
  keep?: boolean | KeepOptions
}

/** Decides on a trace by its first span here: the path of a request or the name of an operation, and the method of a request. */
export type Decision = (traceId: string, name: string, method: string | undefined) => boolean

/** What decides: for roots, and for traces that a trusted caller wants sampled. */
export interface Decider {
  root: Decision
  /** Whether the sampled flag of another process may count for this trace now. */
  forced: Decision
  /** What is kept of traces that were not sampled. */
  keep?: KeepOptions | undefined
  /** The application's own sampler, asked for every span. */
  sampler: Sampler | undefined
}

const ROOT_RATIO = 1
/** Traces a second beyond our own ratio that trusted callers may ask for. */
const FORCED_PER_SECOND = 100

const OPTIONS = new Set(['ratio', 'rules', 'perSecond', 'keep'])
const KEEP_OPTIONS = new Set(['errors', 'slowerThan', 'budgets', 'spans'])

/** @throws RagError `RAG_TRACING_SAMPLER` */
export function createDecider(given: number | Sampler | SamplingOptions | undefined): Decider {
  const always = (): boolean => true
  if (given === undefined) return { root: always, forced: always, sampler: undefined }
  if (typeof given === 'number') {
    const rated = rate('sampler', given)
    return { root: rated.takes, forced: forcedBeyond(() => rated), sampler: undefined }
  }
  if (typeof given !== 'object' || given === null) throw wrong('sampler', given)
  if ('shouldSample' in given) return { root: always, forced: always, sampler: given }
  const { ratio = ROOT_RATIO, rules = [], perSecond, keep = false } = given
  for (const key of Object.keys(given)) if (!OPTIONS.has(key)) throw wrong(`sampler.${key}`, (given as Record<string, unknown>)[key])
  if (!Array.isArray(rules)) throw wrong('sampler.rules', rules)
  if (typeof keep === 'object' && keep !== null) {
    for (const key of Object.keys(keep))
      if (!KEEP_OPTIONS.has(key)) throw wrong(`sampler.keep.${key}`, (keep as Record<string, unknown>)[key])
  } else if (typeof keep !== 'boolean') throw wrong('sampler.keep', keep)
  const base = rate('sampler.ratio', ratio)
  const compiled = rules.map((rule: SamplingRule | null) => ({
    pattern: glob(rule?.match),
    method: rule?.method,
    rated: rate('sampler.rules.ratio', rule?.ratio)
  }))
  const ratedFor = (name: string, method: string | undefined): Rated =>
    compiled.find((rule) => (rule.method === undefined || rule.method === method) && rule.pattern.test(name))?.rated ?? base
  if (perSecond !== undefined && !(perSecond > 0)) throw wrong('sampler.perSecond', perSecond)
  const allow = perSecond === undefined ? always : tokenBucket(perSecond)
  return {
    root: (traceId, name, method) => ratedFor(name, method).takes(traceId) && allow(),
    forced: perSecond === undefined ? forcedBeyond(ratedFor) : (_, name, method) => ratedFor(name, method).ratio > 0 && allow(),
    sampler: undefined,
    keep: keep === true ? {} : keep === false ? undefined : keep
  }
}

/** A ratio and what it takes. */
interface Rated {
  readonly ratio: number
  takes(traceId: string): boolean
}

function rate(option: string, ratio: unknown): Rated {
  const checked = checkRatio(option, ratio)
  return { ratio: checked, takes: ratioDecision(checked) }
}

/** What our own ratio takes is free; beyond it callers get so many a second, and none where the ratio is 0. */
function forcedBeyond(ratedFor: (name: string, method: string | undefined) => Rated): Decision {
  const allow = tokenBucket(FORCED_PER_SECOND)
  return (traceId, name, method) => {
    const { ratio, takes } = ratedFor(name, method)
    return ratio > 0 && (takes(traceId) || allow())
  }
}

/** The decision of the SDK's TraceIdRatioBasedSampler, so that services with either agree. */
function ratioDecision(ratio: number): (traceId: string) => boolean {
  if (ratio >= 1) return () => true
  if (ratio <= 0) return () => false
  const bound = Math.floor(ratio * 0xffffffff)
  return (traceId) => {
    let sum = 0
    for (let index = 0; index < 32; index += 8) sum = (sum ^ Number.parseInt(traceId.slice(index, index + 8), 16)) >>> 0
    return sum < bound
  }
}

/** Asks the application's sampler; one that throws records nothing. */
export function askSampler(
  sampler: Sampler,
  context: Context,
  traceId: string,
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  links: Link[]
): { flags: TraceFlags; attributes?: Attributes | undefined; traceState?: TraceState | undefined } {
  try {
    const { decision, attributes: added, traceState } = sampler.shouldSample(context, traceId, name, kind, attributes, links)
    return {
      flags: decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE,
      attributes: added,
      traceState
    }
  } catch {
    return { flags: TraceFlags.NONE }
  }
}

function tokenBucket(perSecond: number): () => boolean {
  const capacity = Math.max(1, perSecond)
  let tokens = capacity
  let filled = performance.now()
  return () => {
    const time = performance.now()
    tokens = Math.min(capacity, tokens + ((time - filled) / 1000) * perSecond)
    filled = time
    if (tokens < 1) return false
    tokens--
    return true
  }
}

function glob(pattern: unknown): RegExp {
  if (typeof pattern !== 'string' || pattern === '') throw wrong('sampler.rules.match', pattern)
  return new RegExp(
    `^${pattern
      .split(/\*+/)
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's'
  )
}

function checkRatio(option: string, ratio: unknown): number {
  if (typeof ratio === 'number' && ratio >= 0 && ratio <= 1) return ratio
  throw wrong(option, ratio)
}

function wrong(option: string, value: unknown): RagError {
  return new RagError('RAG_TRACING_SAMPLER', {
    option,
    value,
    problem: 'this is no way to sample',
    fix: 'pass a ratio from 0 to 1, a Sampler of the SDK, or { ratio, rules, perSecond, keep }'
  })
}
