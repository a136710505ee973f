// The event loop: delay by the histogram that Node keeps, and share of busy time.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Source } from '@rag/core'

const RESOLUTION_MS = 20

/** Starts the measurement; a timer in native code, unreferenced. */
export function startEventLoop(): { source: Source; stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let before = performance.eventLoopUtilization()
  return {
    stop: () => void delay.disable(),
    source: {
      read(emit) {
        const now = performance.eventLoopUtilization()
        emit('nodejs_eventloop_utilization_ratio', performance.eventLoopUtilization(now, before).utilization)
        before = now
        // The histogram holds the whole interval between two ticks of its timer; the delay is what exceeds it.
        const seconds = (nanoseconds: number) => Math.max(0, (Number.isFinite(nanoseconds) ? nanoseconds : 0) / 1e9 - RESOLUTION_MS / 1000)
        emit('nodejs_eventloop_delay_p50_seconds', seconds(delay.percentile(50)))
        emit('nodejs_eventloop_delay_p99_seconds', seconds(delay.percentile(99)))
        emit('nodejs_eventloop_delay_max_seconds', seconds(delay.max))
        delay.reset()
      }
    }
  }
}
