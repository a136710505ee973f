// Reads entries, alone or with the locks of their loads; what is asked for in one turn of the event loop is one round trip.
import { isFreshRecord, type StoredRecord } from '../codec/record.js'
import type { RedisDriver } from './driver.js'
import type { Gateway, Ticket } from './gateway.js'
import { createGatherer } from './gather.js'
import type { RedisKeys } from './layer.js'
import { LOCK_MS } from './locks.js'
import { READ } from './scripts.js'
import type { State, Under } from './state.js'

/** Asks for the lock of a load unless there is an entry that is fresh after a time. */
export interface Wish {
  readonly token: string
  readonly freshAfter: number
}
export interface Found extends Under {
  readonly record: StoredRecord | undefined
  /** Whether the lock is ours now. */
  readonly locked: boolean
  /** Who has the lock instead. */
  readonly holder: string | undefined
  /** Bytes are there that nobody can read, and nobody is loading because of them. */
  readonly unreadable: boolean
}

export interface Reader {
  read(key: string, wish?: Wish, limitMs?: number): Promise<Found | undefined>
  /** Many at once, without locks: what is there, whether fresh or not. */
  readMany(keys: readonly string[], limitMs?: number): Promise<(StoredRecord | undefined)[] | undefined>
  /** Many at once: records that are fresh, locks of the others. */
  claim(keys: readonly string[], wish: Wish): Promise<Found[] | undefined>
}

export interface ReaderSettings {
  driver: RedisDriver
  gateway: Gateway
  names: RedisKeys
  state: State
  decode(bytes: unknown, key: string): StoredRecord | undefined
  /** Sends the writes that wait. */
  flushWrites(): void
  /** Gives back locks that nobody waits for any more. */
  release(keys: readonly string[], token: string): void
}

interface Asked {
  readonly key: string
  readonly wish: Wish | undefined
  readonly limitMs: number | undefined
  readonly ticket: Ticket
  readonly answer: (found: Found | undefined) => void
}
interface Reply {
  /** As it was when the script ran: what was counted since may speak against a value that is made now. */
  readonly under: Under
  /** Of each key its bytes (heads only: 1 for a fresh one), then its lock. */
  readonly of: readonly unknown[]
}

/** Most keys of one script: their values are copied in it. */
const GATHERED = 32
/** Most keys that are read within one deadline. */
const BATCH = 256
const NOT_READ = Promise.resolve(undefined)

export function createReader({ driver, gateway, names, state, decode, flushWrites, release }: ReaderSettings): Reader {
  const { cluster } = driver
  const { meta, entryKey, lockKey } = names

  const evaluate = async (keys: readonly string[], wishes: readonly (Wish | undefined)[], heads: boolean): Promise<Reply> => {
    const all = [...keys.map(entryKey), ...keys.map(lockKey)]
    const values = [String(keys.length), String(LOCK_MS), heads ? 'h' : '']
    for (const wish of wishes) values.push(wish?.token ?? '', String((wish?.freshAfter ?? 0) + state.offset))
    const versions = cluster ? state.readVersions() : undefined
    versions?.catch(() => {})
    const [seq, epoch, ...of] = (await gateway.evaluate(READ, cluster ? all : [...all, meta], values)) as [Buffer | null, Buffer | null]
    await versions
    // A server that lost its data has no state any more.
    if (!epoch && !cluster) await state.read()
    if (!epoch) return { under: { seq: state.seq, epoch: state.epoch }, of }
    const under = { seq: Number(seq ?? 0), epoch: Number(epoch) }
    state.adopt(under.seq, under.epoch)
    return { under, of }
  }
  /** Drops what another epoch or a tag since then made void, where no script has done it. */
  const judge = async (records: (StoredRecord | undefined)[]) => {
    const tags = [...new Set(records.flatMap((record) => record?.tags ?? []))]
    const versions = new Map<string, number>()
    if (tags.length > 0) {
      const keys = tags.map((tag) => `${meta}:${tag}`)
      const found = (await driver.send({ name: 'MGET', key: meta, values: keys })) as (Buffer | null)[]
      for (const [index, version] of found.entries()) versions.set(tags[index]!, Number(version ?? 0))
    }
    return records.map((record) =>
      record && record.epoch === state.epoch && record.tags.every((tag) => versions.get(tag)! <= record.seq) ? record : undefined
    )
  }
  const foundOf = (under: Under, record: StoredRecord | undefined, lock: unknown, unreadable: boolean): Found => ({
    seq: under.seq,
    epoch: under.epoch,
    record,
    locked: lock === 1,
    holder: Buffer.isBuffer(lock) ? lock.toString() : undefined,
    unreadable
  })

  const ask = async (asked: readonly Asked[]): Promise<Found[]> => {
    const { under, of } = await evaluate(
      asked.map(({ key }) => key),
      asked.map(({ wish }) => wish),
      false
    )
    const records = asked.map(({ key }, at) => decode(of[2 * at], key))
    const valid = cluster ? await judge(records) : records
    return asked.map(({ wish }, at) => {
      const bytes = of[2 * at]
      const lock = of[2 * at + 1]
      // The script took these bytes for a fresh entry and so took no lock.
      const unreadable =
        Buffer.isBuffer(bytes) && !records[at] && lock !== 1 && isFreshRecord(bytes, (wish?.freshAfter ?? 0) + state.offset)
      return foundOf(under, valid[at], lock, unreadable)
    })
  }
  const answer = async (asked: readonly Asked[], limitMs: number | undefined) => {
    let late = false
    const call = async () => {
      const found = await ask(asked)
      // The answer of a stopped Redis comes when nobody waits for it any more: a lock must not be held by nobody.
      if (late) for (const [at, { locked }] of found.entries()) if (locked) release([asked[at]!.key], asked[at]!.wish!.token)
      return found
    }
    const tickets = asked.map(({ ticket }) => ticket)
    const found = await gateway.pass(tickets, call, limitMs)
    late = found === undefined
    for (const [at, one] of asked.entries()) one.answer(found?.[at])
  }
  const flush = (asked: readonly Asked[]) => {
    const limits = new Set(asked.map(({ limitMs }) => limitMs))
    for (const limit of limits) void answer(limits.size === 1 ? asked : asked.filter(({ limitMs }) => limitMs === limit), limit)
  }
  // Keys of a cluster lie on different nodes: there each goes by itself.
  const gathered = createGatherer(cluster ? 1 : GATHERED, flush)

  const readOne = (key: string, wish: Wish | undefined, limitMs: number | undefined) => {
    const ticket = gateway.enter('get', 1)
    if (!ticket) return NOT_READ
    return new Promise<Found | undefined>((answer) => gathered.add({ key, wish, limitMs, ticket, answer }))
  }

  /** Each part within a deadline of its own: many keys are no reason to call Redis slow. */
  const inParts = async <T>(keys: readonly string[], limitMs: number | undefined, read: (part: readonly string[]) => Promise<T[]>) => {
    const ready = state.ready()
    if (ready !== true && !(await ready)) return undefined
    flushWrites()
    const found: T[] = []
    for (let from = 0; from < keys.length; from += BATCH) {
      const part = keys.slice(from, from + BATCH)
      const some = await gateway.run('get', part.length, () => read(part), limitMs)
      if (!some) return undefined
      for (const one of some) found.push(one)
    }
    return found
  }
  /** In several commands without waiting between them: what came first is decoded while Redis gathers the rest. */
  const fetch = async <T>(keys: readonly string[], use: (bytes: unknown, at: number) => T): Promise<T[]> => {
    const entries = keys.map(entryKey)
    if (cluster) {
      const replies = await driver.sendAll(entries.map((key) => ({ name: 'GET', key, values: [key] })))
      return replies.map(use)
    }
    const used: T[] = []
    const part = async (from: number) => {
      const values = entries.slice(from, from + GATHERED)
      const replies = (await driver.send({ name: 'MGET', key: values[0]!, values })) as unknown[]
      for (let at = 0; at < replies.length; at++) used[from + at] = use(replies[at], from + at)
    }
    await Promise.all(Array.from({ length: Math.ceil(entries.length / GATHERED) }, (_, at) => part(at * GATHERED)))
    return used
  }
  const readPart = async (keys: readonly string[]) => {
    const versions = state.readVersions()
    versions.catch(() => {})
    const records = await fetch(keys, (bytes, at) => decode(bytes, keys[at]!))
    await versions
    return judge(records)
  }
  /** Values by MGET, which costs Redis less than a script that copies them; in the same round trip a script looks at their heads. */
  const claimPart = async (keys: readonly string[], wish: Wish): Promise<Found[]> => {
    const fetching = fetch(keys, (bytes) => bytes)
    fetching.catch(() => {})
    const evaluations = cluster
      ? await Promise.all(keys.map((key) => evaluate([key], [wish], true)))
      : [
          await evaluate(
            keys,
            keys.map(() => wish),
            true
          )
        ]
    const states = evaluations.flatMap(({ of }) => of)
    const { under } = evaluations[0]!
    const bytes = await fetching
    const records = bytes.map((one, at) => (states[2 * at] === 1 ? decode(one, keys[at]!) : undefined))
    const valid = cluster ? await judge(records) : records
    return keys.map((_, at) => foundOf(under, valid[at], states[2 * at + 1], states[2 * at] === 1 && bytes[at] !== null && !records[at]))
  }

  return {
    read(key, wish, limitMs) {
      const ready = state.ready()
      if (ready === true) return readOne(key, wish, limitMs)
      return Promise.resolve(ready).then((known) => (known ? readOne(key, wish, limitMs) : undefined))
    },
    readMany: (keys, limitMs) => inParts(keys, limitMs, readPart),
    async claim(keys, wish) {
      let late = false
      const found = await inParts(keys, undefined, async (part) => {
        const some = await claimPart(part, wish)
        if (late) release(part, wish.token)
        return some
      })
      late = found === undefined
      // Locks of the parts that were answered before one failed.
      if (late && keys.length > BATCH) release(keys, wish.token)
      return found
    }
  }
}
