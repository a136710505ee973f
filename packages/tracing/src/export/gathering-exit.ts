// The life of every exit: spans gather, a batch leaves when it is full or old, and the last one before the exit closes.
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { Batch, Delivery } from './delivery.js'
import type { Exit, Rest } from './exit.js'

export interface Gathering<T> {
  /** False for a span that cannot be taken. */
  add(span: ReadableSpan): boolean
  isFull(): boolean
  /** What has gathered; undefined if nothing has. */
  take(): Batch<T> | undefined
}

export interface GatheringExitParts<T> {
  delivery: Delivery<T>
  gathering: Gathering<T>
  /** How old a batch may get. */
  delayMs: number
  keepsSpans: boolean
  /** After everything has been delivered, or not in time. */
  flushed?(deadline: number): Promise<void>
  /** Closes what the batches were sent with. */
  ended(deadline: number): Promise<void> | void
  rest?(unsent: Batch<T>[]): Rest
}

export function createGatheringExit<T>({ delivery, gathering, delayMs, keepsSpans, flushed, ended, rest }: GatheringExitParts<T>): Exit {
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const seal = (): void => {
    clearTimeout(timer)
    timer = undefined
    const batch = gathering.take()
    if (batch) delivery.push(batch)
  }
  const deliver = (deadline: number): Promise<void> => {
    seal()
    return delivery.settled(deadline)
  }
  return {
    account: delivery.account,
    dropped: delivery.dropped,
    keepsSpans,
    add(span) {
      delivery.record(1)
      if (closed) return delivery.drop('shutdown', 1)
      if (!gathering.add(span)) return delivery.drop('invalid', 1)
      if (gathering.isFull()) seal()
      else timer ??= setTimeout(seal, delayMs).unref()
    },
    async flush(deadline) {
      await deliver(deadline)
      await flushed?.(deadline)
    },
    async close(deadline) {
      await deliver(deadline)
      // What ended meanwhile, once: then nothing is taken any more.
      await deliver(deadline)
      closed = true
      seal()
      delivery.close()
      await ended(deadline)
    },
    ...(rest && {
      rest() {
        seal()
        const unsent = delivery.unsent()
        return unsent.length === 0 ? undefined : rest(unsent)
      }
    })
  }
}
