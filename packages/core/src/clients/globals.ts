// Calls of code that one does not own: the global fetch, undici, `node:http` and `node:https`.

import type { Observers } from '../observer.js'
import { observerList } from '../observer.js'
import { createFetch } from './fetch.js'
import { observeNodeHttp } from './node-http.js'
import { observeUndiciRequests } from './undici.js'

/**
 * Records what the process sends by `fetch`, undici, `http` and `https`, whoever sends it. Returns the undo.
 *
 * @example
 * const undo = observeGlobals([metrics.observer, tracing.observer])
 */
export function observeGlobals(observers: Observers): () => void {
  const list = observerList(observers)
  const original = globalThis.fetch
  const recorded = createFetch({ observers: list, fetch: original })
  let over = false
  const observed: typeof original = function fetch(input, init) {
    return over ? original(input, init) : recorded(input, init)
  }
  globalThis.fetch = observed
  const undoes = [observeUndiciRequests(list), observeNodeHttp(list)]
  return () => {
    // Somebody wrapped it since: theirs stays, and what they call passes on.
    over = true
    if (globalThis.fetch === observed) globalThis.fetch = original
    for (const undo of undoes) undo()
  }
}
