// Keeps the hidden class of Node's own tick objects alive, because V8 would forget it in the first collection that meets none of them.
import { executionAsyncResource } from 'node:async_hooks'

/** In this module and not on the global object: what stands there belongs to whoever runs several worlds in one process, such as Jest. */
export const ticks: object[] = []

/**
 * Holds a tick object; while it is held, so is the hidden class of all of them.
 *
 * `process.nextTick` writes its tick objects as `{ [symbol]: … }`. V8 remembers for each of these properties the one hidden class it has
 * seen, and holds that class weakly. A collection while a service starts, when no tick waits, frees it; the next tick comes with a class of
 * the same shape that is another one, and from then on every `nextTick` of the process takes the slow way: 0.3 us instead of 0.06, some
 * ten times a request, measured on Node 24. Whatever makes an application larger, this SDK included, makes that collection likelier.
 * The price: Node tells JavaScript about the resource of every callback from now on, as it does below 24 for any AsyncLocalStorage. In the
 * same profile that is under 0.2 us of a request with a call.
 * In a runtime without such objects something small is held for nothing.
 */
export function holdTick(): void {
  process.nextTick(() => ticks.push(executionAsyncResource()))
}
