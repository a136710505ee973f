// Every call to Redis passes here: breaker, deadline, operation, fault counts. It never throws.
import { type CacheAttributes, isObserved, type Observers, type Operation, startOperation, withOperation } from '@rag/core'
import type { Figures } from '../stats.js'
import type { Breaker } from './breaker.js'
import { TIMED_OUT, within } from './deadline.js'
import type { Argument, Command, RedisDriver } from './driver.js'
import type { Script } from './scripts.js'

/** Leave for one call; its operation ends with the call. */
export interface Ticket {
  readonly record?: Operation
}

export interface Gateway {
  /** Undefined, and counted, while Redis is not to be had. */
  enter(operation: CacheAttributes['operation'], size: number): Ticket | undefined
  /** What `call` gives to those who entered, or undefined when it fails; that is counted for each. */
  pass<T>(tickets: readonly Ticket[], call: () => Promise<T>, limitMs?: number): Promise<T | undefined>
  /** Both for one. */
  run<T>(operation: CacheAttributes['operation'], size: number, call: () => Promise<T>, limitMs?: number): Promise<T | undefined>
  /** The same with the breaker open: for its probe. */
  readonly probing: Gateway
  evaluate(script: Script, keys: readonly string[], values: readonly Argument[]): Promise<unknown>
}

export interface GatewaySettings {
  cache: string
  driver: RedisDriver
  observers: Observers | undefined
  figures: Figures
  hardMs: number
  breaker(): Breaker
}

const UNOBSERVED: Ticket = Object.freeze({})
const NOT_TO_BE_HAD = Promise.resolve(undefined)

export function createGateway({ cache, driver, observers, figures, hardMs, breaker }: GatewaySettings): Gateway {
  const ticket = (operation: CacheAttributes['operation'], size: number): Ticket => {
    if (!isObserved(observers)) return UNOBSERVED
    const attributes = { cache, operation, layer: 'redis', size, hit: undefined } as const
    return { record: startOperation('cache', `${operation} ${cache}`, attributes, observers) }
  }
  const pass = <T>(tickets: readonly Ticket[], call: () => Promise<T>, limitMs = hardMs): Promise<T | undefined> => {
    const failed = (reason: 'timeout' | 'connection', error?: unknown) => {
      for (const { record } of tickets) {
        figures.fault('redis', reason)
        record?.end(reason === 'timeout' ? 'timeout' : 'error', error)
        breaker().failure()
      }
      return undefined
    }
    const answered = (result: T | typeof TIMED_OUT) => {
      if (result === TIMED_OUT) return failed('timeout')
      breaker().success()
      for (const { record } of tickets) record?.end('ok')
      return result
    }
    try {
      const record = tickets[0]?.record
      const running = record ? withOperation(record, call) : call()
      return within(running, limitMs).then(answered, (error: unknown) => failed('connection', error))
    } catch (error) {
      // A driver that throws before it gives a promise.
      return Promise.resolve(failed('connection', error))
    }
  }
  /** Scripts that a server has seen whole. */
  const known = new Set<string>()
  const evaluate: Gateway['evaluate'] = ({ text, sha }, keys, values) => {
    const send = (name: string, code: string) =>
      driver.send({ name, key: keys[0]!, values: [code, String(keys.length), ...keys, ...values] } satisfies Command)
    const whole = () =>
      send('EVAL', text).then((reply) => {
        known.add(sha)
        return reply
      })
    if (!known.has(sha)) return whole()
    return send('EVALSHA', sha).then(undefined, (error: unknown) => {
      // A restarted server, or another node of a cluster.
      if (!String((error as Error)?.message).startsWith('NOSCRIPT')) throw error
      return whole()
    })
  }
  const gatewayOf = (enter: Gateway['enter']): Gateway => ({
    enter,
    pass,
    run(operation, size, call, limitMs) {
      const given = enter(operation, size)
      return given ? pass([given], call, limitMs) : NOT_TO_BE_HAD
    },
    get probing() {
      return probing
    },
    evaluate
  })
  const probing = gatewayOf((operation, size) => (driver.ready() ? ticket(operation, size) : undefined))
  return gatewayOf((operation, size) => {
    if (!breaker().closed()) {
      figures.fault('redis', 'breaker')
      return undefined
    }
    if (!driver.ready()) {
      figures.fault('redis', 'connection')
      breaker().trip()
      return undefined
    }
    return ticket(operation, size)
  })
}
