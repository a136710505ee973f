// Children of a logger. A framework makes one for every request and few of them write, so plain bindings wait until somebody looks at them.
import type { ChildLoggerOptions, Logger } from 'pino'
import { cleanBindings } from './bindings.js'
import { attachCounts, type LogState } from './state.js'
import type { PinoInner } from './symbols.js'

type Child = (this: Logger, bindings: object, options?: ChildLoggerOptions) => Logger
type Plain = Record<string, string | number | boolean>

const WAITING = Symbol.for('@rag/logger/bindings/1')
/** More are masked at once: a copy of many fields costs as much. */
const MOST_WAITING = 4
const NONE: object = Object.freeze({})

/** Makes `child` from that of pino. `mayWait` is false where something of the user's looks at every child. */
export function createChild(child: Child, state: LogState, mayWait: boolean): Child {
  return function childOf(this: Logger, bindings, options) {
    writeWaiting(this as unknown as PinoInner, state)
    const waiting = mayWait && isEmpty(options) ? waitingBindings(bindings) : undefined
    if (waiting) {
      const made = child.call(this, NONE)
      ;(made as unknown as PinoInner)[WAITING] = waiting
      return made
    }
    const made = child.call(this, cleanBindings(bindings, state.mask, state.shape), options)
    const component: unknown = Object.hasOwn(bindings, 'component') ? made.bindings()[state.shape.component] : undefined
    if (typeof component !== 'string') return made
    state.components.join(component, made)
    attachCounts(made, state.events.of(component))
    return made
  }
}

/** Masks and writes the bindings that wait on an instance, before anything reads them. */
export function writeWaiting(instance: PinoInner, state: LogState): void {
  const waiting = instance[WAITING] as Plain | undefined
  if (waiting === undefined) return
  // Own, so that children made before and after see nothing to do.
  instance[WAITING] = undefined
  state.setBindings.call(instance as unknown as Logger, cleanBindings(waiting, state.mask, state.shape))
}

function isEmpty(options: ChildLoggerOptions | undefined): boolean {
  if (options === undefined || options === null) return true
  for (const _ in options) return false
  return true
}

/** A copy of bindings that nothing can change any more; undefined for all others. */
function waitingBindings(bindings: object): Plain | undefined {
  const copy: Plain = {}
  let count = 0
  try {
    for (const key in bindings) {
      const value: unknown = (bindings as Record<string, unknown>)[key]
      const type = typeof value
      if (++count > MOST_WAITING || key === 'component' || key === '__proto__') return undefined
      if (type !== 'string' && type !== 'number' && type !== 'boolean') return undefined
      copy[key] = value as string
    }
  } catch {
    return undefined
  }
  return copy
}
