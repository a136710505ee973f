// What a span says of an operation: name, kind, attributes. The same route, status and outcome as the log line and the metric.
import { SpanKind } from '@opentelemetry/api'
import type { CacheAttributes, ClientAttributes, DbAttributes, Kind, LlmAttributes, Operation, ServerAttributes } from '@rag/core'
import { callError, errorType } from '../span/exception.js'
import type { SpanOwner } from '../span/own-span.js'
import type { AttributeSink } from '../span/sink.js'
import { maskedText, plainText } from '../span/values.js'
import { describeCache, describeClient, describeDb } from './client.js'
import type { Describer } from './describer.js'
import { withOldNames } from './old-names.js'
import { describeServer, statusError } from './server.js'
import { storeStatus } from './store-status.js'
import { describeLlm, describeWork } from './work.js'

const describers: Record<Kind, (operation: Operation, sink: AttributeSink, describer: Describer) => void> = {
  server: describeServer,
  client: describeClient,
  db: describeDb,
  llm: describeLlm,
  cache: describeCache,
  stage: describeWork,
  job: describeWork,
  tool: describeWork,
  agent: describeWork
}

const kinds: Record<Kind, SpanKind> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  db: SpanKind.CLIENT,
  llm: SpanKind.CLIENT,
  cache: SpanKind.INTERNAL,
  stage: SpanKind.INTERNAL,
  job: SpanKind.INTERNAL,
  tool: SpanKind.INTERNAL,
  agent: SpanKind.INTERNAL
}

// One describer an owner: a closure a span would cost more than the masking of a clean path.
const describerOf = new WeakMap<SpanOwner, Describer>()

/** Hands what is known of an operation to a sink, masked. */
export function describe(operation: Operation, sink: AttributeSink, owner: SpanOwner): void {
  let describer = describerOf.get(owner)
  if (!describer)
    describerOf.set(owner, (describer = { text: (value, key) => maskedText(value, owner.mask, owner.limits.textLength, key) }))
  describers[operation.kind](operation, owner.oldNames ? withOldNames(sink, operation.kind, owner.oldNames) : sink, describer)
  const { outcome, requestId, identity } = operation
  sink.known('rag.outcome', outcome)
  sink.known('error.type', errorTypeOf(operation))
  if (requestId !== undefined) sink.put('rag.request_id', requestId)
  if (identity === undefined) return
  if (identity.tenant !== undefined) sink.put('rag.tenant', describer.text(identity.tenant))
  if (identity.user !== undefined) sink.put('user.id', describer.text(identity.user))
  for (const tag in identity.tags) sink.put(`rag.tag.${tag}`, describer.text(plainText(identity.tags[tag])))
}

/** OpenTelemetry `error.type`: the code that a data store answered, the class of what was thrown, else the status, else how it ended; undefined for what went well. */
export function errorTypeOf(operation: Operation): string | undefined {
  const { outcome, error, kind } = operation
  if (outcome === undefined || outcome === 'ok') return undefined
  if (kind === 'llm' && (operation.attributes as LlmAttributes).errorType) return (operation.attributes as LlmAttributes).errorType
  if (error !== undefined)
    return (
      (kind === 'db' && storeStatus((operation.attributes as DbAttributes).system, error)) ||
      errorType(kind === 'client' ? callError(error) : error)
    )
  if (outcome !== 'error') return outcome
  if (kind === 'server') return statusError((operation.attributes as ServerAttributes).statusCode, 500) ?? '_OTHER'
  if (kind === 'client') return statusError((operation.attributes as ClientAttributes).statusCode, 400) ?? '_OTHER'
  if (kind === 'db') return statusError((operation.attributes as DbAttributes).statusCode, 400) ?? '_OTHER'
  return '_OTHER'
}

/** What a message is sent or taken with, by the messaging conventions. */
const MESSAGING: Record<string, SpanKind | undefined> = {
  publish: SpanKind.PRODUCER,
  send: SpanKind.PRODUCER,
  create: SpanKind.PRODUCER,
  process: SpanKind.CONSUMER,
  consume: SpanKind.CONSUMER
}

export function spanKindOf(operation: Operation): SpanKind {
  if (operation.kind === 'db') {
    const { destination, operation: action } = operation.attributes as DbAttributes
    return (destination !== undefined && MESSAGING[action]) || SpanKind.CLIENT
  }
  if (operation.kind === 'cache' && (operation.attributes as CacheAttributes).layer === 'redis') return SpanKind.CLIENT
  return kinds[operation.kind]
}

export function spanNameOf({ kind, name: given }: Operation): string {
  const name = plainText(given)
  if (kind === 'tool') return `execute_tool ${name}`
  if (kind === 'agent') return `invoke_agent ${name}`
  return name
}
