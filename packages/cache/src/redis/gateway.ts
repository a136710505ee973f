// Every call to Redis passes here: breaker, deadline, operation, fault counts. It never throws.
import { type CacheAttributes, type Observers, startOperation, withOperation } from '@rag/core'
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

export function createGateway({ cache, driver, observers, figures, hardMs, breaker }: GatewaySettings): Gateway {
  const attempt = async <T>(operation: CacheAttributes['operation'], size: number, call: () => Promise<T>, limitMs: number) => {
    const record = startOperation('cache', `${operation} ${cache}`, { cache, operation, layer: 'redis', size, hit: undefined }, observers)
    try {
      const result = await within(withOperation(record, call), limitMs)
      if (result !== TIMED_OUT) {
        breaker().success()
        record.end('ok')
        return result
      }
      figures.fault('redis', 'timeout')
      record.end('timeout')
    } catch (error) {
      figures.fault('redis', 'connection')
      record.end('error', error)
    }
    breaker().failure()
    return undefined
  }
  const gateway: Gateway = {
    async run(operation, size, call, limitMs = hardMs) {
      if (!breaker().closed()) {
        figures.fault('redis', 'breaker')
        return undefined
      }
      if (!driver.ready()) {
        figures.fault('redis', 'connection')
        breaker().trip()
        return undefined
      }
      return attempt(operation, size, call, limitMs)
    },
    get probing(): Gateway {
      return probing
    },
    async evaluate({ text, sha }, keys, values) {
      const send = (name: string, code: string) =>
        driver.send({ name, key: keys[0]!, values: [code, String(keys.length), ...keys, ...values] } satisfies Command)
      try {
        return await send('EVALSHA', sha)
      } catch (error) {
        // A new or restarted server does not know the script yet.
        if (!String((error as Error)?.message).startsWith('NOSCRIPT')) throw error
        return send('EVAL', text)
      }
    }
  }
  const probing: Gateway = {
    evaluate: gateway.evaluate,
    get probing() {
      return probing
    },
    run: async (operation, size, call, limitMs = hardMs) => (driver.ready() ? attempt(operation, size, call, limitMs) : undefined)
  }
  return gateway
}
