// ioredis, single and Cluster.
import type { Command, RedisDriver } from './driver.js'

interface Pipeline {
  callBuffer(name: string, ...values: unknown[]): unknown
  exec(): Promise<[Error | null, unknown][] | null>
}
interface Ioredis {
  readonly status: string
  /** The socket of a single client. */
  readonly stream?: { cork?(): void; uncork?(): void }
  readonly isCluster?: boolean
  readonly options?: { keyPrefix?: string; redisOptions?: { keyPrefix?: string } }
  callBuffer(name: string, ...values: unknown[]): Promise<unknown>
  pipeline(): Pipeline
  duplicate(...values: unknown[]): Ioredis
  subscribe(channel: string): Promise<unknown>
  connect(): Promise<unknown>
  nodes?(role: string): Ioredis[]
  on(event: string, listener: (...values: never[]) => void): unknown
  off(event: string, listener: (...values: never[]) => void): unknown
  disconnect(): void
}

export function isIoredis(client: object): client is Ioredis {
  const shape = client as Partial<Ioredis> | null
  return typeof shape?.status === 'string' && typeof shape.callBuffer === 'function' && typeof shape.duplicate === 'function'
}

export function driverOfIoredis(client: Ioredis): RedisDriver {
  const cluster = client.isCluster === true
  // The client puts its prefix before the keys of commands, but neither before a SCAN pattern nor off what SCAN finds.
  const prefix = client.options?.keyPrefix ?? client.options?.redisOptions?.keyPrefix ?? ''
  const hold = createHold(client)
  const send = ({ name, values }: Command) => {
    hold.begin()
    const reply = client.callBuffer(name, ...values)
    hold.sent(values.length)
    return reply
  }
  return {
    cluster,
    ready: () => client.status === 'ready' || client.status === 'connecting' || client.status === 'connect' || client.status === 'wait',
    send,
    async sendAll(commands) {
      if (cluster) return Promise.all(commands.map(send))
      const pipeline = client.pipeline()
      for (const { name, values } of commands) pipeline.callBuffer(name, ...values)
      const executing = pipeline.exec()
      hold.sent(FULL)
      const replies = (await executing) ?? []
      return replies.map(([error, reply]) => {
        if (error) throw error
        return reply
      })
    },
    async *scan(pattern, count) {
      for (const node of cluster ? (client.nodes?.('master') ?? []) : [client]) {
        let cursor = '0'
        do {
          const match = escapeGlob(prefix) + pattern
          const [next, keys] = (await node.callBuffer('SCAN', cursor, 'MATCH', match, 'COUNT', String(count))) as [Buffer, Buffer[]]
          cursor = String(next)
          yield keys.map((key) => String(key).slice(prefix.length))
        } while (cursor !== '0')
      }
    },
    subscribe(channel, onMessage, onGap) {
      // Who listens comes back soon, however patient the application's own client is.
      const settings = {
        autoResubscribe: false,
        maxRetriesPerRequest: null,
        lazyConnect: false,
        retryStrategy: (tries: number) => Math.min(tries * 50, RETRY_MS)
      }
      const listener = cluster ? client.duplicate() : client.duplicate(settings)
      listener.on('error', () => {})
      const hear = (_channel: string, message: string) => onMessage(message)
      listener.on('message', hear)
      listener.on('ready', () => {
        listener.subscribe(channel).then(onGap, () => {})
      })
      return async () => {
        // A connection that is being closed still gives what was under way.
        listener.off('message', hear)
        listener.disconnect()
      }
    },
    release() {}
  }
}

const RETRY_MS = 250

/** So many arguments are worth a write of their own; Redis works on them while we make the next. */
const FULL = 64

/** ioredis writes each command by itself; small ones that are sent in one turn of the event loop go out in few writes. */
function createHold(client: Ioredis) {
  let held: Ioredis['stream']
  let count = 0
  const release = () => {
    const stream = held
    held = undefined
    stream?.uncork?.()
  }
  return {
    /** Before a command. */
    begin() {
      if (held !== undefined || client.status !== 'ready' || typeof client.stream?.cork !== 'function') return
      held = client.stream
      held.cork!()
      count = 0
      setImmediate(release)
    },
    /** After a command of so many arguments. */
    sent(values: number) {
      count += values
      if (held === undefined || count < FULL) return
      count = 0
      held.uncork!()
      held.cork!()
    }
  }
}

/** Characters that SCAN would take as marks. */
function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^]/g, '\\$&')
}
