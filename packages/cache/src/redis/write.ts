// Writes entries: small ones as arguments of the script that checks them, large ones beside their key, from where the script moves them.
import { randomBytes } from 'node:crypto'
import { sizeOf } from '../memory/size.js'
import type { Command, RedisDriver } from './driver.js'
import type { Gateway } from './gateway.js'
import type { Draft, RedisKeys, Under } from './layer.js'
import { MOVE, type Script, WRITE } from './scripts.js'

export interface WriterSettings {
  driver: RedisDriver
  gateway: Gateway
  names: RedisKeys
  /** Undefined for a value that has no bytes; it is counted there. */
  encode(draft: Draft, under: Under): Buffer | undefined
  unlock(key: string, token: string): Promise<void>
}
/** For each draft whether it was written. */
type Write = (batch: readonly Draft[], under: Under, token: string | undefined) => Promise<boolean[]>

/** Scripts copy their arguments twice; above this many bytes a plain SET and a rename cost less. */
const LARGE = 1024
/** Entries that go out together: while Redis works on them the next are encoded. */
const GROUP = 32
/** Most entries and bytes that one deadline is for. */
const BATCH = 256
const BATCH_BYTES = 4 * 1024 * 1024

export function createWriter({ driver, gateway, names, encode, unlock }: WriterSettings): Write {
  const { meta, entryKey, lockKey } = names
  const prefix = randomBytes(6).toString('base64url')
  let staged = 0

  const writeGroup = async (group: readonly Draft[], under: Under, token: string | undefined): Promise<boolean[]> => {
    const encoded = group.map((draft) => encode(draft, under))
    const some = group.filter((_, at) => encoded[at])
    const bytes = encoded.filter((one) => one !== undefined)
    if (some.length === 0) {
      if (token !== undefined) await unlock(group[0]!.key, token)
      return group.map(() => false)
    }
    const done = await send(some, bytes, under, token)
    let next = 0
    return encoded.map((one) => one !== undefined && done[next++] === 1)
  }

  const send = async (group: readonly Draft[], bytes: readonly Buffer[], { seq, epoch }: Under, token: string | undefined) => {
    const large = bytes.some(({ length }) => length > LARGE)
    const keys = group.map(({ key }) => entryKey(key))
    const lives = group.map(({ lifeMs }) => String(Math.max(1, Math.ceil(lifeMs))))
    const flags = `${token === undefined ? '' : 'l'}${driver.cluster ? '' : 'm'}`
    const values = [String(group.length), flags, String(seq), String(epoch), token ?? '']
    const last = [...(token === undefined ? [] : [lockKey(group[0]!.key)]), ...(driver.cluster ? [] : [meta])]
    if (!large) return evaluate(WRITE, [...keys, ...last], [...values, ...bytes.flatMap((one, at) => [one, lives[at]!])])
    const moved = keys.map((key) => `${key}:w${prefix}${(staged++).toString(36)}`)
    // Commands of one connection keep their order: no need to wait for the first before the second is sent.
    const before = driver.sendAll(moved.map((key, at): Command => ({ name: 'SET', key, values: [key, bytes[at]!, 'PX', lives[at]!] })))
    const [done] = await Promise.all([evaluate(MOVE, [...keys, ...moved, ...last], values), before])
    return done
  }
  const evaluate = (script: Script, keys: readonly string[], values: readonly (string | Buffer)[]) =>
    gateway.evaluate(script, keys, values) as Promise<number[]>

  /** In a cluster the state is on another node than the entry: whoever wrote over an invalidated pattern takes it back. */
  const takeBackAfterPattern = async (batch: readonly Draft[], written: boolean[], { seq }: Under) => {
    const pattern = (await driver.send({ name: 'HGET', key: meta, values: [meta, 'p'] })) as Buffer | null
    if (Number(pattern ?? 0) <= seq) return
    const keys = batch.filter((_, at) => written[at]).map(({ key }) => entryKey(key))
    await driver.sendAll(keys.map((key) => ({ name: 'DEL', key, values: [key] })))
    written.fill(false)
  }

  return async (batch, under, token) => {
    if (batch.length === 1 && !driver.cluster) return writeGroup(batch, under, token)
    const size = driver.cluster ? 1 : GROUP
    const groups = Array.from({ length: Math.ceil(batch.length / size) }, (_, at) => batch.slice(at * size, at * size + size))
    const written = (await Promise.all(groups.map((group) => writeGroup(group, under, token)))).flat()
    if (driver.cluster) await takeBackAfterPattern(batch, written, under)
    return written
  }
}

/** Cuts a list into parts of at most so many entries and about so many bytes. */
export function batchesOf(drafts: readonly Draft[]): (readonly Draft[])[] {
  if (drafts.length === 1) return [drafts]
  const batches: Draft[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const draft of drafts) {
    const size = sizeOf(draft.value)
    const last = batches.at(-1)
    if (!last || last.length === BATCH || bytes + size > BATCH_BYTES) {
      batches.push([draft])
      bytes = size
    } else {
      last.push(draft)
      bytes += size
    }
  }
  return batches
}
