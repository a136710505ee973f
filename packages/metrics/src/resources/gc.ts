// Pauses of the garbage collector.
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { observe } from '../storage/series.js'
import type { Store } from '../storage/store.js'

const TYPES = new Map<number, string>([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb']
])

/** Returns the undo. */
export function startGc(store: Store): () => void {
  const duration = store.get('v8js_gc_duration_seconds')
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const type = TYPES.get((entry as { detail?: { kind?: number } }).detail?.kind ?? -1)
      if (type) observe(duration.resolve([type]), entry.duration / 1000)
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}
