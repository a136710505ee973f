// node-redis, single and cluster.
import type { Command, RedisDriver } from './driver.js'

interface NodeRedis {
  readonly isOpen: boolean
  readonly isReady?: boolean
  readonly masters?: readonly unknown[]
  sendCommand(...values: unknown[]): Promise<unknown>
  readonly options?: { socket?: object }
  duplicate(overrides?: object): NodeRedis
  connect(): Promise<unknown>
  subscribe?(channel: string, listener: (message: string) => unknown): Promise<unknown>
  nodeClient?(node: unknown): NodeRedis | Promise<NodeRedis>
  listenerCount(event: string): number
  on(event: string, listener: (...values: never[]) => void): unknown
  off(event: string, listener: (...values: never[]) => void): unknown
  destroy?(): void
  disconnect?(): Promise<unknown>
}

const RETRY_MS = 250

/** Texts as Buffers: the first for version 4, the second for 5 and later, where 36 is `$`, a bulk string. */
const AS_BUFFERS = { returnBuffers: true, typeMapping: { 36: Buffer } }

export function isNodeRedis(client: object): client is NodeRedis {
  const shape = client as Partial<NodeRedis> | null
  return typeof shape?.isOpen === 'boolean' && typeof shape.sendCommand === 'function' && typeof shape.duplicate === 'function'
}

export function driverOfNodeRedis(client: NodeRedis): RedisDriver {
  const cluster = Array.isArray(client.masters) || typeof client.nodeClient === 'function'
  const ignore = () => {}
  // Without a listener the client throws when its connection ends, and takes the process with it.
  const added = client.listenerCount('error') === 0
  if (added) client.on('error', ignore)
  const send = ({ name, key, values }: Command) =>
    cluster ? client.sendCommand(key, false, [name, ...values], AS_BUFFERS) : client.sendCommand([name, ...values], AS_BUFFERS)
  return {
    cluster,
    ready: () => (cluster ? client.isOpen : client.isReady !== false && client.isOpen),
    send,
    // The client itself writes what is sent in one tick at once.
    sendAll: (commands) => Promise.all(commands.map(send)),
    async *scan(pattern, count) {
      const nodes = cluster ? await Promise.all((client.masters ?? []).map((master) => client.nodeClient!(master))) : [client]
      for (const node of nodes) {
        let cursor = '0'
        do {
          const reply = await node.sendCommand(['SCAN', cursor, 'MATCH', pattern, 'COUNT', String(count)], AS_BUFFERS)
          const [next, keys] = reply as [Buffer, Buffer[]]
          cursor = String(next)
          yield keys.map(String)
        } while (cursor !== '0')
      }
    },
    subscribe(channel, onMessage, onGap) {
      // Who listens comes back soon, however patient the application's own client is.
      const socket = { ...client.options?.socket, reconnectStrategy: (tries: number) => Math.min(tries * 50, RETRY_MS) }
      const listener = cluster ? client.duplicate() : client.duplicate({ socket })
      let stopped = false
      listener.on('error', ignore)
      listener.on('ready', onGap)
      const listening = async () => {
        await listener.connect()
        await listener.subscribe?.(channel, (message) => stopped || onMessage(message))
        if (!stopped) onGap()
      }
      listening().catch(ignore)
      return async () => {
        // A connection that is being closed still gives what was under way.
        stopped = true
        listener.off('ready', onGap)
        if (listener.destroy) listener.destroy()
        else await listener.disconnect?.()
      }
    },
    release() {
      if (added) client.off('error', ignore)
    }
  }
}
