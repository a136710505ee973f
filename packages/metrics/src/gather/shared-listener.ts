// One listener an event, however many instances listen: a process with many of them gets no warning about leaks.

interface Emitter {
  on(event: string, listener: (value: never) => void): unknown
  off(event: string, listener: (value: never) => void): unknown
}

const shared = new Map<Emitter, Map<string, { listeners: Set<(value: never) => void>; relay: (value: never) => void }>>()

/** Listens through the one listener; returns the undo. */
export function listenShared<V>(emitter: object, event: string, listener: (value: V) => void): () => void {
  const source = emitter as Emitter
  const events = shared.get(source) ?? new Map()
  shared.set(source, events)
  let entry = events.get(event)
  if (!entry) {
    const listeners = new Set<(value: never) => void>()
    const relay = (value: never) => {
      for (const each of listeners) each(value)
    }
    entry = { listeners, relay }
    events.set(event, entry)
    source.on(event, relay)
  }
  const { listeners, relay } = entry
  listeners.add(listener as (value: never) => void)
  return () => {
    listeners.delete(listener as (value: never) => void)
    if (listeners.size > 0) return
    source.off(event, relay)
    events.delete(event)
  }
}
