// SIGTERM and SIGINT end a process in the middle of a turn, before its lines are handed over: when nobody else listens, that is done first.

type Finish = () => void
interface Watch {
  readonly finishers: Set<Finish>
  readonly listeners: Map<NodeJS.Signals, () => void>
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
const KEY = Symbol.for('@rag/logger/signals/1')
/** Says to other parts of this SDK that a listener is none of the application's. */
const OURS = Symbol.for('@rag/signal-listener/1')
const carrier = globalThis as { [KEY]?: Watch }

/** Runs `finish` when a signal ends the process. All loggers and copies of this module share one listener a signal. Returns the undo. */
export function finishOnSignal(finish: Finish): () => void {
  const watch = (carrier[KEY] ??= { finishers: new Set(), listeners: new Map() })
  watch.finishers.add(finish)
  if (watch.listeners.size === 0) for (const signal of SIGNALS) listen(watch, signal)
  return () => {
    watch.finishers.delete(finish)
    if (watch.finishers.size === 0) release(watch)
  }
}

function listen(watch: Watch, signal: NodeJS.Signals): void {
  const listener = Object.assign(
    () => {
      // Whoever else listens decides: the application, or the umbrella of this SDK, which closes everything in order.
      if (process.listenerCount(signal) > 1) return
      for (const finish of watch.finishers) {
        try {
          finish()
        } catch {
          // The next one has its chance.
        }
      }
      release(watch)
      process.kill(process.pid, signal)
    },
    { [OURS]: true }
  )
  watch.listeners.set(signal, listener)
  process.on(signal, listener)
}

function release(watch: Watch): void {
  for (const [signal, listener] of watch.listeners) process.off(signal, listener)
  watch.listeners.clear()
}
