// A request body that is asked for piece by piece: what makes the pieces is the caller's work, not part of the call that sends them.
import { type Context, context } from '@opentelemetry/api'

type Pieces = AsyncIterable<unknown> & object

/** Lets an async iterable, such as a generator or a stream of Node, run in the caller's context when the fetch underneath asks it for its pieces. */
export function pullIn(caller: Context, body: unknown): void {
  // A stream of the web is asked in the context in which it was made.
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body) || body instanceof ReadableStream) return
  const original = body[Symbol.asyncIterator] as unknown
  if (typeof original !== 'function') return
  const iterate = function iterate(this: unknown): AsyncIterator<unknown> {
    delete (body as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator]
    const pieces = Reflect.apply(original, this, []) as AsyncIterator<unknown>
    const inCaller = (name: 'next' | 'return' | 'throw') =>
      typeof pieces[name] === 'function' && {
        [name]: (...values: [unknown]) => context.with(caller, () => pieces[name]!(...values))
      }
    return { ...inCaller('next'), ...inCaller('return'), ...inCaller('throw') } as unknown as AsyncIterator<unknown>
  }
  try {
    // On the object itself: a fetch that is not Node's may want a stream and no other object.
    Object.defineProperty(body as Pieces, Symbol.asyncIterator, { value: iterate, configurable: true })
  } catch {
    // A frozen body goes without.
  }
}
