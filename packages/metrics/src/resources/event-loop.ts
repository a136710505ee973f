// The event loop: delay by the histogram that Node keeps, and share of busy time, over a window that does not depend on who reads.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Source } from '@rag/core'

/** Each tick wakes the process: at 20 ms an idle one would spend most of its CPU on this. A block longer than this is always seen. */
const RESOLUTION_MS = 50
/** Two scrapers must not take each other's worst moment away, so a reading covers at least this much time. */
const WINDOW_MS = 30_000

interface Figures {
  p50: number
  p99: number
  max: number
  busy: number
}

/** Starts the measurement; a timer in native code, unreferenced. */
export function startEventLoop(windowMs: number = WINDOW_MS): { source: Source; stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let start = performance.now()
  let used = performance.eventLoopUtilization()
  let before: Figures | undefined
  // The histogram holds the whole interval between two ticks of its timer; the delay is what exceeds it.
  const seconds = (nanoseconds: number) => Math.max(0, (Number.isFinite(nanoseconds) ? nanoseconds : 0) / 1e9 - RESOLUTION_MS / 1000)
  return {
    stop: () => void delay.disable(),
    source: {
      read(emit) {
        const now: Figures = {
          p50: seconds(delay.percentile(50)),
          p99: seconds(delay.percentile(99)),
          max: seconds(delay.max),
          busy: performance.eventLoopUtilization(used).utilization
        }
        const over = performance.now() - start >= windowMs
        const worst = (figure: keyof Figures) => (over || !before ? now[figure] : Math.max(before[figure], now[figure]))
        emit('nodejs_eventloop_delay_p50_seconds', worst('p50'))
        emit('nodejs_eventloop_delay_p99_seconds', worst('p99'))
        emit('nodejs_eventloop_delay_max_seconds', worst('max'))
        emit('nodejs_eventloop_utilization_ratio', now.busy)
        if (!over) return
        before = now
        start = performance.now()
        used = performance.eventLoopUtilization()
        delay.reset()
      }
    }
  }
}
