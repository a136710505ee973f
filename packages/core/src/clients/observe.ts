// Anything that has no client of its own here: queues, SDKs of vendors, sockets. The application says what it calls.

import type { Values } from '../attributes.js'
import { contextOf, startOperation, withOperation } from '../context.js'
import { type Observers, observerList } from '../observer.js'
import type { Operation } from '../operation.js'
import { readable, readableName, settle } from '../work.js'
import { callOutcome } from './call.js'
import { traceHeaders } from './outgoing.js'

export interface ObserveOptions {
  observers?: Observers
  /** What is called, such as `kafka`; a label of metrics, so one of few. @default the name up to its first dot */
  system?: string
  /** What is done, such as `publish`; a label of metrics, so one of few. @default the name behind its first dot */
  operation?: string
  /** Queue or topic, for a broker. */
  destination?: string
  /** The dependency in the service graph. @default the system */
  peerService?: string
  /** Items of the call. */
  batchSize?: number
}

/** What a callback of {@link observe} gets. */
export interface Call {
  /** Notes something that happened, such as `retry`. */
  mark(event: 'retry' | (string & {}), attributes?: Values): void
  /** Says how many items came back. */
  rows(count: number): void
  /** The trace headers to put on a message, so that its consumer finds the trace. */
  headers(): Record<string, string>
}

/**
 * Records a call of this process to something else. What `fn` returns or throws is passed on.
 *
 * @example
 * await observe('kafka.publish', { destination: 'documents' }, (call) => producer.send({ value, headers: call.headers() }))
 */
export function observe<T>(name: string, fn: (call: Call) => T): T
export function observe<T>(name: string, options: ObserveOptions, fn: (call: Call) => T): T
export function observe<T>(given: string, ...rest: [ObserveOptions, (call: Call) => T] | [(call: Call) => T]): T {
  const fn = rest[rest.length - 1] as (call: Call) => T
  const name = readableName(given)
  const dot = name.indexOf('.')
  const {
    observers,
    destination,
    batchSize,
    system = dot < 0 ? name : name.slice(0, dot),
    operation = dot < 0 ? name : name.slice(dot + 1),
    peerService = system
  } = (rest.length > 1 ? readable(rest[0]) : {}) as ObserveOptions
  const record = startOperation(
    'db',
    destination === undefined ? name : `${readableName(operation)} ${readableName(destination)}`,
    {
      system,
      operation,
      collection: undefined,
      statement: undefined,
      namespace: undefined,
      host: undefined,
      port: undefined,
      peerService,
      rows: undefined,
      batchSize,
      ...(destination !== undefined && { destination })
    },
    observers && observerList(observers)
  )
  const call: Call = {
    mark: (event, attributes) => record.mark(event, attributes),
    rows: (count) => record.set({ rows: count }),
    headers: () => traceHeaders(contextOf(record as unknown as Operation), record as unknown as Operation, peerService)
  }
  const started = record as unknown as Operation
  return settle(started, () => withOperation(started, () => fn(call)), callOutcome)
}
