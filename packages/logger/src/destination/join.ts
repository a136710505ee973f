// Several destinations as one: each line goes to each, and each counts its own.
import type { DropReason, Sink } from './sink.js'

/** The last chance of a sink before the process is gone. */
export function exitOf(sink: Sink): void {
  if (sink.exit) sink.exit()
  else sink.flushSync()
}

export function joinSinks(sinks: readonly Sink[]): Sink {
  return {
    waitMs: Math.min(...sinks.map(({ waitMs = 0 }) => waitMs)),
    write(line) {
      for (const sink of sinks) sink.write(line)
    },
    flushSync() {
      for (const sink of sinks) sink.flushSync()
    },
    exit() {
      for (const sink of sinks) exitOf(sink)
    },
    async flush(deadlineMs) {
      await Promise.all(sinks.map((sink) => sink.flush(deadlineMs)))
    },
    async close(deadlineMs) {
      await Promise.all(sinks.map((sink) => sink.close(deadlineMs)))
    },
    account() {
      const sum = { recorded: 0, exported: 0, dropped: 0, queued: 0 }
      for (const sink of sinks) {
        const account = sink.account()
        for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += account[key]
      }
      return sum
    },
    drops() {
      const sum = new Map<DropReason, number>()
      for (const sink of sinks) for (const [reason, lines] of sink.drops()) sum.set(reason, (sum.get(reason) ?? 0) + lines)
      return sum
    },
    reopen() {
      for (const sink of sinks) sink.reopen?.()
    }
  }
}
