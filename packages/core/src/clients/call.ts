// What every instrumented client asks before it records a call: whether the call stands alone, belongs to the operation around it, or is nobody's business.
import { type Context, context, createContextKey } from '@opentelemetry/api'
import type { Outcome, Values } from '../attributes.js'
import { operationIn } from '../context.js'
import type { Operation } from '../operation.js'
import { watchPromise } from '../watch-promise.js'
import { outcomeOf } from '../work.js'

/** The key of `suppressTracing()` in `@opentelemetry/core`: exporters send under it. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Runs work whose calls are not recorded, such as the SDK's own. */
export function unrecorded<T>(fn: () => T): T {
  return context.with(quiet(context.active()), fn)
}

/** A context whose calls are not recorded. It answers for that one key itself: copies of all values would cost more than the call. */
export function quiet(around: Context): Context {
  return new QuietContext(around, ALWAYS)
}

/** Runs a call of which nobody below makes a record. What goes on in its context afterwards, such as the listeners of a socket, is the caller's again. */
export function quietly<T>(around: Context, fn: () => T): T {
  const extent = { over: false }
  try {
    return context.with(new QuietContext(around, extent), fn)
  } finally {
    extent.over = true
  }
}

/** How long calls go unrecorded. */
interface Extent {
  over: boolean
}
const ALWAYS: Extent = Object.freeze({ over: false })

class QuietContext implements Context {
  constructor(
    private readonly around: Context,
    private readonly extent: Extent
  ) {}

  getValue(key: symbol): unknown {
    return key === SUPPRESSED && !this.extent.over ? true : this.around.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return key === SUPPRESSED ? this.around.setValue(key, value) : new QuietContext(this.around.setValue(key, value), this.extent)
  }

  deleteValue(key: symbol): Context {
    return key === SUPPRESSED ? this.around.deleteValue(key) : new QuietContext(this.around.deleteValue(key), this.extent)
  }
}

/** The operation that a call is part of, `unrecorded` under {@link unrecorded}, or undefined for a call of its own. */
export function placeOfCall(active: Context = context.active()): Operation | 'unrecorded' | undefined {
  if (active.getValue(SUPPRESSED) === true) return 'unrecorded'
  const outer = operationIn(active)
  return outer && isCovered(outer) ? outer : undefined
}

/** Whether calls below this operation are events of it: a model call, a cache and Elasticsearch are recorded as what they are, not as HTTP or Redis. */
function isCovered({ kind, attributes, durationMs }: Operation): boolean {
  if (durationMs !== undefined) return false
  return kind === 'llm' || kind === 'cache' || (kind === 'db' && (attributes as { covers?: boolean }).covers === true)
}

/** Notes a call that begins now as an event of the operation around it, once it is told how the call ended. */
export function noteOf(outer: Operation, event: string, facts: Values): (outcome: Outcome, more?: Values) => void {
  const start = performance.now()
  return (outcome, more) => outer.mark(event, { ...facts, ...more, outcome, durationMs: performance.now() - start })
}

/** Runs a call and notes it as an event of the operation around it. What it returns or throws passes unchanged. */
export function noteCall<T>(outer: Operation, event: string, facts: Values, run: () => T, answer?: (result: Awaited<T>) => Values): T {
  const note = noteOf(outer, event, facts)
  return runCall(
    run,
    (result) => note('ok', answer?.(result)),
    (error) => note(callOutcome(error))
  )
}

/** How a call ended that failed with this error; drivers say that the time ran out in a name, a code or a sentence. */
export function callOutcome(error: unknown): Outcome {
  try {
    const { code, message, cause } = (error ?? {}) as { code?: unknown; message?: unknown; cause?: { code?: unknown } }
    for (const known of [code, cause?.code]) {
      // 57014: PostgreSQL cancelled the statement, nearly always by statement_timeout.
      if (known === '57014' || (typeof known === 'string' && /TIME_?D?OUT/.test(known))) return 'timeout'
    }
    const outcome = outcomeOf(error)
    return outcome === 'error' && typeof message === 'string' && /\btim(?:ed out|e-?out)\b/i.test(message.slice(0, 500))
      ? 'timeout'
      : outcome
  } catch {
    return 'error'
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

/** Runs a call, tells how it ended, at once or when its promise settles, and returns what to hand on. */
export function runCall<T>(run: () => T, succeed: (result: Awaited<T>) => void, fail: (error: unknown) => void): T {
  let result: T
  try {
    result = run()
  } catch (error) {
    fail(error)
    throw error
  }
  if (isThenable(result)) return watchPromise(result, succeed, fail) as T
  succeed(result as Awaited<T>)
  return result
}
