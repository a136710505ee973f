// bentocache: its channel says the layer that served a look-up. Its events do not: `get` names the wrong layer, and a failed load says nothing.
import { tracingChannel } from 'node:diagnostics_channel'
import type { Layer } from '../types.js'
import type { Count, Metering } from './meter.js'
import { shadow } from './shadow.js'

interface Message {
  hit?: boolean
  tier?: 'l1' | 'l2'
  graced?: boolean
}
type Tell = (message: Message) => void

const CHANNEL = 'bentocache.cache.operation'
const METHODS = ['get', 'getOrSet', 'getOrSetForever'] as const
/** Whose look-up a message belongs to: the channel is one for all caches of the process. */
const owners = new WeakMap<object, Tell>()
let calling: Tell | undefined
let users = 0

/** bentocache opens its operation before the call returns, so that the running call names it. */
const subscriber = {
  start(message: object) {
    if (calling) owners.set(message, calling)
    calling = undefined
  },
  end() {},
  asyncStart() {},
  asyncEnd(message: object) {
    owners.get(message)?.(message as Message)
    owners.delete(message)
  },
  error() {}
}

export function isBentocache(target: object): boolean {
  const shape = target as Partial<Record<(typeof METHODS)[number] | 'namespace' | 'deleteByTag', unknown>> | null
  return METHODS.every((name) => typeof shape?.[name] === 'function') && typeof shape?.namespace === 'function'
}

export function meterBentocache(target: object, layers: readonly Layer[], count: Count): Metering {
  const tell: Tell = ({ hit, tier, graced }) => {
    const served: Layer | undefined = hit ? (tier === 'l2' ? 'redis' : 'memory') : undefined
    for (const layer of layers) {
      if (layer === served) return count(layer, graced ? 'stale' : 'hit')
      count(layer, 'miss')
    }
  }
  if (users++ === 0) tracingChannel(CHANNEL).subscribe(subscriber)
  const undoes = METHODS.map((name) =>
    shadow(
      target,
      name,
      (original) =>
        function metered(this: unknown, ...values) {
          calling = tell
          try {
            return Reflect.apply(original, this, values)
          } finally {
            calling = undefined
          }
        }
    )
  )
  let open = true
  return {
    layers,
    undo() {
      if (!open) return
      open = false
      for (const undo of undoes) undo()
      if (--users === 0) tracingChannel(CHANNEL).unsubscribe(subscriber)
    }
  }
}
