// The one idea of this SDK: everything a service does is an operation. Producers announce it, observers record it.
import type { Context, Span } from '@opentelemetry/api'
import type { Attributes, Kind, Outcome, Values } from './attributes.js'
import { enqueue } from './batch.js'
import { requestIdFrom } from './ids.js'
import { countActive, joinObservers, type Observers } from './observer.js'
import { countFailure } from './state.js'

/** Who an operation is for, as the application said with `identify()`. Logs carry it, metrics never do. */
export interface Identity {
  tenant?: string | undefined
  user?: string | undefined
  tags?: Readonly<Record<string, string>> | undefined
}

/** Something that happened during an operation. */
export interface Mark {
  readonly event: string
  /** Milliseconds after the start of the operation. */
  readonly offsetMs: number
  readonly attributes: Values | undefined
}

/** What work under it inherits: observers, identity and request id. An operation is a scope; `run()` makes one without an operation. */
export interface Scope {
  readonly kind: Kind | undefined
  readonly observers: Observers
  /** The scope around this one. */
  readonly scope: Scope | undefined
  readonly requestId: string | undefined
  identity: Identity | undefined
}

/** One thing that a service does. */
export interface Operation<K extends Kind = Kind> {
  readonly kind: K
  name: string
  readonly attributes: Attributes[K]
  readonly parent?: Operation | undefined
  /** Wall clock at the start, milliseconds since 1970. */
  readonly startTime: number
  /** From the monotonic clock; undefined while the operation runs. */
  readonly durationMs?: number | undefined
  readonly outcome?: Outcome | undefined
  readonly error?: unknown
  readonly marks: readonly Mark[]
  readonly requestId: string | undefined
  /** The identity in force, found upwards through the operations around this one. */
  readonly identity: Identity | undefined
  readonly observers: Observers
  /** The OpenTelemetry context in which the operation started; the parent of its span is there. */
  readonly parentContext: Context
  /** The trace context that came with a request, unread. */
  readonly incoming: IncomingTrace | undefined
  set(attributes: Partial<Attributes[K]>): void
  mark(event: 'first-byte' | 'first-token' | 'retry' | (string & {}), attributes?: Values): void
  /**
   * The first call counts, however the operation ended. Without an outcome: `error` if there is an error, else `ok`.
   * `durationMs` is for work that was over before anyone could know that it was.
   */
  end(outcome?: Outcome, error?: unknown, durationMs?: number): void
}

/** Trace headers as they arrived: text from a stranger, parsed when somebody needs it. */
export interface IncomingTrace {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly peerAddress: string | undefined
}

/** @internal What {@link startOperation} makes. Code of another copy of this module may meet it, so observers use the interface only. */
export class OperationRecord<K extends Kind = Kind> implements Operation<K>, Scope {
  readonly kind: K
  name: string
  readonly attributes: Attributes[K]
  observers: Observers
  readonly parent: Operation | undefined
  readonly parentContext: Context
  readonly startTime = Date.now()
  readonly startMark = performance.now()
  durationMs: number | undefined = undefined
  outcome: Outcome | undefined = undefined
  error: unknown = undefined
  marks: Mark[] = NO_MARKS
  /** The id that the caller of a request sent, or the one made for it. */
  private ownRequestId: string | string[] | undefined = undefined
  private idState: IdState = INHERITED
  incoming: IncomingTrace | undefined = undefined
  /** Made on first use; null when no observer makes spans. */
  span: Span | null | undefined = undefined
  /** The OpenTelemetry context of the work inside; made when it is first entered. */
  context: Context | undefined = undefined
  ownIdentity: Identity | undefined = undefined
  /** What the producer keeps for the end of the work; let go with the batch. */
  carrier: unknown = undefined
  /** Whether the observers count this operation as running. */
  private counted = true
  readonly scope: Scope | undefined

  constructor(kind: K, name: string, attributes: Attributes[K], observers: Observers, scope: Scope | undefined, parentContext: Context) {
    this.kind = kind
    this.name = name
    this.attributes = attributes
    this.observers = observers
    this.scope = scope
    this.parent = operationOf(scope)
    this.parentContext = parentContext
    countActive(observers, kind, 1)
  }

  /** Lets more observers record this operation; returns whether any was new. */
  join(observers: Observers): boolean {
    const joined = joinObservers(this.observers, observers)
    if (joined === this.observers) return false
    if (this.counted) countActive(joined.slice(this.observers.length), this.kind, 1)
    this.observers = joined
    return true
  }

  /** The work goes on as something else, such as a connection that left HTTP: it is not counted as running any more. */
  uncount(): void {
    if (this.counted) countActive(this.observers, this.kind, -1)
    this.counted = false
  }

  /** Made when somebody asks: most requests of a service that only counts never need one. */
  get requestId(): string | undefined {
    if (this.idState === INHERITED) return this.scope?.requestId
    if (this.idState === SENT) {
      this.ownRequestId = requestIdFrom(this.ownRequestId)
      this.idState = MADE
    }
    return this.ownRequestId as string | undefined
  }

  set requestId(id: string | undefined) {
    this.ownRequestId = id
    this.idState = MADE
  }

  /** Begins a request id with what the caller sent, if anything. */
  takeRequestId(header: string | string[] | undefined): void {
    this.ownRequestId = header
    this.idState = SENT
  }

  get identity(): Identity | undefined {
    return this.ownIdentity ?? this.scope?.identity
  }

  set identity(identity: Identity | undefined) {
    this.ownIdentity = identity
  }

  set(attributes: Partial<Attributes[K]>): void {
    if (this.durationMs !== undefined || typeof attributes !== 'object' || ArrayBuffer.isView(attributes)) return
    try {
      Object.assign(this.attributes, attributes)
    } catch {
      // Attributes that throw when they are read cost themselves, not the work.
    }
  }

  mark(event: string, attributes?: Values): void {
    if (this.durationMs !== undefined || this.marks.length >= MAX_MARKS) return
    if (this.marks === NO_MARKS) this.marks = []
    this.marks.push({ event, offsetMs: performance.now() - this.startMark, attributes })
  }

  end(outcome?: Outcome, error?: unknown, durationMs = performance.now() - this.startMark): void {
    if (this.durationMs !== undefined) return
    this.durationMs = durationMs
    this.outcome = outcome ?? (error === undefined ? 'ok' : 'error')
    this.error = error
    this.uncount()
    if (this.observers.length > 0) enqueue(this as unknown as OperationRecord)
  }

  /** Called once every observer has recorded the operation: lets go of what only they needed. */
  release(): void {
    this.incoming = undefined
    this.carrier = undefined
  }
}

type IdState = 0 | 1 | 2
const INHERITED = 0
/** What the caller sent is not looked at yet. */
const SENT = 1
const MADE = 2

const MAX_MARKS = 128
const NO_MARKS: Mark[] = Object.freeze([]) as unknown as Mark[]

/** The nearest operation of a scope, itself included. */
export function operationOf(scope: Scope | undefined): Operation | undefined {
  let current = scope
  while (current && current.kind === undefined) current = current.scope
  return current as Operation | undefined
}

/** The span of an operation, made on first use by the first of its observers that makes spans. */
export function spanOf(operation: Operation): Span | undefined {
  const record = operation as OperationRecord
  if (record.span !== undefined) return record.span ?? undefined
  // Whoever makes the span may ask for the active one meanwhile: that is the span around this operation.
  record.span = null
  for (const observer of record.observers) {
    if (!observer.span) continue
    try {
      const span = observer.span(operation)
      if (!span) continue
      record.span = span
      return span
    } catch {
      countFailure(observer.id)
    }
  }
  return undefined
}
