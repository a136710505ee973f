// The OpenTelemetry context carries the scope: which operation runs, who observes, for whom.
import { type Context, context, createContextKey, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { Attributes, Kind } from './attributes.js'
import { type Observers, observerList } from './observer.js'
import { type Identity, type Operation, OperationRecord, operationOf, type Scope, spanOf } from './operation.js'
import { countFailure } from './state.js'

const SCOPE_KEY = createContextKey('@rag/core/scope/1')
const SPAN_KEY = learnSpanKey()

/** Keys of the active work, for log lines. */
export interface Correlation {
  traceId: string | undefined
  spanId: string | undefined
  requestId: string | undefined
  identity: Identity | undefined
}

/** The innermost scope of the running code. */
function activeScope(): Scope | undefined {
  return context.active().getValue(SCOPE_KEY) as Scope | undefined
}

/** The operation that the running code belongs to. */
export function activeOperation(): Operation | undefined {
  return operationOf(activeScope())
}

/** @internal The operation that the work of a context belongs to. */
export function operationIn(active: Context): Operation | undefined {
  return operationOf(active.getValue(SCOPE_KEY) as Scope | undefined)
}

/** Trace, span and request id and identity of the running code. Makes the span of the operation if nobody has yet. */
export function correlation(): Correlation {
  const active = context.active()
  const scope = active.getValue(SCOPE_KEY) as Scope | undefined
  const span = trace.getSpan(active)?.spanContext()
  return { traceId: span?.traceId, spanId: span?.spanId, requestId: scope?.requestId, identity: scope?.identity }
}

/**
 * Starts an operation under the running one. Explicit observers are used as given; without them the list of the context is; with neither nothing is recorded.
 * Whoever starts an operation ends it.
 */
export function startOperation<K extends Kind>(
  kind: K,
  name: string,
  attributes: Attributes[K],
  observers?: Observers,
  /** The active context, for whoever has asked for it already. */
  around?: Context
): OperationRecord<K> {
  ensureContextManager()
  const active = around ?? context.active()
  const scope = active.getValue(SCOPE_KEY) as Scope | undefined
  return new OperationRecord(kind, name, attributes, observers ?? scope?.observers ?? observerList(undefined), scope, active)
}

/** Whether anyone would record an operation that starts now. Hot paths that nobody watches need not make one. */
export function isObserved(observers?: Observers): boolean {
  return ((observers ?? activeScope()?.observers)?.length ?? 0) > 0
}

/** Runs `fn` as work of the operation: loggers, clients and user spans inside find it. */
export function withOperation<T>(operation: Operation, fn: () => T): T {
  return context.with(contextOf(operation), fn)
}

/** The OpenTelemetry context of the work inside an operation. */
export function contextOf(operation: Operation): Context {
  const record = operation as OperationRecord
  record.context ??= new ScopeContext(record, record.incoming?.headers['baggage'] === undefined ? record.parentContext : entered(record))
  return record.context
}

/** The context around a request whose caller sent baggage: an observer says whether it counts. */
function entered(record: OperationRecord): Context {
  let around = record.parentContext
  for (const observer of record.observers) {
    try {
      around = observer.enter?.(record, around) ?? around
    } catch {
      countFailure(observer.id)
    }
  }
  return around
}

/**
 * Runs `fn` with observers and an identity outside any request, for scripts and consumers of queues.
 *
 * @example
 * await runScope({ tenant: 'acme' }, observers, () => consume(message))
 */
export function runScope<T>(identity: Identity, observers: Observers | undefined, fn: () => T): T {
  ensureContextManager()
  const active = context.active()
  const outer = active.getValue(SCOPE_KEY) as Scope | undefined
  const scope: Scope = {
    kind: undefined,
    observers: observers ?? outer?.observers ?? observerList(undefined),
    scope: outer,
    requestId: outer?.requestId,
    identity: mergeIdentity(outer?.identity, identity)
  }
  return context.with(new ScopeContext(scope, active), fn)
}

/** Says for whom the running operation works, for it and everything under it. Outside any scope it does nothing. */
export function identify(identity: Identity): void {
  const scope = activeScope()
  if (scope) scope.identity = mergeIdentity(scope.identity, identity)
}

function mergeIdentity(outer: Identity | undefined, inner: Identity): Identity {
  const merged: Identity = { ...outer }
  try {
    const { tenant, user, tags } = inner
    if (tenant !== undefined) merged.tenant = String(tenant)
    if (user !== undefined) merged.user = String(user)
    if (tags) merged.tags = { ...outer?.tags, ...readTags(tags) }
  } catch {
    // Who cannot be read is not known; the work goes on.
  }
  return merged
}

/** More are not carried: they go on every line and span. */
const MOST_TAGS = 64

function readTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  const read: Record<string, string> = {}
  if (typeof tags !== 'object' || ArrayBuffer.isView(tags)) return read
  for (const key of Object.keys(tags).slice(0, MOST_TAGS)) {
    try {
      read[key] = String(tags[key])
    } catch {
      // A tag that cannot be read costs itself.
    }
  }
  return read
}

/** A context that answers for scope and span itself. Two `setValue` copies a request would cost more than entering the AsyncLocalStorage. */
class ScopeContext implements Context {
  private real: Context | undefined

  constructor(
    private readonly scope: Scope,
    private readonly outer: Context
  ) {}

  getValue(key: symbol): unknown {
    if (key === SCOPE_KEY) return this.scope
    if (key === SPAN_KEY && this.scope.kind !== undefined) {
      const span = spanOf(this.scope as unknown as Operation)
      if (span) return span
    }
    return this.outer.getValue(key)
  }

  // Whoever derives from this context gets an ordinary one, made once, or chains of these would leak.
  setValue(key: symbol, value: unknown): Context {
    return this.materialise().setValue(key, value)
  }

  deleteValue(key: symbol): Context {
    return this.materialise().deleteValue(key)
  }

  private materialise(): Context {
    if (this.real) return this.real
    let real = this.outer.setValue(SCOPE_KEY, this.scope)
    const span = this.scope.kind === undefined ? undefined : spanOf(this.scope as unknown as Operation)
    if (span) real = trace.setSpan(real, span)
    this.real = real
    return real
  }
}

/** The API keeps the key of the active span to itself; a context that records what is set on it learns the key. */
function learnSpanKey(): symbol | undefined {
  let learned: symbol | undefined
  const probe: Context = {
    getValue: () => undefined,
    setValue: (key) => {
      learned = key
      return probe
    },
    deleteValue: () => probe
  }
  trace.setSpan(probe, undefined as unknown as Span)
  return learned
}

let managerReady = false

/** Registers the standard context manager unless the application, or another copy of this module, has one. Never disables it. */
function ensureContextManager(): void {
  if (managerReady) return
  managerReady = true
  const key = createContextKey('@rag/core/probe')
  const present = context.with(ROOT_CONTEXT.setValue(key, true), () => context.active().getValue(key) === true)
  if (!present) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
}
