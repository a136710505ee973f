// The Redis layer: entries, locks and versions in terms of the cache.
import { randomInt } from 'node:crypto'
import { decodeRecord, encodeRecord, encodeTombstone, isFreshRecord, type PayloadGate, type StoredRecord } from '../codec/record.js'
import { encodeValue } from '../codec/values.js'
import type { Figures } from '../stats.js'
import type { Command, RedisDriver } from './driver.js'
import type { Gateway } from './gateway.js'
import { BUMP, LOCK, READ, SYNC } from './scripts.js'
import { batchesOf, createWriter } from './write.js'

/** Longest life of an entry in Redis; tag versions outlive it. */
export const LONGEST_LIFE_MS = 30 * 86_400_000
const TAG_LIFE_S = 31 * 86_400
/** A load that began before a delete may end this much later and still is refused. */
const TOMBSTONE_MS = 300_000
const SCAN_BATCH = 500
/** Most keys that are read within one deadline. */
const BATCH = 256

/** What is to be stored; times on the clock of `performance.now()`. */
export interface Draft {
  readonly key: string
  readonly value: unknown
  readonly freshUntil: number
  readonly lifeMs: number
  readonly cost: number | undefined
  readonly tags: readonly string[]
}
/** The state of Redis that a value is made under. */
export interface Under {
  readonly seq: number
  readonly epoch: number
}
export interface Found extends Under {
  readonly record: StoredRecord | undefined
  readonly locked: boolean
  /** Bytes are there that nobody can read. */
  readonly unreadable: boolean
}
export interface Change {
  readonly keys?: readonly string[]
  readonly tags?: readonly string[]
  readonly pattern?: string
  readonly version?: string
  readonly all?: boolean
}

export interface RedisLayer {
  readonly seq: number
  /** The seq at the first contact with this epoch. */
  readonly firstSeq: number
  readonly epoch: number
  /** Milliseconds to add to `performance.now()` for the clock of Redis. */
  readonly offset: number
  read(key: string, lock?: { token: string; lifeMs: number; freshAfter: number }, limitMs?: number): Promise<Found | undefined>
  readMany(keys: readonly string[]): Promise<(StoredRecord | undefined)[] | undefined>
  /** For each draft whether it was written; undefined when Redis failed. */
  write(drafts: readonly Draft[], under: Under, lock?: { token: string }): Promise<boolean[] | undefined>
  unlock(key: string, token: string): Promise<void>
  renew(key: string, token: string, lifeMs: number): Promise<void>
  /** The new state; null when there was nothing to do, undefined when Redis failed. */
  change(change: Change, via?: Gateway): Promise<Under | null | undefined>
  /** Reads the state of the cache. False when Redis failed. */
  sync(via?: Gateway): Promise<boolean>
}

export interface RedisLayerSettings {
  name: string
  driver: RedisDriver
  gateway: Gateway
  gate: PayloadGate
  figures: Figures
  /** Called when the epoch in Redis is another than before: everything that was read is void. */
  onEpoch(): void
}

export interface RedisKeys {
  readonly base: string
  readonly meta: string
  entryKey(key: string): string
  lockKey(key: string): string
}

/** Entry and lock of a key share a slot of a cluster; the state and the versions of all tags share another. */
function redisKeys(name: string): RedisKeys {
  const base = `rag:${name}:`
  // An empty hash tag would be none.
  const entryKey = (key: string) => `${base}{${key.startsWith('}') ? `%${key}` : key}}`
  return { base, meta: `${base}{m}:m`, entryKey, lockKey: (key: string) => `${entryKey(key)}:l` }
}

export function createRedisLayer({ name, driver, gateway, gate, figures, onEpoch }: RedisLayerSettings): RedisLayer {
  const names = redisKeys(name)
  const { meta, entryKey, lockKey } = names
  const registered = new Set<string>()
  let seq = 0
  let firstSeq = 0
  let epoch = -1
  let offset = 0
  let synced: Promise<boolean> | undefined

  const newEpoch = () => String(randomInt(1, 0xffffffff))
  const adopt = (newSeq: number, found: number) => {
    if (newSeq > seq || found !== epoch) seq = newSeq
    if (found === epoch) return
    const first = epoch === -1
    epoch = found
    firstSeq = newSeq
    if (!first) onEpoch()
  }
  const readState = async () => {
    const before = performance.now()
    const reply = (await gateway.evaluate(SYNC, [meta], [newEpoch()])) as Buffer[]
    const [foundEpoch, foundSeq, , seconds, micros] = reply.map(Number) as [number, number, number, number, number]
    offset = seconds * 1000 + micros / 1000 - (before + performance.now()) / 2
    adopt(foundSeq, foundEpoch)
    return true
  }
  const sync = async (via: Gateway = gateway) => (await via.run('get', 0, readState)) === true
  /** The clock of Redis and the epoch must be known before anything is read or written. */
  const ready = async () => {
    synced ??= sync().finally(() => {
      synced = undefined
    })
    return synced
  }
  const decode = (bytes: unknown, key: string): StoredRecord | undefined => {
    if (!Buffer.isBuffer(bytes)) return undefined
    try {
      return decodeRecord(bytes, gate, key)
    } catch {
      figures.fault('redis', 'decode')
      return undefined
    }
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
      record && record.epoch === epoch && record.tags.every((tag) => versions.get(tag)! <= record.seq) ? record : undefined
    )
  }
  const encode = (draft: Draft, under: Under): Buffer | undefined => {
    try {
      const head = {
        ...under,
        freshUntil: draft.freshUntil + offset,
        storedAt: performance.now() + offset,
        cost: draft.cost,
        tags: draft.tags
      }
      return encodeRecord(head, encodeValue(draft.value), gate, draft.key)
    } catch {
      figures.fault('redis', 'encode')
      return undefined
    }
  }
  /** Tells Redis that something depends on these names, so that a change of a key of that name is counted. */
  const registrations = (drafts: readonly Draft[]): Command[] => {
    const names = new Set(drafts.flatMap(({ tags }) => tags.filter((tag) => tag.startsWith('d:') && !registered.has(tag))))
    if (registered.size + names.size > 10_000) registered.clear()
    for (const tag of names) registered.add(tag)
    return [...names].map((tag) => ({ name: 'SET', key: meta, values: [`${meta}:${tag}`, '0', 'NX', 'EX', String(TAG_LIFE_S)] }))
  }
  const unlock = async (key: string, token: string) => {
    await gateway.run('delete', 1, () => gateway.evaluate(LOCK, [lockKey(key)], [token, '']))
  }
  const write = createWriter({ driver, gateway, names, encode, unlock })
  const readMeta = async () => {
    const [s, e] = (await driver.send({ name: 'HMGET', key: meta, values: [meta, 's', 'e'] })) as (Buffer | null)[]
    if (e) adopt(Number(s ?? 0), Number(e))
    else await readState()
  }

  return {
    get seq() {
      return seq
    },
    get firstSeq() {
      return firstSeq
    },
    get epoch() {
      return epoch
    },
    get offset() {
      return offset
    },
    async read(key, lock, limitMs) {
      if (epoch === -1 && !(await ready())) return undefined
      const values = lock ? [lock.token, String(lock.lifeMs), String(lock.freshAfter + offset)] : ['', '0', '0']
      const keys = [entryKey(key), lockKey(key)]
      let abandoned = false
      const call = async (): Promise<Found> => {
        const other = driver.cluster ? readMeta() : undefined
        const [bytes, locked, foundSeq, foundEpoch] = (await gateway.evaluate(READ, driver.cluster ? keys : [...keys, meta], values)) as [
          Buffer | null,
          number,
          Buffer | null,
          Buffer | null
        ]
        // The answer of a stopped Redis comes when nobody waits for it any more: the lock must not be held by nobody.
        if (abandoned && locked === 1 && lock) await unlock(key, lock.token)
        await other
        if (foundEpoch) adopt(Number(foundSeq ?? 0), Number(foundEpoch))
        // A server that lost its data has no state any more.
        else if (!driver.cluster) await readState()
        const under = { seq: foundEpoch ? Number(foundSeq ?? 0) : seq, epoch }
        const record = decode(bytes, key)
        const [valid] = driver.cluster && record ? await judge([record]) : [record]
        // Our script took these bytes for a fresh entry and so took no lock: nobody is loading because of them.
        const unreadable = Buffer.isBuffer(bytes) && !record && locked !== 1 && isFreshRecord(bytes, Number(values[2]))
        return { ...under, record: valid, locked: locked === 1, unreadable }
      }
      const found = await gateway.run('get', 1, call, limitMs)
      abandoned = found === undefined
      return found
    },
    async readMany(keys) {
      if (epoch === -1 && !(await ready())) return undefined
      const found: (StoredRecord | undefined)[] = []
      for (let from = 0; from < keys.length; from += BATCH) {
        const entries = keys.slice(from, from + BATCH).map(entryKey)
        const records = await gateway.run('get', entries.length, async () => {
          const state = readMeta()
          state.catch(() => {})
          const replies = driver.cluster
            ? await driver.sendAll(entries.map((key) => ({ name: 'GET', key, values: [key] })))
            : ((await driver.send({ name: 'MGET', key: entries[0]!, values: entries })) as unknown[])
          await state
          return judge(replies.map((bytes, at) => decode(bytes, keys[from + at]!)))
        })
        if (!records) return undefined
        for (const record of records) found.push(record)
      }
      return found
    },
    async write(drafts, under, lock) {
      if (epoch === -1 && !(await ready())) return undefined
      const written: boolean[] = []
      // Each batch has its own deadline: many entries are no reason to call Redis slow.
      for (const batch of batchesOf(drafts)) {
        const done = await gateway.run('set', batch.length, async () => {
          const first = registrations(batch)
          if (first.length > 0) await driver.sendAll(first)
          return write(batch, under, lock?.token)
        })
        if (!done) return undefined
        written.push(...done)
      }
      return written
    },
    unlock,
    async renew(key, token, lifeMs) {
      await gateway.run('set', 1, () => gateway.evaluate(LOCK, [lockKey(key)], [token, String(lifeMs)]))
    },
    async change({ keys = [], tags = [], pattern, version, all }, via = gateway) {
      if (via === gateway && epoch === -1 && !(await ready())) return undefined
      return via.run('invalidate', keys.length + tags.length, async () => {
        const flag = version !== undefined ? 'v' : all ? 'a' : pattern !== undefined ? 'p' : ''
        const dependents = keys.map((key) => `d:${key}`)
        const values = [flag, newEpoch(), version ?? '', String(TAG_LIFE_S), String(tags.length), ...tags, ...dependents]
        const [newSeq, foundEpoch] = ((await gateway.evaluate(BUMP, [meta], values)) as [number, Buffer] | []) ?? []
        if (newSeq === undefined) return null
        const under = { seq: newSeq, epoch: Number(foundEpoch) }
        if (under.epoch !== epoch) epoch = under.epoch
        seq = Math.max(seq, newSeq)
        return under
      })
    },
    sync
  }
}

/** Deletes entries for good: tombstones for keys, unlinking what a scan finds for patterns. */
export async function bury(
  { name, driver, gateway }: Pick<RedisLayerSettings, 'name' | 'driver' | 'gateway'>,
  { keys = [], pattern }: Change,
  under: Under
): Promise<boolean> {
  const { base, entryKey } = redisKeys(name)
  if (keys.length > 0) {
    const stone = encodeTombstone(under.epoch, under.seq)
    const commands = keys.map((key) => ({ name: 'SET', key: entryKey(key), values: [entryKey(key), stone, 'PX', String(TOMBSTONE_MS)] }))
    if ((await gateway.run('delete', keys.length, () => driver.sendAll(commands))) === undefined) return false
  }
  if (pattern === undefined) return true
  // Each batch has its own deadline: a large key space is no reason to call Redis slow.
  const glob = `${base}{${pattern.replace(/[[\]\\^]/g, '\\$&')}}`
  const batches = driver.scan(glob, SCAN_BATCH)[Symbol.asyncIterator]()
  for (;;) {
    const next = await gateway.run('invalidate', SCAN_BATCH, () => batches.next())
    if (!next) return false
    if (next.done) return true
    const commands = next.value.map((key) => ({ name: 'UNLINK', key, values: [key] }))
    if (commands.length > 0 && (await gateway.run('delete', commands.length, () => driver.sendAll(commands))) === undefined) return false
  }
}
