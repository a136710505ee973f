// Every call to Redis passes here: breaker, deadline, operation, fault counts. It never throws.
import { type CacheAttributes, isObserved, type Observers, startOperation, withOperation } from '@rag/core'
import type { Figures } from '../stats.js'
import type { Breaker } from './breaker.js'
import { TIMED_OUT, within } from './deadline.js'
import type { Argument, Command, RedisDriver } from './driver.js'
import type { Script } from './scripts.js'

export interface Gateway {
  /** What `call` gives, or undefined when Redis is not to be had; the reason is counted. */
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

const NOT_TO_BE_HAD = Promise.resolve(undefined)

export function createGateway({ cache, driver, observers, figures, hardMs, breaker }: GatewaySettings): Gateway {
  const attempt = <T>(operation: CacheAttributes['operation'], size: number, call: () => Promise<T>, limitMs: number) => {
    const record = isObserved(observers)
      ? startOperation('cache', `${operation} ${cache}`, { cache, operation, layer: 'redis', size, hit: undefined }, observers)
      : undefined
    const failed = (reason: 'timeout' | 'connection', error?: unknown) => {
      figures.fault('redis', reason)
      record?.end(reason === 'timeout' ? 'timeout' : 'error', error)
      breaker().failure()
      return undefined
    }
    const answered = (result: T | typeof TIMED_OUT) => {
      if (result === TIMED_OUT) return failed('timeout')
      breaker().success()
      record?.end('ok')
      return result
    }
    return within(record ? withOperation(record, call) : call(), limitMs).then(answered, (error: unknown) => failed('connection', error))
  }
  const gateway: Gateway = {
    run(operation, size, call, limitMs = hardMs) {
      if (!breaker().closed()) {
        figures.fault('redis', 'breaker')
        return NOT_TO_BE_HAD
      }
      if (!driver.ready()) {
        figures.fault('redis', 'connection')
        breaker().trip()
        return NOT_TO_BE_HAD
      }
      return attempt(operation, size, call, limitMs)
    },
    get probing(): Gateway {
      return probing
    },
    evaluate({ text, sha }, keys, values) {
      const send = (name: string, code: string) =>
        driver.send({ name, key: keys[0]!, values: [code, String(keys.length), ...keys, ...values] } satisfies Command)
      return send('EVALSHA', sha).then(undefined, (error: unknown) => {
        // A new or restarted server does not know the script yet.
        if (!String((error as Error)?.message).startsWith('NOSCRIPT')) throw error
        return send('EVAL', text)
      })
    }
  }
  const probing: Gateway = {
    evaluate: gateway.evaluate,
    get probing() {
      return probing
    },
    run: (operation, size, call, limitMs = hardMs) => (driver.ready() ? attempt(operation, size, call, limitMs) : NOT_TO_BE_HAD)
  }
  return gateway
}
