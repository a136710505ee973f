// Tells a time-out from an abort where a client aborts for both alike and tells its fetch neither why nor how long it waits.
import { AsyncResource, executionAsyncId } from 'node:async_hooks'

/** Frames of a stack that may lie between a signal's timer and us. */
const FRAMES = 60
const NATIVE = /_onTimeout \(node:internal\/abort_controller/

/** A place in the order in which timers and requests are made; take it first thing in a fetch. */
export function placeInTime(): number {
  return new AsyncResource('rag.llm.fetch').asyncId()
}

/**
 * Watches a signal. The answer says whether it was aborted by the timer that was made right before `place`, which is the client's own time-out,
 * or by an `AbortSignal.timeout()`, however many signals it came through.
 */
export function watchTimer(signal: AbortSignal, place: number): { ranOut(): boolean; release(): void } {
  let ranOut = false
  const onAbort = (): void => {
    ranOut = executionAsyncId() === place - 1 || isNative()
  }
  signal.addEventListener('abort', onAbort, { once: true })
  return { ranOut: () => ranOut, release: () => signal.removeEventListener('abort', onAbort) }
}

/** Whether the timer of an `AbortSignal.timeout()` runs this very code. */
function isNative(): boolean {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = FRAMES
  const { stack } = new Error('where')
  Error.stackTraceLimit = before
  return NATIVE.test(String(stack))
}
