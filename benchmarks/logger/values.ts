// Values that nobody should log and somebody will: how long the call takes and how long its line is.
import { createLogger, type Logger } from '@rag/logger'
import { median } from '../statistics.js'

const CALLS = 25
const KIB = 1024

interface ValueFigures {
  name: string
  medianMs: number
  /** The slowest of all calls, whatever else the machine did. */
  worstMs: number
  lineBytes: number
  threw: boolean
}

/** Logs each value many times; what throws is a failure of ours. */
export function hostileValues(): ValueFigures[] {
  let line = ''
  const logger = createLogger({ service: 'bench', destination: { write: (text: string) => void (line = text) } })
  logger.info({ warm: { up: ['x', 1, null] } }, 'warm')
  return Object.entries(hostile()).map(([name, log]) => {
    const times: number[] = []
    let threw = false
    for (let call = 0; call < CALLS; call++) {
      const before = performance.now()
      try {
        log(logger)
      } catch {
        threw = true
      }
      times.push(performance.now() - before)
    }
    return { name, medianMs: median(times), worstMs: Math.max(...times), lineBytes: Buffer.byteLength(line), threw }
  })
}

function hostile(): Record<string, (logger: Logger) => void> {
  const big = 'x'.repeat(5 * KIB * KIB)
  const secrets = 'token=abcdef0123456789 '.repeat((5 * KIB * KIB) / 23)
  const cycle: Record<string, unknown> = { name: 'cycle' }
  cycle['self'] = cycle
  cycle['list'] = [cycle, { cycle }]
  const failed: Error & { cause?: unknown } = new Error('outer')
  failed.cause = failed
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const entries = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`key${n}`, { n }]))
  return {
    'getters that throw': (logger) => logger.info({ good: 1, bad: throwing(), deep: { bad: throwing() } }, 'getter'),
    'a record whose getters throw': (logger) => logger.info(throwing(), 'getters'),
    'a proxy that throws at everything': (logger) => logger.info({ proxy: hostileProxy() }, 'proxy'),
    'a revoked proxy': (logger) => logger.info({ revoked: revoked.proxy }, 'revoked'),
    'a proxy as the record': (logger) => logger.info(hostileProxy(), 'proxy'),
    'a string of 5 MB': (logger) => logger.info({ big }, 'big'),
    'a string of 5 MB full of secrets': (logger) => logger.info({ text: secrets }, 'secrets'),
    'a message of 5 MB': (logger) => logger.info(big),
    'a message of 5 MB with places': (logger) => logger.info('%s and %s', big, secrets),
    'a buffer of 5 MB': (logger) => logger.info({ bytes: Buffer.alloc(5 * KIB * KIB) }, 'bytes'),
    'an object 20 000 deep': (logger) => logger.info({ deep: DEEP }, 'deep'),
    'a list 20 000 deep': (logger) => logger.info({ deep: DEEP_LIST }, 'deep'),
    'a JSON form 20 000 deep': (logger) => logger.info({ deep: { toJSON: () => DEEP } }, 'deep'),
    cycles: (logger) => logger.info(cycle, 'cycle'),
    'an error that causes itself': (logger) => logger.error(failed, 'cycle'),
    'an AggregateError of 1000 errors': (logger) => logger.error(AGGREGATE, 'many'),
    'a list of a million numbers': (logger) => logger.info({ list: MILLION }, 'list'),
    'a map of 100 000 entries': (logger) => logger.info({ map: MAP }, 'map'),
    'an object of 1000 objects': (logger) => logger.info(entries, 'wide'),
    'an object of 100 000 keys': (logger) => logger.info({ wide: WIDE }, 'wide'),
    'control and direction characters': (logger) =>
      logger.info({ ['\u202ekey\n']: '\u0000\u001b[31m\u2028\u2066'.repeat(5000) }, '\r\n\u202e')
  }
}

const DEEP = Array.from({ length: 20_000 }).reduce<object>((inner) => ({ inner }), { end: true })
const DEEP_LIST = Array.from({ length: 20_000 }).reduce<unknown[]>((inner) => [inner], [])
const AGGREGATE = new AggregateError(Array.from({ length: 1000 }, (_, n) => new Error(`part ${n}`)))
const MILLION = Array.from({ length: 1_000_000 }, (_, n) => n)
const MAP = new Map(Array.from({ length: 100_000 }, (_, n) => [`key${n}`, n]))
const WIDE = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`key${n}`, n]))

function throwing(): object {
  return {
    get bad(): never {
      throw new Error('no')
    },
    toJSON(): never {
      throw new Error('no')
    }
  }
}

function hostileProxy(): object {
  const refuse = (): never => {
    throw new Error('no')
  }
  return new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse, getOwnPropertyDescriptor: refuse })
}
