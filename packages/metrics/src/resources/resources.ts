// Process, event loop, garbage collector and container as one source; started and stopped together.

import type { Sources } from '../sources.js'
import type { Store } from '../storage/store.js'
import { containerSource } from './container.js'
import { startEventLoop } from './event-loop.js'
import { startGc } from './gc.js'
import { processSource } from './process.js'

/** Returns the undo. */
export function startResources(store: Store, sources: Sources): () => void {
  const loop = startEventLoop()
  const gc = startGc(store)
  const undo = [sources.add(processSource), sources.add(loop.source), sources.add(containerSource())]
  return () => {
    loop.stop()
    gc()
    for (const stop of undo) stop()
  }
}
