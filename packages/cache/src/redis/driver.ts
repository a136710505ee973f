// The driver: the few things the cache asks of a Redis client, and which client gets which driver.
import { RagError } from '@rag/core'
import { driverOfIoredis, isIoredis } from './ioredis.js'
import { driverOfNodeRedis, isNodeRedis } from './node-redis.js'

export type Argument = string | Buffer
/** A command with the key that says which node of a cluster has it. */
export interface Command {
  readonly name: string
  readonly key: string
  readonly values: readonly Argument[]
}

/** Replies are as Redis gives them, texts as Buffers. Nothing here has a deadline: the cache sets one. */
export interface RedisDriver {
  /** Whether keys of one command must share a slot. */
  readonly cluster: boolean
  /** False while the client knows that it has no connection: nothing is sent then, so no queue grows. */
  ready(): boolean
  send(command: Command): Promise<unknown>
  /** All at once, without waiting between them; replies in order. A failed one rejects all. */
  sendAll(commands: readonly Command[]): Promise<unknown[]>
  /** Batches of keys that match, from every master. */
  scan(pattern: string, count: number): AsyncIterable<string[]>
  /** Listens on a connection of its own, as soon as there is one; the result stops it. `onGap` is called whenever messages may have been lost. */
  subscribe(channel: string, onMessage: (message: string) => void, onGap: () => void): () => Promise<void>
  /** Undoes what the driver did to the client. */
  release(): void
}

/**
 * The driver of a client: ioredis and node-redis, single or cluster, recognised by shape.
 *
 * @throws RagError `RAG_CACHE_REDIS`
 */
export function driverOf(client: object): RedisDriver {
  if (isDriver(client)) return client
  if (isIoredis(client)) return driverOfIoredis(client)
  if (isNodeRedis(client)) return driverOfNodeRedis(client)
  throw new RagError('RAG_CACHE_REDIS', {
    option: 'redis',
    value: (client as { constructor?: { name?: string } } | null)?.constructor?.name ?? typeof client,
    problem: 'this is no Redis client that the cache knows',
    fix: 'pass an ioredis client, a node-redis client, or a driver with send, sendAll, scan, subscribe'
  })
}

function isDriver(client: object): client is RedisDriver {
  const shape = client as Partial<RedisDriver> | null
  return typeof shape?.send === 'function' && typeof shape.sendAll === 'function' && typeof shape.scan === 'function'
}
