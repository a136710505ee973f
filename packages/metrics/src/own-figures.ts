// What the metrics say of themselves.
import type { Account, Source } from '@rag/core'
import type { Active } from './observer.js'
import type { Store } from './storage/store.js'

/** Every value is either held or dropped; none waits. */
export function accountOf(store: Store): Account {
  const { recorded, dropped } = store
  return { recorded, exported: recorded - dropped, dropped, queued: 0 }
}

export function ownFigures(store: Store, active: Active, lastScrape: () => number): Source {
  return {
    read(emit) {
      emit('http_server_active_requests', active.server)
      emit('http_client_active_requests', active.client)
      const { recorded, exported, dropped, queued } = accountOf(store)
      const signal = 'metrics'
      emit('rag_telemetry_recorded_total', recorded, { signal })
      emit('rag_telemetry_exported_total', exported, { signal })
      emit('rag_telemetry_dropped_total', dropped, { signal, reason: 'invalid' })
      emit('rag_telemetry_queued', queued, { signal })
      for (const [reason, count] of Object.entries(store.invalid)) emit('rag_metrics_invalid_total', count, { reason })
      for (const [metric, { overflowed, labelNames, series }] of store.metrics) {
        if (labelNames.length > 0 && series.size > 0) emit('rag_metrics_overflow_total', overflowed, { metric })
      }
      emit('rag_metrics_series', store.size)
      emit('rag_metrics_scrape_duration_seconds', lastScrape())
    }
  }
}
