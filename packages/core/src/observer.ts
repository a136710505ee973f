// Who records operations, and how lists of observers join.
import type { Context, Span } from '@opentelemetry/api'
import type { Kind } from './attributes.js'
import type { Operation } from './operation.js'
import type { Source } from './source.js'

/**
 * Records operations. Every call is guarded: an observer that throws costs its own record and is counted, never the request.
 *
 * @example
 * const slow: Observer = { id: 'slow', service: 'rag-engine', end: (operation) => { if (operation.durationMs! > 1000) alarm(operation.name) } }
 */
export interface Observer {
  readonly id: string
  /** An operation takes one observer per (id, service), however often and in whatever copy of this SDK it is mounted. */
  readonly service: string
  /** Makes the span of an operation, on first use: when anyone asks for the active span, starts a child or injects, or when the batch is recorded. */
  span?(operation: Operation): Span | undefined
  /** Called when a request begins, on its own path: only for what cannot wait. */
  start?(operation: Operation): void
  /** The context in which the work of a request runs, such as one with the baggage of its caller; asked when the caller sent some. */
  enter?(operation: Operation, context: Context): Context
  /** Whether a call to this host, as `host` or `host:port`, may carry the baggage of the context. */
  baggageTo?(host: string): boolean
  /** Called from the batch, after the work is over. */
  end?(operation: Operation): void
  /**
   * Milliseconds after the work within which `end` is called, by kind: a process that is killed loses its batch. 0 is at once, as for a
   * line of a log that must be with the kernel in the turn in which the work ended.
   * @default 250
   */
  readonly within?: { readonly [K in Kind]?: number }
  /**
   * `false` says that the records carry no ids. A reply that only such observers record gets no `x-request-id`, and none is made unless asked for.
   * @default true
   */
  readonly ids?: boolean
  /** Operations that are running, for the kinds that have a number here; core counts them up and down. */
  readonly active?: { [K in Kind]?: number }
  /** Takes a source of figures; returns the undo. */
  source?(source: Source): () => void
}

export type Observers = readonly Observer[]

const NONE: Observers = Object.freeze([])
const joined = new WeakMap<Observers, WeakMap<Observers, Observers>>()

/** The union of two lists, one observer per (id, service). The same two lists always give the same list, so a hot path may compare it by identity. */
export function joinObservers(first: Observers, second: Observers): Observers {
  if (first === second || second.length === 0) return first
  if (first.length === 0) return second
  const bySecond = joined.get(first) ?? new WeakMap<Observers, Observers>()
  joined.set(first, bySecond)
  const list = bySecond.get(second) ?? union(first, second)
  bySecond.set(second, list)
  return list
}

/** A list of observers, one per (id, service). */
export function observerList(observers: Observers | undefined): Observers {
  return observers && observers.length > 0 ? union(NONE, observers) : NONE
}

/** Counts one operation more or less as running. */
export function countActive(observers: Observers, kind: Kind, step: 1 | -1): void {
  for (const { active } of observers) if (active?.[kind] !== undefined) active[kind] += step
}

/** Whether anyone among these wants the ids of a request. */
export function wantsIds(observers: Observers): boolean {
  for (const observer of observers) if (observer.ids !== false) return true
  return false
}

function union(first: Observers, second: Observers): Observers {
  const list = [...first]
  for (const observer of second) {
    if (!list.some((other) => other.id === observer.id && other.service === observer.service)) list.push(observer)
  }
  // Nothing new: keep the identity of the first list.
  return list.length === first.length && first !== NONE ? first : list
}
