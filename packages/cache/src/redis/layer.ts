// The Redis layer: entries, locks and versions in terms of the cache.
import { decodeRecord, encodeRecord, encodeTombstone, type PayloadGate, type StoredRecord } from '../codec/record.js'
import { encodeValue, isWellFormed } from '../codec/values.js'
import type { Figures } from '../stats.js'
import type { RedisDriver } from './driver.js'
import type { Gateway } from './gateway.js'
import { createReader, type Reader } from './read.js'
import { BUMP, LOCK } from './scripts.js'
import { createState, newEpoch, type Under } from './state.js'
import { createWriter } from './write.js'

/** Longest life of an entry in Redis; tag versions outlive it. */
export const LONGEST_LIFE_MS = 30 * 86_400_000
const TAG_LIFE_S = 31 * 86_400
/** A load that began before a delete may end this much later and still is refused. */
const TOMBSTONE_MS = 300_000
const SCAN_BATCH = 500
const NONE: readonly string[] = []

/** What is to be stored; times on the clock of `performance.now()`. */
export interface Draft {
  readonly key: string
  readonly value: unknown
  readonly freshUntil: number
  readonly lifeMs: number
  readonly cost: number | undefined
  readonly tags: readonly string[]
}
export interface Change {
  readonly keys?: readonly string[]
  readonly tags?: readonly string[]
  readonly pattern?: string
  readonly version?: string
  readonly all?: boolean
}

export interface RedisLayer extends Reader {
  readonly seq: number
  /** The seq at the first contact with this epoch. */
  readonly firstSeq: number
  readonly epoch: number
  /** Milliseconds to add to `performance.now()` for the clock of Redis. */
  readonly offset: number
  /** For each draft whether it was written; undefined when Redis failed. With a token the locks of all are given back. */
  write(drafts: readonly Draft[], under: Under, token?: string): Promise<readonly boolean[] | undefined>
  unlock(keys: readonly string[], token: string): Promise<void>
  renew(keys: readonly string[], token: string, lifeMs: number): Promise<void>
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
  const entryKey = (key: string) => `${base}{${nameOf(key)}}`
  return { base, meta: `${base}{m}:m`, entryKey, lockKey: (key: string) => `${entryKey(key)}:l` }
}

/** A key as a hash tag, which must not be empty, and in UTF-8, which has no halves of a pair; different keys stay different. */
function nameOf(key: string): string {
  if (!isWellFormed(key)) return `%${JSON.stringify(key)}`
  return key.startsWith('}') || key.startsWith('%') ? `%${key}` : key
}

export function createRedisLayer({ name, driver, gateway, gate, figures, onEpoch }: RedisLayerSettings): RedisLayer {
  const names = redisKeys(name)
  const { meta, lockKey } = names
  const state = createState({ driver, gateway, meta, onEpoch })

  const decode = (bytes: unknown, key: string): StoredRecord | undefined => {
    if (!Buffer.isBuffer(bytes)) return undefined
    try {
      return decodeRecord(bytes, gate, key)
    } catch {
      figures.fault('redis', 'decode')
      return undefined
    }
  }
  const encode = (draft: Draft, under: Under): Buffer | undefined => {
    try {
      const head = {
        seq: under.seq,
        epoch: under.epoch,
        freshUntil: draft.freshUntil + state.offset,
        storedAt: performance.now() + state.offset,
        cost: draft.cost,
        tags: draft.tags
      }
      return encodeRecord(head, encodeValue(draft.value), gate, draft.key)
    } catch {
      figures.fault('redis', 'encode')
      return undefined
    }
  }
  /** Names of this epoch of which Redis knows that something depends on them, so that a change of a key of that name is counted. */
  let registered = new Set<string>()
  let registeredIn = -1
  const unregistered = (drafts: readonly Draft[]) => {
    if (registeredIn !== state.epoch || registered.size > 10_000) registered = new Set()
    registeredIn = state.epoch
    let found = NONE
    for (const { tags } of drafts) for (const tag of tags) if (tag.startsWith('d:') && !registered.has(tag)) found = [...found, tag]
    return found
  }
  const register = async (names: readonly string[]) => {
    const into = registered
    const keys = [...new Set(names)].map((tag) => `${meta}:${tag}`)
    await driver.sendAll(keys.map((key) => ({ name: 'SET', key: meta, values: [key, '0', 'NX', 'EX', String(TAG_LIFE_S)] })))
    for (const tag of names) into.add(tag)
  }
  const lock = async (keys: readonly string[], token: string, life: string) => {
    const groups = driver.cluster ? keys.map((key) => [key]) : [keys]
    await Promise.all(groups.map((group) => gateway.evaluate(LOCK, group.map(lockKey), [token, life])))
  }
  const reader = createReader({
    driver,
    gateway,
    names,
    state,
    decode,
    flushWrites: () => writer.flush(),
    // Its answer has just come: Redis is there, whatever the breaker says.
    release: (keys, token) => void lock(keys, token, '').catch(() => {})
  })
  const writer = createWriter({ driver, gateway, names, encode, unregistered, register })

  return {
    get seq() {
      return state.seq
    },
    get firstSeq() {
      return state.firstSeq
    },
    get epoch() {
      return state.epoch
    },
    get offset() {
      return state.offset
    },
    ...reader,
    write(drafts, under, token) {
      const ready = state.ready()
      if (ready === true) return writer.write(drafts, under, token)
      return Promise.resolve(ready).then((known) => (known ? writer.write(drafts, under, token) : undefined))
    },
    async unlock(keys, token) {
      await gateway.run('delete', keys.length, () => lock(keys, token, ''))
    },
    async renew(keys, token, lifeMs) {
      await gateway.run('set', keys.length, () => lock(keys, token, String(lifeMs)))
    },
    async change({ keys = [], tags = [], pattern, version, all }, via = gateway) {
      if (via === gateway && !(await state.ready())) return undefined
      writer.flush()
      return via.run('invalidate', keys.length + tags.length, async () => {
        const flag = version !== undefined ? 'v' : all ? 'a' : pattern !== undefined ? 'p' : ''
        const dependents = keys.map((key) => `d:${key}`)
        const values = [flag, newEpoch(), version ?? '', String(TAG_LIFE_S), String(tags.length), ...tags, ...dependents]
        const [newSeq, foundEpoch] = ((await gateway.evaluate(BUMP, [meta], values)) as [number, Buffer] | []) ?? []
        if (newSeq === undefined) return null
        const under = { seq: newSeq, epoch: Number(foundEpoch) }
        state.changed(under)
        return under
      })
    },
    sync: state.sync
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
