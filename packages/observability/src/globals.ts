// Covers calls of code that one does not own: the global fetch, until the instance is shut down.
import { createFetch, type Observers } from '@rag/core'

/** Replaces the global fetch by one that propagates and records. Returns the undo. */
export function coverGlobals(observers: Observers): () => void {
  const original = globalThis.fetch
  const observed = createFetch({ observers, fetch: original })
  globalThis.fetch = observed
  return () => {
    // Somebody wrapped it since: theirs stays.
    if (globalThis.fetch === observed) globalThis.fetch = original
  }
}
