// How a promise of the application settles, without a change to what the application sees of it.
import { types } from 'node:util'

/**
 * Tells how a promise settles and returns the promise to hand on. A handler beside those of the caller would count as one: a rejection that nobody
 * handles would no longer reach the process, and stacks of async functions would end here. So a plain promise goes on as the next of its chain;
 * one with members of its own is handed on as it is.
 */
export function watchPromise<T extends PromiseLike<unknown>>(
  promise: T,
  succeed: (value: Awaited<T>) => void,
  fail: (error: unknown) => void
): T {
  const succeeded = (value: unknown): unknown => {
    try {
      succeed(value as Awaited<T>)
    } catch {
      // A result that throws when it is looked at is the caller's all the same.
    }
    return value
  }
  if (isPlain(promise))
    return promise.then(succeeded, (error: unknown) => {
      fail(error)
      throw error
    }) as unknown as T
  try {
    promise.then(succeeded, fail)
  } catch (error) {
    // A class of its own may refuse to be looked at; whoever awaits it hears the same.
    fail(error)
  }
  return promise
}

/** A promise of no class of its own, to which nobody has added a member. */
function isPlain(value: unknown): value is Promise<unknown> {
  return types.isPromise(value) && Object.getPrototypeOf(value) === Promise.prototype && Object.keys(value).length === 0
}
