// What every log call runs: tells object, message and values apart as pino does, without trusting any of them.
import { drain } from '@rag/core'
import type { Logger, LoggerOptions as PinoOptions } from 'pino'
import { countLine } from './events.js'
import { isError } from './plain.js'
import { type Logged, recordLine } from './record.js'
import { countsOf, type LogState, stateOf } from './state.js'
import {
  errorKeySym,
  hooksSym,
  messageKeySym,
  mixinMergeStrategySym,
  mixinSym,
  msgPrefixSym,
  type PinoInner,
  streamSym,
  timeSym
} from './symbols.js'

type LogMethod = NonNullable<NonNullable<PinoOptions['hooks']>['logMethod']>
type Mixin = (fields: object, level: number, logger: Logger) => object
type Merge = (fields: object, mixed: object) => object

const FATAL = 60

/** The `logMethod` hook; a hook of the user runs first and calls on to ours. */
export function createLogMethod(users: LogMethod | undefined): LogMethod {
  if (!users) {
    return function log(this: Logger, values, _method, level) {
      logCall(this, values, level)
    } as LogMethod
  }
  return function log(this: Logger, values, method, level) {
    const next = function (this: Logger, ...given: unknown[]): void {
      logCall(this ?? logger, given, level)
    }
    const logger = this
    users.call(this, values, next as unknown as typeof method, level)
  } as LogMethod
}

function logCall(logger: Logger, values: readonly unknown[], level: number): void {
  const state = stateOf(logger)
  if (!state) return
  try {
    writeRecord(logger, state, toldApart(logger, values), level)
  } catch {
    state.unreadable++
    writeRecord(logger, state, { fields: undefined, message: '[unreadable record]', values: [] }, level)
  }
}

function toldApart(logger: Logger, values: readonly unknown[]): Logged {
  const inner = logger as unknown as PinoInner
  const first = values[0]
  const prefix = inner[msgPrefixSym]
  if (typeof first !== 'object') {
    const message = first === undefined && values.length > 1 ? values[1] : first
    return { fields: undefined, message: prefixed(prefix, message), values: values.slice(first === undefined ? 2 : 1) }
  }
  if (first === null)
    return values.length === 1
      ? { fields: undefined, message: null, values: [] }
      : { fields: undefined, message: prefixed(prefix, values[1]), values: values.slice(2) }
  let message = values[1]
  const found = first as Record<string, unknown>
  if (message === undefined) message = messageOf(found, inner)
  return { fields: wrapped(found), message: prefixed(prefix, message), values: values.length > 2 ? values.slice(2) : NO_VALUES }
}

/** An error without a message of the caller speaks for itself. */
function messageOf(fields: Record<string, unknown>, inner: PinoInner): unknown {
  try {
    if (isError(fields)) return fields.message
    if (fields[inner[messageKeySym] as string] !== undefined) return undefined
    const error = fields[inner[errorKeySym] as string] as { message?: unknown } | undefined
    return error ? error.message : undefined
  } catch {
    return undefined
  }
}

/** A request or response of Node logged by itself is shown by its serializer, as in pino. */
function wrapped(fields: Record<string, unknown>): object {
  try {
    if (fields['method'] && fields['headers'] && fields['socket']) return { req: fields }
    if (typeof fields['setHeader'] === 'function') return { res: fields }
  } catch {
    // A field that throws is replaced when it is read for the line.
  }
  return fields
}

const NO_VALUES: readonly unknown[] = []

function prefixed(prefix: unknown, message: unknown): unknown {
  return typeof prefix === 'string' && message !== undefined && message !== null ? prefix + String(message) : message
}

/** Writes one record and counts it. */
export function writeRecord(logger: Logger, state: LogState, logged: Logged, level: number, time?: string): void {
  const inner = logger as unknown as PinoInner
  // A fatal line ends the story: what happened before stands before it.
  if (level >= FATAL) drain()
  const mixin = inner[mixinSym] as Mixin | undefined
  const record = mixin
    ? { ...logged, fields: mixed(mixin, inner[mixinMergeStrategySym] as Merge | undefined, logged.fields, level, logger) }
    : logged
  const line = recordLine(inner, state, record, level, time ?? (inner[timeSym] as () => string)())
  const label = logger.levels.labels[level] ?? String(level)
  countLine(logged.origin ? state.requestCounts : countsOf(logger), label)
  const hook = (inner[hooksSym] as { streamWrite?: (line: string) => string }).streamWrite
  const written = hook ? hook(line) : line
  state.ring.add(written)
  ;(inner[streamSym] as { write(line: string): void }).write(written)
}

function mixed(mixin: Mixin, merge: Merge | undefined, fields: unknown, level: number, logger: Logger): unknown {
  const given =
    typeof fields === 'object' && fields !== null
      ? isError(fields)
        ? { [(logger as unknown as PinoInner)[errorKeySym] as string]: fields }
        : fields
      : {}
  try {
    const extra = mixin(given, level, logger)
    return merge ? merge(given, extra) : { ...extra, ...given }
  } catch {
    return given
  }
}
