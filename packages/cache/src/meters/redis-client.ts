// ioredis and node-redis, single or cluster: replies to reading commands, nil is a miss.
import type { Count, Metering } from './meter.js'
import { shadow } from './shadow.js'

interface Command {
  name?: unknown
  promise?: PromiseLike<unknown>
}
const ONE = new Set(['get', 'getbuffer', 'getex', 'getdel', 'hget'])
const MANY = new Set(['mget', 'hmget'])

export function isRedisClient(target: object): boolean {
  const shape = target as Partial<Record<'sendCommand' | 'duplicate' | 'status' | 'isOpen', unknown>> | null
  return (
    typeof shape?.sendCommand === 'function' &&
    typeof shape.duplicate === 'function' &&
    (typeof shape.status === 'string' || typeof shape.isOpen === 'boolean')
  )
}

export function meterRedisClient(target: object, count: Count): Metering {
  const judge = (name: string, reply: unknown) => {
    if (ONE.has(name)) return count('redis', reply === null || reply === undefined ? 'miss' : 'hit')
    if (!Array.isArray(reply)) return
    const misses = reply.filter((one) => one === null || one === undefined).length
    count('redis', 'miss', misses)
    count('redis', 'hit', reply.length - misses)
  }
  // What createClient() of node-redis returns inherits from the one on which typed commands run.
  const instance = (target as { _self?: object })._self ?? target
  const undo = shadow(
    instance,
    'sendCommand',
    (original) =>
      function metered(this: unknown, ...values) {
        const result = Reflect.apply(original, this, values)
        const name = nameOf(values)
        if (!ONE.has(name) && !MANY.has(name)) return result
        const reply = ((values[0] as Command | undefined)?.promise ?? result) as PromiseLike<unknown> | undefined
        reply?.then?.(
          (answer) => judge(name, answer),
          () => count('redis', 'error')
        )
        return result
      }
  )
  return { layers: ['redis'], undo }
}

/** ioredis sends a command object, node-redis a list of words, its cluster the same list after the key. */
function nameOf(values: readonly unknown[]): string {
  const words = values.find(Array.isArray) as readonly unknown[] | undefined
  const name = words ? words[0] : (values[0] as Command | undefined)?.name
  return String(name ?? '').toLowerCase()
}
