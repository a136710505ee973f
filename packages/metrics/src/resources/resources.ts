// Process, event loop, garbage collector and container as one source; started and stopped together.
import { isMainThread } from 'node:worker_threads'
import type { Sources } from '../sources.js'
import type { Store } from '../storage/store.js'
import { containerSource } from './container.js'
import { startEventLoop } from './event-loop.js'
import { startGc } from './gc.js'
import { heapSource, processSource } from './process.js'

/** Returns the undo. */
export function startResources(store: Store, sources: Sources): () => void {
  const loop = startEventLoop()
  const gc = startGc(store)
  const undo = [sources.add(loop.source), sources.add(heapSource)]
  // A thread has a loop and a heap of its own; the rest is the process', which its main thread shows.
  if (isMainThread) undo.push(sources.add(processSource), sources.add(containerSource()))
  return () => {
    loop.stop()
    gc()
    for (const stop of undo) stop()
  }
}
