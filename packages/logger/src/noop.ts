// A logger that writes nothing, of the same type as one that does.
import { type Logger, pino } from 'pino'

/**
 * A pino logger that writes nothing; every call works, and its children are itself: nobody could tell them apart.
 *
 * @example
 * const logger = process.env.QUIET ? noopLogger() : createLogger({ service: 'rag-engine' })
 */
export function noopLogger(): Logger {
  const logger = pino({ level: 'silent', enabled: false }, { write() {} })
  return Object.assign(logger, { child: () => logger })
}
