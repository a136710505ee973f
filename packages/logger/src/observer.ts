// Writes one line for every request that has ended.
import { checkOptions, checkSwitch, type Observer, type Operation, RagError } from '@rag/core'
import type { Logger } from 'pino'
import { type ChatterOptions, createChatter } from './chatter.js'
import { isoTime } from './clock.js'
import { countLine } from './events.js'
import type { HeaderChoice } from './header-fields.js'
import { endTime, type HttpLevel, httpFields, httpLine, levelOf, messageOf, originFields, originOf } from './http-line.js'
import { writeRecord } from './log-method.js'
import { type LogState, stateOf } from './state.js'

/** Options of {@link logObserver}. */
export interface LogObserverOptions extends ChatterOptions {
  /** Shows the request headers, masked: all of them or those named. @default false */
  headers?: HeaderChoice
  /** Writes a second line, when a request begins. @default false */
  start?: boolean
}

/**
 * An observer that writes one line for each request: success at `info`, 4xx and aborts at `warn`, 5xx at `error`.
 * With a pino logger that is not made by `createLogger` the same fields go through its own methods.
 *
 * @throws RagError `RAG_CORE_OPTIONS`, `RAG_CORE_UNKNOWN_OPTION`, `RAG_LOGGER_OPTION`, `RAG_CORE_DURATION`
 * @example
 * app.use(observeExpress([logObserver(logger, { headers: ['user-agent'] })]))
 */
export function logObserver(logger: Logger, options: LogObserverOptions = {}): Observer {
  checkOptions('logObserver', options, ['headers', 'slow', 'sample', 'quiet', 'start'])
  const { headers = false, start = false } = options
  checkSwitch('RAG_LOGGER_OPTION', 'start', start)
  const chatter = createChatter(options)
  if (typeof headers !== 'boolean' && !(Array.isArray(headers) && headers.every((name) => typeof name === 'string'))) {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: 'headers',
      value: headers,
      problem: 'this is no choice of headers',
      fix: "give true, false or names such as ['user-agent']"
    })
  }
  const choice = typeof headers === 'boolean' ? headers : headers.map((name) => name.toLowerCase())
  const state = stateOf(logger)
  return {
    id: 'logger',
    service: state?.service ?? serviceOf(logger),
    within: { server: state?.sink.waitMs ?? 0 },
    ...(start && {
      start(operation: Operation) {
        if (operation.kind !== 'server') return
        const request = operation as Operation<'server'>
        if (chatter.isQuiet(request)) return
        const { method, path, query } = request.attributes
        const fields = { method, url: query === '' ? path : `${path}?${query}` }
        if (!state) return logger.info({ ...originFields(request), ...fields }, 'request started')
        if (!logger.isLevelEnabled('info')) return
        const logged = { fields: state.shape.begin(fields), message: 'request started', values: [], origin: originOf(request, state.shape) }
        writeRecord(logger, state, logged, logger.levels.values['info'] ?? 30)
      }
    }),
    end(operation) {
      if (operation.kind !== 'server') return
      const request = operation as Operation<'server'>
      const slow = chatter.isSlow(operation)
      let level = levelOf(request)
      if (level === 'info') {
        if (slow) level = 'warn'
        else {
          const reason = chatter.leavesOut(request)
          if (reason !== undefined) return state?.events.leftOut(reason)
        }
      }
      if (!logger.isLevelEnabled(level)) return
      if (state?.direct) writeDirect(request, level, choice, slow, state)
      else if (state) writeThrough(logger, request, level, { ...httpFields(request, choice), ...(slow && { slow }) }, state)
      else logger[level]({ ...originFields(request), ...httpFields(request, choice), ...(slow && { slow }) }, messageOf(request))
    }
  }
}

function writeDirect(operation: Operation<'server'>, level: HttpLevel, headers: HeaderChoice, slow: boolean, state: LogState): void {
  const line = httpLine(operation, level, headers, slow, state)
  countLine(state.requestCounts, level)
  state.ring.add(line)
  state.sink.write(line)
}

/** The user's serializers, redact paths and formatters see the fields first. */
function writeThrough(
  logger: Logger,
  operation: Operation<'server'>,
  level: HttpLevel,
  fields: Record<string, unknown>,
  state: LogState
): void {
  const { shape } = state
  const logged = {
    fields: shape.http ? shape.http(fields) : fields,
    message: messageOf(operation),
    values: [],
    origin: originOf(operation, shape)
  }
  writeRecord(logger, state, logged, logger.levels.values[level] ?? 30, timeOf(state, operation))
}

/** A timestamp function of the user knows only the present. */
function timeOf({ ownTime, shape }: LogState, operation: Operation): string | undefined {
  return ownTime ? ',"' + shape.time + '":"' + isoTime(endTime(operation)) + '"' : undefined
}

/** A pino logger of the application says its service in its bindings, or nothing. */
function serviceOf(logger: Logger): string {
  try {
    const { service, name } = logger.bindings()
    return String(service ?? name ?? 'unknown')
  } catch {
    return 'unknown'
  }
}
