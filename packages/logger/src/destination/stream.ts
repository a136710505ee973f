// Lines to a stream of the application: any object with `write(line)`.

import { createNotices } from './notice.js'
import type { DropReason, Sink } from './sink.js'

/** What a stream must have, and what is used of it when it is there. */
export interface LogStream {
  write(line: string): unknown
  writableLength?: number
  destroyed?: boolean
  writableEnded?: boolean
  flushSync?(): void
  on?(event: string, listener: (...values: never[]) => void): unknown
}

const MAX_QUEUED_BYTES = 8 * 1024 * 1024

/** Hands each line to the stream at once. A stream that is full, closed or throws costs lines, which are counted. */
export function createStreamSink(stream: LogStream): Sink {
  const drops = new Map<DropReason, number>()
  const notices = createNotices()
  let recorded = 0
  let dropped = 0
  let failure = 'the stream is closed'

  // Without a listener the error of a log stream would end the process.
  guard(() => stream.on?.('error', (error: Error) => (failure = String(error?.message ?? error))))

  function drop(reason: DropReason): void {
    dropped++
    drops.set(reason, (drops.get(reason) ?? 0) + 1)
    notices.due(() => `stream: ${failure}; ${dropped} lines dropped since the start`)
  }

  return {
    write(line) {
      recorded++
      try {
        if (stream.destroyed || stream.writableEnded) return drop('destination')
        if ((stream.writableLength ?? 0) > MAX_QUEUED_BYTES) {
          failure = 'the reader does not keep up'
          return drop('queue_full')
        }
        stream.write(line)
      } catch (error) {
        failure = String((error as Error | undefined)?.message)
        drop('destination')
      }
    },
    flushSync() {
      guard(() => stream.flushSync?.())
    },
    async flush(deadlineMs = 5000) {
      const deadline = performance.now() + deadlineMs
      while ((stream.writableLength ?? 0) > 0 && !stream.destroyed && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    async close(deadlineMs) {
      await this.flush(deadlineMs)
      notices.stop()
    },
    account: () => ({ recorded, exported: recorded - dropped, dropped, queued: 0 }),
    drops: () => drops
  }
}

function guard(action: () => unknown): void {
  try {
    action()
  } catch {
    // The stream is the application's; what it throws stays here.
  }
}
