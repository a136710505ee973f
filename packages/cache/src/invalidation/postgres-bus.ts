// A bus over LISTEN and NOTIFY of PostgreSQL, for caches without Redis or beside it.
import { randomUUID } from 'node:crypto'
import { RagError } from '@rag/core'
import { within } from '../redis/deadline.js'
import type { BusDriver } from './bus-driver.js'

interface Connection {
  query(text: string, values?: unknown[]): PromiseLike<unknown>
  on(event: string, listener: (...values: never[]) => void): unknown
  release(error?: Error | boolean): void
}
/** What the bus needs of a `pg` pool. */
export interface PgPool {
  query(text: string, values?: unknown[]): PromiseLike<unknown>
  connect(): PromiseLike<Connection>
}

/** NOTIFY takes less than 8000 bytes; each part carries its place before it. */
const PART = 5000
/** A connection that is lost is noticed after this, and tried again as often. */
const RETRY_MS = 250
const PING_MS = 1000
/** Who invalidates waits no longer than this for the bus; the message goes out when it can. */
const PUBLISH_MS = 100
/** Beyond this the oldest are dropped; the others notice the gap in the numbers. */
const MOST_WAITING = 1000

/**
 * A bus over a `pg` pool; it keeps one connection of it for itself.
 *
 * @throws RagError `RAG_CACHE_BUS`
 * @example
 * const cache = createCache({ name: 'answers', ttl: '10m', bus: postgresBus(pool) })
 */
export function postgresBus(pool: PgPool, { channel = 'rag_cache' }: { channel?: string } = {}): BusDriver {
  if (typeof pool?.query !== 'function' || typeof pool.connect !== 'function' || !/^[a-z_][a-z0-9_]{0,62}$/.test(channel)) {
    throw new RagError('RAG_CACHE_BUS', {
      option: typeof pool?.query === 'function' ? 'channel' : 'pool',
      value: typeof pool?.query === 'function' ? channel : typeof pool,
      problem: 'the bus needs a pg pool and a plain name for its channel',
      fix: `call postgresBus(new Pool(), { channel: 'rag_cache' })`
    })
  }
  const waiting: string[] = []
  let sending: Promise<void> | undefined
  let retry: NodeJS.Timeout | undefined
  let stopped = false

  const send = async () => {
    while (waiting.length > 0 && !stopped) {
      const message = waiting[0]!
      for (const part of partsOf(message)) await pool.query('SELECT pg_notify($1, $2)', [channel, part])
      if (waiting[0] === message) waiting.shift()
    }
  }
  const flush = (): Promise<void> => {
    sending ??= send()
      .catch(() => {
        retry = setTimeout(() => void flush(), RETRY_MS).unref()
      })
      .finally(() => {
        sending = undefined
      })
    return sending
  }

  return {
    async publish(message) {
      waiting.push(message)
      if (waiting.length > MOST_WAITING) waiting.shift()
      await within(flush(), PUBLISH_MS)
    },
    subscribe(onMessage, onGap) {
      const stopListening = listen(pool, channel, createJoiner(onMessage), onGap)
      return async () => {
        stopped = true
        clearTimeout(retry)
        await stopListening()
      }
    }
  }
}

/** Holds a listening connection and makes a new one when it is lost; a new one may have missed something. */
function listen(pool: PgPool, channel: string, onPart: (part: string) => void, onGap: () => void): () => Promise<void> {
  let stopped = false
  let connection: Connection | undefined
  let timer: NodeJS.Timeout | undefined
  const later = (work: () => Promise<void>, ms: number) => {
    if (!stopped) timer = setTimeout(() => void work(), ms).unref()
  }
  const lose = (lost: Connection) => {
    if (connection !== lost) return
    connection = undefined
    clearTimeout(timer)
    lost.release(true)
    later(connect, RETRY_MS)
  }
  /** A peer that vanished closes nothing. */
  const ping = async (held: Connection) => {
    const alive = await within(Promise.resolve(held.query('SELECT 1')), PING_MS).then(
      (answer) => typeof answer !== 'symbol',
      () => false
    )
    if (!alive) lose(held)
    else if (connection === held) later(() => ping(held), PING_MS)
  }
  const connect = async () => {
    try {
      const made = await pool.connect()
      if (stopped) return made.release(true)
      connection = made
      made.on('notification', ((note: { channel: string; payload?: string }) => {
        if (note.channel === channel && note.payload !== undefined) onPart(note.payload)
      }) as never)
      made.on('error', () => lose(made))
      made.on('end', () => lose(made))
      await made.query(`LISTEN ${channel}`)
      onGap()
      later(() => ping(made), PING_MS)
    } catch {
      if (connection) lose(connection)
      else later(connect, RETRY_MS)
    }
  }
  void connect()
  return async () => {
    stopped = true
    clearTimeout(timer)
    connection?.release(true)
    connection = undefined
  }
}

/** `id/number of parts/place:text`, cut so that no part is too long in UTF-8. */
function partsOf(message: string): string[] {
  const cut: string[] = []
  let from = 0
  while (from < message.length) {
    let to = Math.min(message.length, from + PART)
    while (Buffer.byteLength(message.slice(from, to)) > PART) to -= Math.ceil((to - from) / 8)
    cut.push(message.slice(from, to))
    from = to
  }
  if (cut.length === 1) return [`1:${message}`]
  const id = randomUUID()
  return cut.map((text, place) => `${id}/${cut.length}/${place}:${text}`)
}

/** Puts the parts of long messages together again; what stays incomplete is forgotten, and its missing number noticed. */
function createJoiner(onMessage: (message: string) => void): (part: string) => void {
  const open = new Map<string, string[]>()
  return (part) => {
    const at = part.indexOf(':')
    const [id, count, place] = part.slice(0, at).split('/')
    const text = part.slice(at + 1)
    if (count === undefined) return onMessage(text)
    const parts = open.get(id!) ?? []
    parts[Number(place)] = text
    open.set(id!, parts)
    if (open.size > 100) open.delete(open.keys().next().value!)
    if (parts.filter((one) => one !== undefined).length < Number(count)) return
    open.delete(id!)
    onMessage(parts.join(''))
  }
}
