// A pino logger whose lines carry ids, pass the masker, stay bounded and never throw.
import { closeOnSignal, drain, onExit } from '@rag/core'
import { type Logger, type LoggerOptions as PinoOptions, pino } from 'pino'
import { cleanBindings } from './bindings.js'
import { createChild, writeWaiting } from './children.js'
import { createCleanTexts } from './clean-texts.js'
import { createComponents } from './components.js'
import { createSink } from './destination/create.js'
import { exitOf } from './destination/join.js'
import type { Sink } from './destination/sink.js'
import { quote } from './escape.js'
import { createEvents, NO_COMPONENT, REQUESTS } from './events.js'
import { createFlatLines } from './flat-line.js'
import { createLevels } from './levels.js'
import { createLineIds } from './line-id.js'
import { createLogMethod, writeRecord } from './log-method.js'
import { type LoggerOptions, readOptions, type Settings } from './options.js'
import { prettySink } from './pretty.js'
import { recordLine } from './record.js'
import { createRing } from './ring.js'
import { type Shape, shapes, timestampOf } from './shape.js'
import { attachCounts, attachState, type LogState } from './state.js'
import { asJsonSym, chindingsSym, type PinoInner, writeSym } from './symbols.js'

const LONGEST_TEXT = 8192

/**
 * A pino logger: its API, children, serializers and redact paths work as in pino. Lines carry service, request, trace and caller,
 * pass the masker as values, and reach the kernel no later than the end of the turn that logged them.
 *
 * @throws RagError for a wrong option
 * @example
 * const logger = createLogger({ service: 'rag-engine', destination: { file: 'logs/app.log' } })
 * logger.info({ documentId }, 'indexed')
 */
export function createLogger(options: LoggerOptions): Logger {
  const settings = readOptions(options)
  const made = createSink(settings.destination, settings)
  const sink = settings.preset === 'pretty' ? prettySink(made, process.stdout.isTTY === true) : made
  const { service, version, environment, mask, leaves, maxLine, level, preset, lineIds, signals, levelOn, rest } = settings
  const shape = shapes[preset]
  const components = createComponents()
  const events = createEvents()
  const logger = pino(
    {
      timestamp: timestampOf(shape),
      messageKey: shape.messageKey,
      errorKey: shape.errorKey,
      ...rest,
      level,
      base: { ...shape.base(service, version, environment), ...cleanBase(rest.base, mask, shape) },
      serializers: { ...pino.stdSerializers, [rest.errorKey ?? shape.errorKey]: shape.error, ...rest.serializers },
      formatters: { ...rest.formatters, level: rest.formatters?.level ?? shape.level },
      hooks: { ...rest.hooks, logMethod: createLogMethod(rest.hooks?.logMethod) }
    },
    streamOf(sink)
  ) as unknown as Logger
  const maxText = Math.min(LONGEST_TEXT, Math.floor(maxLine / 2))
  const cleanTexts = createCleanTexts()
  const untouched = isDirect(rest)
  const state: LogState = {
    root: logger,
    service,
    mask,
    cleanTexts,
    sink,
    shape,
    flat: untouched && leaves ? createFlatLines(logger as unknown as PinoInner, leaves, maxText, shape, cleanTexts) : undefined,
    identities: new WeakMap(),
    ownTime: rest.timestamp === undefined,
    base: (logger as unknown as PinoInner)[chindingsSym] as string,
    maxLine,
    maxText,
    direct: (preset === 'json' || preset === 'pretty') && untouched,
    events,
    requestCounts: events.of(REQUESTS),
    lineId: lineIds ? idField(shape) : () => '',
    ring: createRing(),
    components,
    setBindings: logger.setBindings,
    unreadable: 0,
    levels: createLevels(logger, components, levelOn),
    stop: finishing(sink, signals)
  }
  attachState(logger, state)
  attachCounts(logger, events.of(NO_COMPONENT))
  override(logger, state, rest.onChild === undefined && rest.formatters?.bindings === undefined)
  return logger
}

function override(logger: Logger, state: LogState, mayWait: boolean): void {
  const inner = logger as unknown as PinoInner
  const { bindings } = logger
  const child = logger.child as unknown as Parameters<typeof createChild>[0]
  inner[writeSym] = function write(this: Logger, fields: unknown, message: unknown, level: number): void {
    writeRecord(this, state, { fields, message, values: [] }, level)
  }
  inner[asJsonSym] = function asJson(this: PinoInner, fields: unknown, message: unknown, level: number, time: string): string {
    return recordLine(this, state, { fields, message, values: [] }, level, time)
  }
  Object.assign(logger, {
    child: createChild(child, state, mayWait),
    bindings(this: Logger) {
      writeWaiting(this as unknown as PinoInner, state)
      return bindings.call(this)
    },
    setBindings(this: Logger, added: object) {
      writeWaiting(this as unknown as PinoInner, state)
      state.setBindings.call(this, cleanBindings(added, state.mask, state.shape))
    }
  })
}

/** pino's handle on the sink. Anything pending from operations goes first: a fatal line ends the story in order. */
function streamOf(sink: Sink) {
  return {
    write: sink.write,
    flushSync() {
      drain()
      sink.flushSync()
    },
    flush(done?: (error?: Error) => void) {
      drain()
      sink.flush().then(() => done?.(), done)
    }
  }
}

/** A destination that does not take lines must not hold a process up. */
const SIGNAL_WAIT_MS = 1500

/** Hands over what is left when the process ends, however it does. Returns the undo. */
function finishing(sink: Sink, signals: boolean): () => void {
  const atExit = onExit(() => exitOf(sink))
  const flush = async () => {
    drain()
    await sink.flush(SIGNAL_WAIT_MS)
  }
  const atSignal = signals ? closeOnSignal(flush) : () => {}
  return () => {
    atExit()
    atSignal()
  }
}

function idField({ lineId }: Shape): () => string {
  const next = createLineIds()
  const head = ',' + quote(lineId) + ':"'
  return () => head + next() + '"'
}

function isDirect({
  serializers,
  formatters,
  mixin,
  redact,
  messageKey,
  nestedKey,
  hooks,
  timestamp: time,
  customLevels,
  crlf,
  msgPrefix
}: Settings['rest']): boolean {
  return !(serializers || formatters || mixin || redact || messageKey || nestedKey || hooks || time || customLevels || crlf || msgPrefix)
}

function cleanBase(base: PinoOptions['base'], mask: LogState['mask'], shape: Shape): object {
  return base ? cleanBindings(base, mask, shape) : {}
}
