// Counts what is logged: lines by level and component, and errors by their kind. Everything is bounded.
import type { Emit } from '@rag/core'

/** Lines of one component, by level. */
export type LevelCounts = Map<string, number>

export interface Events {
  /** The counts of a component. */
  of(component: string): LevelCounts
  /** Counts an error of a kind. */
  failed(fingerprint: string): void
  /** Counts a line left out on purpose. */
  leftOut(reason: 'quiet' | 'sampled'): void
  read(emit: Emit): void
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
/** One value of each label is left for all the rest. */
const MAX_COMPONENTS = 49
const MAX_NAMED = 49
const MAX_KNOWN = 2000
export const REQUESTS = 'http'
export const NO_COMPONENT = 'none'
const OTHER = '__other__'

export function createEvents(): Events {
  const components = new Map<string, LevelCounts>([
    [NO_COMPONENT, new Map()],
    [REQUESTS, new Map()]
  ])
  const kinds = new Map<string, number>()
  const left = { quiet: 0, sampled: 0 }
  let beyond = 0
  return {
    of(component) {
      const name = components.has(component) || components.size < MAX_COMPONENTS ? component : OTHER
      const counts = components.get(name) ?? new Map<string, number>()
      components.set(name, counts)
      return counts
    },
    failed(fingerprint) {
      const known = kinds.get(fingerprint)
      if (known !== undefined) kinds.set(fingerprint, known + 1)
      else if (kinds.size < MAX_KNOWN) kinds.set(fingerprint, 1)
      else beyond++
    },
    leftOut(reason) {
      left[reason]++
    },
    read(emit) {
      for (const [component, counts] of components)
        for (const level of LEVELS) emit('rag_log_events_total', counts.get(level) ?? 0, { level, component })
      for (const reason of ['quiet', 'sampled'] as const) emit('rag_log_left_out_total', left[reason], { reason })
      emit('rag_log_fingerprints_total', kinds.size)
      let named = 0
      let rest = beyond
      for (const [fingerprint, count] of kinds) {
        if (named++ < MAX_NAMED) emit('rag_log_fingerprint_events_total', count, { fingerprint })
        else rest += count
      }
      if (rest > 0) emit('rag_log_fingerprint_events_total', rest, { fingerprint: OTHER })
    }
  }
}

/** Counts one line. */
export function countLine(counts: LevelCounts, level: string): void {
  counts.set(level, (counts.get(level) ?? 0) + 1)
}
