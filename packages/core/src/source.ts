// Figures that are not an operation: plain numbers that a producer keeps and that are read when metrics are collected.
import type { MetricName } from './catalogue/index.js'
import type { Observer } from './observer.js'

/** Label values of one figure. */
export interface Labels {
  [label: string]: string | number | boolean | undefined
}

/** Takes one figure from a source. Counters are given as their running total. */
export type Emit = (metric: MetricName, value: number, labels?: Labels) => void

/** Something that holds figures. `read` is called at collection time and must not do I/O. */
export interface Source {
  read(emit: Emit): void
}

/**
 * Shows a source to every observer that reads sources. Returns the undo.
 *
 * @example
 * const stop = registerSource(observers, { read: (emit) => emit('rag_cache_entries', entries.size, { cache: 'answers' }) })
 */
export function registerSource(observers: readonly Observer[], source: Source): () => void {
  const undo = observers.map((observer) => observer.source?.(source))
  return () => {
    for (const stop of undo) stop?.()
  }
}
