// Ended operations wait here for up to 64 others or 250 ms: recorded in a hot loop they cost a third of what they cost one by one between sockets.
import type { Observer, Observers } from './observer.js'
import type { OperationRecord } from './operation.js'
import type { Source } from './source.js'
import { countFailure, state } from './state.js'

const BATCH_SIZE = 64
/** Spans and figures wait for an export or a scrape anyway, and both drain the batch. */
const BATCH_MS = 250

/** Hands an ended operation to its observers with the next batch; to those that cannot wait, now. */
export function enqueue(operation: OperationRecord): void {
  const { observers, kind } = operation
  let wait = BATCH_MS
  for (const observer of observers) {
    const within = observer.within?.[kind]
    if (within === undefined) continue
    if (within <= 0) record(observer, operation)
    else if (within < wait) wait = within
  }
  const pending = state.pending.push(operation)
  if (pending >= BATCH_SIZE) state.immediate ??= setImmediate(drain)
  else if (state.timer === undefined || wait < state.waitMs) wake(wait)
  if (!state.exitArmed) armExit()
}

/** Drains after `wait` at the latest; whoever came before with more patience is drained with it. */
function wake(wait: number): void {
  clearTimeout(state.timer)
  state.timer = setTimeout(drain, wait).unref()
  state.waitMs = wait
}

/** Lets every observer record what has ended so far. Called by the batch, and before a scrape, a flush, a fatal line and the exit. */
export function drain(): void {
  if (state.timer !== undefined) clearTimeout(state.timer)
  if (state.immediate !== undefined) clearImmediate(state.immediate)
  state.timer = undefined
  state.immediate = undefined
  const batch = state.pending
  if (batch.length === 0) return
  state.pending = []
  for (const observer of observersOf(batch)) {
    // Nearly always one list for the whole batch: it is searched once.
    let list: Observers | undefined
    let listed = false
    for (const operation of batch) {
      if (operation.observers !== list) {
        list = operation.observers
        listed = list.includes(observer)
      }
      if (listed && !isRecorded(observer, operation)) record(observer, operation)
    }
  }
  for (const operation of batch) operation.release()
}

/** Whether the observer has had the operation when it ended. */
function isRecorded({ within }: Observer, { kind }: OperationRecord): boolean {
  return within !== undefined && (within[kind] ?? BATCH_MS) <= 0
}

function record(observer: Observer, operation: OperationRecord): void {
  try {
    observer.end?.(operation)
  } catch {
    countFailure(observer.id)
  }
}

/** Runs `hook` when the process exits, after the last batch; must be synchronous. Returns the undo. */
export function onExit(hook: () => void): () => void {
  if (!state.exitArmed) armExit()
  state.exitHooks.add(hook)
  return () => state.exitHooks.delete(hook)
}

/** Records lost because an observer threw. */
export const failureSource: Source = {
  read(emit) {
    for (const [observer, count] of state.failures) emit('rag_observer_failures_total', count, { observer })
  }
}

function observersOf(batch: readonly OperationRecord[]): Set<Observer> {
  const observers = new Set<Observer>()
  let last: readonly Observer[] | undefined
  for (const operation of batch) {
    if (operation.observers === last) continue
    last = operation.observers
    for (const observer of last) if (observer.end) observers.add(observer)
  }
  return observers
}

function armExit(): void {
  state.exitArmed = true
  process.once('exit', () => {
    drain()
    for (const hook of state.exitHooks) {
      try {
        hook()
      } catch {
        countFailure('exit')
      }
    }
  })
}
