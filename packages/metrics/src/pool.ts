// Pools of connections, read by their shape when metrics are collected; and the time that callers wait for a connection.
import { RagError, type Source, watchPromise } from '@rag/core'

/** pg: `totalCount`, `idleCount`, `waitingCount`. generic-pool: `size`, `available`, `pending`, `max`. tarn: `numUsed()`, `numFree()`. */
interface PoolShape {
  totalCount?: number
  idleCount?: number
  waitingCount?: number
  options?: { max?: number }
  size?: number
  available?: number
  pending?: number
  max?: number
  numUsed?(): number
  numFree?(): number
  numPendingAcquires?(): number
}

interface PoolFigures {
  used: number
  idle: number
  pending: number
  max: number
}

/** @throws RagError `RAG_METRICS_STORE` for something that is no known pool. */
export function poolSource(pool: object, name: string): Source {
  if (!read(pool))
    throw new RagError('RAG_METRICS_STORE', {
      option: 'pool',
      problem: 'this is no pool of pg, generic-pool or tarn',
      fix: 'pass the pool itself, such as new Pool()'
    })
  return {
    read(emit) {
      const figures = read(pool)
      if (!figures) return
      const labels = { db_client_connection_pool_name: name }
      emit('db_client_connection_count', figures.used, { ...labels, db_client_connection_state: 'used' })
      emit('db_client_connection_count', figures.idle, { ...labels, db_client_connection_state: 'idle' })
      emit('db_client_connection_max', figures.max, labels)
      emit('db_client_connection_pending_requests', figures.pending, labels)
      if (figures.max > 0) emit('rag_db_pool_saturation_ratio', (figures.used + figures.pending) / figures.max, labels)
    }
  }
}

function read(pool: PoolShape): PoolFigures | undefined {
  if (typeof pool.totalCount === 'number') {
    const { totalCount, idleCount = 0, waitingCount = 0, options } = pool
    // 10 is what pg opens at most by default; https://node-postgres.com/apis/pool
    return { used: totalCount - idleCount, idle: idleCount, pending: waitingCount, max: options?.max ?? 10 }
  }
  if (typeof pool.numUsed === 'function') {
    return { used: pool.numUsed(), idle: pool.numFree?.() ?? 0, pending: pool.numPendingAcquires?.() ?? 0, max: pool.max ?? 0 }
  }
  if (typeof pool.size === 'number' && typeof pool.available === 'number') {
    return { used: pool.size - pool.available, idle: pool.available, pending: pool.pending ?? 0, max: pool.max ?? 0 }
  }
  return undefined
}

type Callback = (error: unknown, ...rest: unknown[]) => unknown
type Take = (...values: unknown[]) => unknown

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}

/** Times `connect` (pg) or `acquire` (generic-pool, tarn) of a pool on the instance; what the caller gets is what the pool gave. Returns the undo. */
export function watchWaits(pool: object, record: (seconds: number) => void): () => void {
  const holder = pool as Record<string, unknown>
  const name = typeof holder['totalCount'] === 'number' ? 'connect' : 'acquire'
  const original = holder[name]
  if (typeof original !== 'function') return () => {}
  const own = Object.hasOwn(holder, name)
  const watched = function (this: unknown, ...values: unknown[]): unknown {
    const start = performance.now()
    const taken = () => record((performance.now() - start) / 1000)
    const callback = values[0]
    if (typeof callback === 'function')
      values[0] = function (this: unknown, error: unknown, ...rest: unknown[]) {
        if (!error) taken()
        return Reflect.apply(callback as Callback, this, [error, ...rest])
      }
    const result = Reflect.apply(original as Take, this, values)
    if (isThenable(result)) return watchPromise(result, taken, () => {})
    // tarn hands out what is pending, with its promise inside.
    const promise = (result as { promise?: unknown } | undefined)?.promise
    if (isThenable(promise)) promise.then(taken, () => {})
    return result
  }
  Object.defineProperty(holder, name, { value: watched, writable: true, configurable: true, enumerable: own })
  return () => {
    if (holder[name] !== watched) return
    if (own) holder[name] = original
    else delete holder[name]
  }
}
