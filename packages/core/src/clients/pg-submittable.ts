// Cursors, query streams and Query objects of pg: the client drives them by their `handle…` methods, which tell when they are over.
import { context } from '@opentelemetry/api'
import { patchMethod } from './patch.js'

const HANDLERS = [
  'handleRowDescription',
  'handleDataRow',
  'handlePortalSuspended',
  'handleEmptyQuery',
  'handleCommandComplete',
  'handleReadyForQuery',
  'handleError'
] as const

/** Whether pg would hand the connection to this object instead of making a query of it. */
export function isSubmittable(statement: unknown): statement is object {
  return typeof (statement as { submit?: unknown } | null | undefined)?.submit === 'function'
}

/**
 * Calls `finish` when the object has got its last answer. Its handlers run in the caller's context, which the socket does not know; an `error`
 * listener would hide an error that nobody handles, so there is none.
 */
export function watchSubmittable(submittable: object, finish: (error: unknown, result?: { rowCount?: number | null }) => void): void {
  const caller = context.active()
  let rows = 0
  let changed: number | undefined
  for (const name of HANDLERS) {
    const undo = patchMethod(
      submittable,
      name,
      (original) =>
        function handled(this: unknown, ...values: unknown[]) {
          if (name === 'handleDataRow') rows++
          // A cursor completes with the count of its last portion only.
          if (name === 'handleCommandComplete') changed = rowsOf(values[0])
          if (name === 'handleError') finish(values[0] ?? true)
          if (name === 'handleReadyForQuery') {
            finish(undefined, rows > 0 ? { rowCount: rows } : changed === undefined ? {} : { rowCount: changed })
            undo()
          }
          return context.with(caller, () => Reflect.apply(original, this, values))
        } as never
    )
  }
}

/** `SELECT 5` and `INSERT 0 5` end with a count. https://www.postgresql.org/docs/current/protocol-message-formats.html */
function rowsOf(complete: unknown): number | undefined {
  const text = (complete as { text?: unknown } | undefined)?.text
  const count = typeof text === 'string' ? / (\d+)$/.exec(text)?.[1] : undefined
  return count === undefined ? undefined : Number(count)
}
