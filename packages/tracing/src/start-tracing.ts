// startTracing: puts provider, observer, pipeline and exits together.
import { hostname } from 'node:os'
import { type AttributeValue, type Context, propagation } from '@opentelemetry/api'
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import {
  type Account,
  checkOptions,
  checkService,
  closeOnSignal,
  drain,
  type Observer,
  resolveMasker,
  resourceAttributes,
  runScope,
  type Source
} from '@rag/core'
import { oldNamesOf } from './describe/old-names.js'
import { armExit } from './exit-flush.js'
import { bounded, deadlineAfter } from './export/bounded.js'
import { createExits } from './export/exporters.js'
import { joinProvider } from './join-provider.js'
import { noopTracing } from './noop.js'
import { createObserver } from './observer.js'
import {
  type Environment,
  envSampler,
  isDisabled,
  OPTION_NAMES,
  PART_NAMES,
  queueOptions,
  setVariables,
  spanLimits,
  type TracingOptions
} from './options.js'
import { createPipeline } from './pipeline.js'
import { baggageRules } from './propagation/baggage.js'
import { formatsOf } from './propagation/formats.js'
import { treatmentOf } from './propagation/incoming.js'
import { createPropagator } from './propagation/propagator.js'
import { createRecent, type RecentSpan } from './recent.js'
import { createLate } from './sampling/late.js'
import { createDecider } from './sampling/sampler.js'
import type { OwnSpan, SpanOwner } from './span/own-span.js'
import { DEFAULT_LIMITS, eachAttribute, keyedMask, type Mask, maskedKey, maskedValue } from './span/values.js'
import { createTracers } from './tracer.js'

export interface Tracing {
  readonly observer: Observer
  /** The provider whose tracers make spans for these exporters; registered globally unless the application has its own. */
  readonly provider: NodeTracerProvider
  readonly source: Source
  /** recorded = exported + dropped + queued; a span for two exporters is two records. */
  account(): Account
  /** Sends what is finished so far. Never rejects. */
  flush(deadlineMs?: number): Promise<Account>
  /** Sends what is left within one deadline, drops and counts the rest, closes the exporters. The first call counts. Never rejects. */
  shutdown(deadlineMs?: number): Promise<Account>
  /** The last finished spans, masked; kept from the first call on. */
  recent(): RecentSpan[]
}

const SCOPE = { name: '@rag/tracing', version: '0.1.0' }
const DEADLINE_MS = 2000
const RECENT = 200

/**
 * Starts tracing for a service: spans of every operation, of `trace.getTracer()`, and their export.
 *
 * @throws RagError for a missing service, an unknown option, exporter, sampler or format, or a package that an exporter needs.
 * @example
 * const tracing = startTracing({ service: 'rag-engine', exporter: 'otlp' })
 * app.use(httpTracing(tracing))
 */
export function startTracing(options: TracingOptions): Tracing {
  checkOptions('startTracing', options, OPTION_NAMES)
  for (const part of ['otlp', 'limits', 'queue'] as const) checkOptions(`startTracing ${part}`, options[part] ?? {}, PART_NAMES[part])
  const service = checkService('startTracing', options.service)
  const env = setVariables(process.env)
  const {
    version,
    environment,
    exporter,
    otlp = {},
    sampler,
    incoming,
    propagators,
    baggage,
    mask,
    signals = true,
    processors = [],
    limits = {},
    queue = {}
  } = options
  const decider = createDecider(sampler ?? envSampler(env))
  const treatment = treatmentOf(incoming, env['RAG_INCOMING'])
  const formats = formatsOf(propagators, env['OTEL_PROPAGATORS'])
  const rules = baggageRules(baggage)
  const masker = resolveMasker(mask)
  const exits = createExits(exporter, otlp, queueOptions(queue, env), masker, env)
  const bounds = spanLimits(limits, env)
  if (isDisabled(env)) return noopTracing({ service })

  const recent = createRecent(RECENT)
  const late = decider.keep && createLate(decider.keep)
  const pipeline = createPipeline({ exits, processors, recent, late })
  const gate = keyedMask(masker)
  const resource = describeResource({ service, version, environment, ...(options.resource && { more: options.resource }) }, env, gate)
  const owner: SpanOwner = {
    resource,
    limits: bounds,
    mask: gate,
    oldNames: oldNamesOf(env['OTEL_SEMCONV_STABILITY_OPT_IN']),
    finish: pipeline.finish
  }
  const started = (span: OwnSpan, parent: Context): void => {
    if (processors.length > 0) pipeline.started(span, parent)
  }
  const provider = new NodeTracerProvider({ resource })
  provider.getTracer = createTracers({ owner, decider, late, treatment, started })

  // Core registers the context manager, and only if there is none.
  runScope({}, undefined, () => {})
  if (propagation.fields().length === 0 && formats.length > 0) propagation.setGlobalPropagator(createPropagator(formats))
  const joined = joinProvider(provider, SCOPE)

  const finishAll = (): void => {
    drain()
    pipeline.handOn()
  }
  let closing: Promise<Account> | undefined
  const disarm = armExit(() => {
    finishAll()
    return exits
  })
  const tracing: Tracing = {
    observer: createObserver({
      service,
      owner,
      scope: SCOPE,
      decider,
      formats,
      treatment,
      foreignTracer: joined.foreignTracer,
      started,
      late,
      baggage: rules
    }),
    provider,
    source: pipeline.source,
    account: pipeline.account,
    async flush(deadlineMs) {
      finishAll()
      const deadline = deadlineAfter(deadlineMs, DEADLINE_MS)
      await Promise.all([
        ...exits.map((exit) => exit.flush(deadline)),
        ...processors.map((processor) => bounded(() => processor.forceFlush(), deadline))
      ])
      return pipeline.account()
    },
    shutdown(deadlineMs) {
      closing ??= (async () => {
        finishAll()
        const deadline = deadlineAfter(deadlineMs, DEADLINE_MS)
        await Promise.all([
          ...exits.map((exit) => exit.close(deadline)),
          ...processors.map((processor) => bounded(() => processor.shutdown(), deadline))
        ])
        // Until here an exit of the process still sends what is left.
        disarm()
        unlisten()
        joined.leave()
        return pipeline.account()
      })()
      return closing
    },
    recent() {
      drain()
      return recent.list()
    }
  }
  const unlisten = signals ? closeOnSignal(() => tracing.shutdown()) : () => {}
  return tracing
}

interface Described {
  service: string
  version: string | undefined
  environment: string | undefined
  more?: Record<string, string | number | boolean>
}

/** What variables and options add is masked as any attribute is. */
function describeResource({ service, version, environment, more }: Described, env: Environment, mask: Mask): Resource {
  const added: Record<string, AttributeValue> = {}
  eachAttribute({ ...resourceAttributes(env['OTEL_RESOURCE_ATTRIBUTES']), ...more }, (key, value) => {
    added[maskedKey(key, mask)] = maskedValue(value, mask, DEFAULT_LIMITS.textLength, key)
  })
  return defaultResource().merge(
    resourceFromAttributes({
      'host.name': hostname(),
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
      ...added,
      'service.name': service,
      ...(version !== undefined && { 'service.version': version }),
      ...(environment !== undefined && { 'deployment.environment.name': environment })
    })
  )
}
