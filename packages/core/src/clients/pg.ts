// pg: every statement goes through `query` of a Client; a Pool hands its Clients over on `connect`.
import { context } from '@opentelemetry/api'
import { startOperation, withOperation } from '../context.js'
import type { OperationRecord } from '../operation.js'
import { watchPromise } from '../watch-promise.js'
import { callOutcome, isThenable, noteCall, placeOfCall } from './call.js'
import type { ClientSettings } from './observe-client.js'
import { patchMethod } from './patch.js'
import { createExplainer, type Explainer } from './pg-explain.js'
import { isSubmittable, watchSubmittable } from './pg-submittable.js'
import { describeStatement, fingerprintOf } from './sql.js'

export interface PgClient {
  connectionParameters?: { host?: string; port?: number; database?: string }
  connect?(...values: unknown[]): unknown
  query(...values: unknown[]): unknown
}
export interface PgPool {
  options?: { host?: string; port?: number; database?: string; max?: number }
  _clients?: readonly PgClient[]
  waitingCount?: number
  idleCount?: number
  totalCount?: number
  ending?: boolean
  connect(...values: unknown[]): unknown
  query(...values: unknown[]): unknown
  on(event: 'connect', listener: (client: PgClient) => void): unknown
  removeListener(event: 'connect', listener: (client: PgClient) => void): unknown
}
interface PgResult {
  rowCount?: number | null
}
type Callback = (error: unknown, result?: PgResult) => void

/** How long the statement that comes next on a Client has waited for it. */
const waits = new WeakMap<object, number>()

export function isPg(client: object): boolean {
  const shape = client as { query?: unknown; connect?: unknown; connectionParameters?: unknown; totalCount?: unknown }
  return (
    typeof shape.query === 'function' && typeof shape.connect === 'function' && ('connectionParameters' in shape || 'totalCount' in shape)
  )
}

export function observePg(client: PgClient | PgPool, settings: ClientSettings): () => void {
  const undoConnect = patchMethod(client, 'connect', (original) => observeConnect(original, settings))
  if (!isPool(client)) {
    const undoQuery = observeOne(client, settings, undefined)
    return () => {
      undoConnect()
      undoQuery()
    }
  }
  const pool = client
  // Clients come and go with the load: none that is gone is held here.
  const undoes = new WeakMap<PgClient, () => void>()
  const explainer = settings.explain ? createExplainer(pool, settings) : undefined
  const observe = (one: PgClient) => void undoes.set(one, observeOne(one, settings, explainer))
  for (const one of pool._clients ?? []) observe(one)
  pool.on('connect', observe)
  return () => {
    pool.removeListener('connect', observe)
    undoConnect()
    for (const one of pool._clients ?? []) undoes.get(one)?.()
  }
}

function isPool(client: PgClient | PgPool): client is PgPool {
  return 'totalCount' in client
}

function observeOne(client: PgClient, settings: ClientSettings, explainer: Explainer | undefined): () => void {
  return patchMethod(
    client,
    'query',
    (original) =>
      function query(this: PgClient, ...values: unknown[]) {
        const pass = () => Reflect.apply(original, this, values) as unknown
        const place = placeOfCall()
        if (place === 'unrecorded') return pass()
        if (place)
          return noteCall(place, 'db.call', { system: 'postgresql', operation: describeStatement(textOf(values[0])).operation }, pass)
        const operation = startStatement(this, values[0], settings)
        const finish = (error: unknown, result?: PgResult): void => {
          if (operation.durationMs !== undefined) return
          if (typeof result?.rowCount === 'number') operation.set({ rows: result.rowCount })
          const slow = performance.now() - operation.startMark >= settings.slowMs
          if (slow) operation.set({ slow: true, fingerprint: fingerprintOf(operation.attributes.statement ?? '') })
          operation.end(error ? callOutcome(error) : 'ok', error ?? undefined)
          if (slow && !error) explainer?.explain(operation, values)
        }
        if (isSubmittable(values[0])) {
          watchSubmittable(values[0], finish)
          return runAndEnd(operation, pass, finish)
        }
        const last = values.length - 1
        if (typeof values[last] === 'function') {
          values[last] = endingCallback(finish, values[last] as Callback)
          return runAndEnd(operation, pass, finish)
        }
        const result = runAndEnd(operation, pass, finish)
        if (isThenable(result))
          return watchPromise(
            result,
            (rows) => finish(undefined, rows as PgResult),
            (error) => finish(error ?? true)
          )
        finish(undefined)
        return result
      } as never
  )
}

/** A statement that throws at once has ended as well. */
function runAndEnd(operation: OperationRecord<'db'>, pass: () => unknown, finish: (error: unknown) => void): unknown {
  try {
    return withOperation(operation, pass)
  } catch (error) {
    finish(error)
    throw error
  }
}

/** Measures how long the caller of a Pool waits for a Client, and records a connection that cannot be had: no statement will tell of it. */
function observeConnect(original: (...values: never[]) => unknown, { observers, name, slowMs: _ }: ClientSettings): never {
  return function connect(this: PgClient | PgPool, ...values: unknown[]) {
    const place = placeOfCall()
    const operation = place === undefined ? startOperation('db', 'CONNECT', connectAttributes(this, name), observers) : undefined
    const start = performance.now()
    const settle = (error: unknown, client: unknown): void => {
      if (error) operation?.end(callOutcome(error), error)
      else if (typeof client === 'object' && client !== null && client !== this) waits.set(client, performance.now() - start)
    }
    const last = values.length - 1
    if (typeof values[last] === 'function') {
      // A Client is handed over in the context of whoever gave it back.
      const bound = context.bind(context.active(), values[last] as (...handed: unknown[]) => unknown)
      values[last] = function handOver(this: unknown, ...handed: unknown[]) {
        settle(handed[0], handed[1])
        return Reflect.apply(bound, this, handed)
      }
      return Reflect.apply(original, this, values as never[])
    }
    const result = Reflect.apply(original, this, values as never[])
    return isThenable(result)
      ? watchPromise(
          result,
          (client) => settle(undefined, client),
          (error) => settle(error ?? true, undefined)
        )
      : result
  } as never
}

/** The callback runs in the caller's context, which the socket of a pooled Client does not know. */
function endingCallback(finish: (error: unknown, result?: PgResult) => void, callback: Callback): Callback {
  const bound = context.bind(context.active(), callback)
  return function ended(this: unknown, error, result) {
    finish(error, result)
    return Reflect.apply(bound, this, [error, result])
  }
}

function textOf(statement: unknown): string {
  const text = typeof statement === 'string' ? statement : ((statement as { text?: unknown } | undefined)?.text ?? cursorText(statement))
  return typeof text === 'string' ? text : ''
}

/** A query stream keeps its statement in the cursor inside. */
function cursorText(statement: unknown): unknown {
  return (statement as { cursor?: { text?: unknown } } | undefined)?.cursor?.text
}

function startStatement(client: PgClient, statement: unknown, { observers, name }: ClientSettings): OperationRecord<'db'> {
  const { operation, collection, summary } = describeStatement(textOf(statement))
  const { host, port, database } = client.connectionParameters ?? {}
  const waitMs = waits.get(client)
  if (waitMs !== undefined) waits.delete(client)
  return startOperation(
    'db',
    collection ? `${operation} ${collection}` : operation,
    {
      system: 'postgresql',
      operation,
      collection,
      statement: summary,
      namespace: database,
      host,
      port,
      peerService: name ?? 'postgresql',
      rows: undefined,
      batchSize: undefined,
      ...(waitMs !== undefined && { waitMs })
    },
    observers
  )
}

function connectAttributes(client: PgClient | PgPool, name: string | undefined): OperationRecord<'db'>['attributes'] {
  const { host, port, database } = (isPool(client) ? client.options : client.connectionParameters) ?? {}
  return {
    system: 'postgresql',
    operation: 'CONNECT',
    collection: undefined,
    statement: undefined,
    namespace: database,
    host,
    port,
    peerService: name ?? 'postgresql',
    rows: undefined,
    batchSize: undefined
  }
}
