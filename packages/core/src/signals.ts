// SIGTERM and SIGINT: when nobody but this SDK listens, telemetry is flushed within the deadline and the signal is raised again.
import { isMainThread } from 'node:worker_threads'

type Close = () => Promise<unknown>
interface Watch {
  closers: Set<Close>
  listeners: Map<NodeJS.Signals, () => void>
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
const KEY = Symbol.for('@rag/core/signals/1')
const carrier = globalThis as { [KEY]?: Watch }

/** Closes this instance when a signal ends the process. All instances and copies share one listener a signal. Returns the undo. */
export function closeOnSignal(close: Close): () => void {
  if (!isMainThread) return () => {}
  carrier[KEY] ??= { closers: new Set(), listeners: new Map() }
  const watch = carrier[KEY]
  watch.closers.add(close)
  if (watch.listeners.size === 0) for (const signal of SIGNALS) listen(watch, signal)
  return () => {
    watch.closers.delete(close)
    if (watch.closers.size === 0) release(watch)
  }
}

function listen(watch: Watch, signal: NodeJS.Signals): void {
  const listener = () => {
    // An application that listens decides itself; its shutdown() or exit flushes.
    if (process.listenerCount(signal) > 1) return
    const closers = [...watch.closers]
    void Promise.allSettled(closers.map((close) => close())).then(() => {
      release(watch)
      process.kill(process.pid, signal)
    })
  }
  watch.listeners.set(signal, listener)
  process.on(signal, listener)
}

function release(watch: Watch): void {
  for (const [signal, listener] of watch.listeners) process.removeListener(signal, listener)
  watch.listeners.clear()
}
