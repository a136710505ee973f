// Delivers batches to one backend: bounded, retried with jitter, every span accounted for.
import type { Account } from '@rag/core'

export type DropReason = 'queue_full' | 'backend' | 'rejected' | 'shutdown' | 'invalid'

/** What became of a batch. */
export type Verdict =
  | { status: 'ok'; rejected?: number }
  | { status: 'retry'; afterMs?: number | undefined; problem: string }
  | { status: 'drop'; reason: DropReason; problem: string }

export interface Batch<T> {
  readonly payload: T
  readonly spans: number
  readonly bytes: number
}

export interface DeliveryOptions<T> {
  /** How the backend is called in the one warning. */
  name: string
  send(payload: T, timeoutMs: number): Promise<Verdict>
  maxSpans: number
  maxBytes: number
  timeoutMs: number
}

export interface Delivery<T> {
  readonly account: Account
  readonly dropped: ReadonlyMap<DropReason, number>
  /** Takes note of spans that will come in a batch. */
  record(spans: number): void
  drop(reason: DropReason, spans: number): void
  push(batch: Batch<T>): void
  /** Resolves when everything pushed so far is settled, or at the deadline. */
  settled(deadline: number): Promise<void>
  /** Drops what is left; nothing is sent afterwards. */
  close(): T[]
  /** Batches that nobody has acknowledged, oldest first. */
  unsent(): Batch<T>[]
}

const CONCURRENCY = 2
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 4000
const MOST_ATTEMPTS = 1000

export function createDelivery<T>({ name, send, maxSpans, maxBytes, timeoutMs }: DeliveryOptions<T>): Delivery<T> {
  const account: Account = { recorded: 0, exported: 0, dropped: 0, queued: 0 }
  const dropped = new Map<DropReason, number>()
  const waiting: Batch<T>[] = []
  const flying = new Set<Batch<T>>()
  const attempts = new WeakMap<Batch<T>, number>()
  let spans = 0
  let bytes = 0
  let failures = 0
  let pausedUntil = 0
  let timer: NodeJS.Timeout | undefined
  let warned = false
  let closed = false
  /** While somebody waits, pauses are short and time-outs end with the deadline. */
  let deadline: number | undefined
  let waiters: (() => void)[] = []

  const drop = (reason: DropReason, count: number): void => {
    account.dropped += count
    account.queued -= count
    dropped.set(reason, (dropped.get(reason) ?? 0) + count)
  }
  const forget = (batch: Batch<T>): void => {
    spans -= batch.spans
    bytes -= batch.bytes
  }
  const warn = ({ status, problem }: Exclude<Verdict, { status: 'ok' }>): void => {
    if (warned) return
    warned = true
    const fate =
      status === 'retry'
        ? 'Spans are kept within bounds and sent when it answers again; what is lost is counted'
        : 'Such spans are not sent again; they are counted'
    process.emitWarning(`${name}: ${problem}. ${fate}.`, {
      type: 'RagTelemetryWarning',
      code: 'RAG_TRACING_EXPORT'
    })
  }
  const settleBatch = (batch: Batch<T>, verdict: Verdict, tookMs: number): void => {
    if (!flying.delete(batch)) return
    if (verdict.status === 'retry' && !closed) {
      warn(verdict)
      failures++
      const tries = (attempts.get(batch) ?? 0) + 1
      attempts.set(batch, tries)
      const longest = Math.min(verdict.afterMs ?? FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 8), LONGEST_PAUSE_MS)
      // What an attempt has waited for an answer counts as pause, so that a backend that is well again is found soon.
      const pause = longest * (0.5 + Math.random() / 2) - tookMs
      pausedUntil = performance.now() + (deadline === undefined ? Math.max(pause, 0) : 50)
      if (tries < MOST_ATTEMPTS) {
        waiting.unshift(batch)
        return
      }
    }
    forget(batch)
    if (verdict.status === 'ok') {
      const rejected = Math.min(verdict.rejected ?? 0, batch.spans)
      account.exported += batch.spans - rejected
      account.queued -= batch.spans - rejected
      if (rejected > 0) drop('rejected', rejected)
      failures = 0
      pausedUntil = 0
    } else {
      warn(verdict)
      drop(verdict.status === 'drop' ? verdict.reason : 'backend', batch.spans)
    }
  }
  const pump = (): void => {
    if (closed) return
    const pause = pausedUntil - performance.now()
    if (pause > 0) {
      timer ??= setTimeout(() => {
        timer = undefined
        pump()
      }, pause).unref()
    } else {
      // After a failure one batch tries the way for all.
      while (waiting.length > 0 && flying.size < (failures > 0 ? 1 : CONCURRENCY)) {
        const batch = waiting.shift()!
        flying.add(batch)
        const limit = deadline === undefined ? timeoutMs : Math.max(1, Math.min(timeoutMs, deadline - performance.now()))
        const sent = performance.now()
        guardedSend(send, batch.payload, limit).then((verdict) => {
          settleBatch(batch, verdict, performance.now() - sent)
          pump()
        })
      }
    }
    if (waiting.length === 0 && flying.size === 0) {
      for (const resolve of waiters) resolve()
      waiters = []
    }
  }
  return {
    account,
    dropped,
    record(count) {
      account.recorded += count
      account.queued += count
    },
    drop,
    push(batch) {
      if (closed) return drop('shutdown', batch.spans)
      spans += batch.spans
      bytes += batch.bytes
      waiting.push(batch)
      // The oldest go first: what happens now explains an outage better.
      while ((spans > maxSpans || bytes > maxBytes) && waiting.length > 0) {
        const oldest = waiting.shift()!
        forget(oldest)
        drop('queue_full', oldest.spans)
      }
      pump()
    },
    async settled(until) {
      if (waiting.length === 0 && flying.size === 0) return
      deadline = until
      pausedUntil = 0
      await new Promise<void>((resolve) => {
        // This timer holds the process: somebody waits for the spans.
        const limit = setTimeout(resolve, Math.max(0, until - performance.now()))
        waiters.push(() => {
          clearTimeout(limit)
          resolve()
        })
        clearTimeout(timer)
        timer = undefined
        pump()
      })
      deadline = undefined
    },
    unsent: () => [...flying, ...waiting],
    close() {
      closed = true
      clearTimeout(timer)
      const left = [...flying, ...waiting]
      for (const batch of left) drop('shutdown', batch.spans)
      flying.clear()
      waiting.length = 0
      spans = 0
      bytes = 0
      return left.map(({ payload }) => payload)
    }
  }
}

async function guardedSend<T>(send: (payload: T, timeoutMs: number) => Promise<Verdict>, payload: T, timeoutMs: number): Promise<Verdict> {
  try {
    return await send(payload, timeoutMs)
  } catch (error) {
    return { status: 'retry', problem: String(error) }
  }
}
