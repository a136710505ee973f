// Waits for a promise no longer than a limit.

export const TIMED_OUT = Symbol('timed out')

/**
 * The result, or {@link TIMED_OUT}. A busy process fires timers before it reads its sockets: one turn of the loop decides whether the answer is
 * already there. What the promise does later is ignored.
 */
export function within<T>(promise: PromiseLike<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(resolve, TIMED_OUT), ms)
    promise.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      }
    )
  })
}
