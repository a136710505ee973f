// pg: every statement goes through `query` of a Client; a Pool hands its Clients over on `connect`.
import { context } from '@opentelemetry/api'
import { activeOperation, startOperation, withOperation } from '../context.js'
import type { OperationRecord } from '../operation.js'
import { outcomeOf } from '../work.js'
import { isCovered } from './fetch.js'
import type { ClientSettings } from './observe-client.js'
import { patchMethod } from './patch.js'
import { describeStatement } from './sql.js'

interface PgClient {
  connectionParameters?: { host?: string; port?: number; database?: string }
  query(...values: unknown[]): unknown
}
interface PgPool {
  options?: object
  _clients?: readonly PgClient[]
  on(event: 'connect', listener: (client: PgClient) => void): unknown
  removeListener(event: 'connect', listener: (client: PgClient) => void): unknown
}
type Callback = (error: unknown, result?: { rowCount?: number | null }) => void

export function isPg(client: object): boolean {
  const shape = client as { query?: unknown; connect?: unknown; connectionParameters?: unknown; totalCount?: unknown }
  return (
    typeof shape.query === 'function' && typeof shape.connect === 'function' && ('connectionParameters' in shape || 'totalCount' in shape)
  )
}

export function observePg(client: PgClient | PgPool, settings: ClientSettings): () => void {
  if (!('totalCount' in client)) return observeOne(client as PgClient, settings)
  const pool = client as PgPool
  const undoes: (() => void)[] = []
  const observe = (one: PgClient) => {
    undoes.push(observeOne(one, settings))
  }
  for (const one of pool._clients ?? []) observe(one)
  pool.on('connect', observe)
  // A client is handed over in the context of whoever gave it back.
  undoes.push(patchMethod(pool, 'connect', bindCallback))
  return () => {
    pool.removeListener('connect', observe)
    for (const undo of undoes) undo()
  }
}

function observeOne(client: PgClient, settings: ClientSettings): () => void {
  return patchMethod(
    client,
    'query',
    (original) =>
      function query(this: PgClient, ...values: unknown[]) {
        const pass = () => Reflect.apply(original, this, values) as unknown
        const outer = activeOperation()
        if (outer && isCovered(outer)) return pass()
        const operation = startStatement(this, values[0], settings)
        const last = values.length - 1
        if (typeof values[last] === 'function') {
          values[last] = endingCallback(operation, values[last] as Callback)
          return withOperation(operation, pass)
        }
        const result = withOperation(operation, pass)
        watch(operation, result)
        return result
      } as never
  )
}

function bindCallback(original: (...values: never[]) => unknown): never {
  return function bound(this: unknown, ...values: unknown[]) {
    const last = values.length - 1
    if (typeof values[last] === 'function') values[last] = context.bind(context.active(), values[last] as () => void)
    return Reflect.apply(original, this, values)
  } as never
}

/** The callback runs in the caller's context, which the socket of a pooled client does not know. */
function endingCallback(operation: OperationRecord<'db'>, callback: Callback): Callback {
  const bound = context.bind(context.active(), callback)
  return function ended(this: unknown, error, result) {
    finish(operation, error, result)
    return Reflect.apply(bound, this, [error, result])
  }
}

function watch(operation: OperationRecord<'db'>, result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
    ;(result as PromiseLike<{ rowCount?: number | null }>).then(
      (rows) => finish(operation, undefined, rows),
      (error: unknown) => finish(operation, error)
    )
    return
  }
  // A cursor, a stream or a Query object: it tells by events.
  const emitter = result as { once?: (event: string, listener: (value?: unknown) => void) => void } | undefined
  if (typeof emitter?.once !== 'function') {
    operation.end('ok')
    return
  }
  // Beside these a listener for `error` would hide an error that nobody handles.
  for (const event of ['end', 'close']) emitter.once(event, () => operation.end('ok'))
}

function finish(operation: OperationRecord<'db'>, error: unknown, result?: { rowCount?: number | null }): void {
  if (typeof result?.rowCount === 'number') operation.set({ rows: result.rowCount })
  // 57014: the server cancelled the statement, nearly always by statement_timeout.
  const code = (error as { code?: unknown } | null | undefined)?.code
  operation.end(error ? (code === '57014' ? 'timeout' : outcomeOf(error)) : 'ok', error ?? undefined)
}

function startStatement(client: PgClient, statement: unknown, { observers, name }: ClientSettings): OperationRecord<'db'> {
  const text = typeof statement === 'string' ? statement : (statement as { text?: unknown } | undefined)?.text
  const { operation, collection, summary } = describeStatement(typeof text === 'string' ? text : '')
  const { host, port, database } = client.connectionParameters ?? {}
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
      batchSize: undefined
    },
    observers
  )
}
