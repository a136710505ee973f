// The observers of a cache, for the parts that work on top of it; a symbol, so that the copy of another module format finds them too.
import type { Observers } from '@rag/core'
import type { Cache } from './types.js'

const OBSERVERS = Symbol.for('@rag/cache/observers/1')

export function withObservers(cache: Cache, observers: Observers | undefined): Cache {
  return Object.defineProperty(cache, OBSERVERS, { value: observers ?? [] })
}

export function observersOf(cache: Cache): Observers {
  return (cache as { [OBSERVERS]?: Observers })[OBSERVERS] ?? []
}
