// Writes entries: small ones as arguments of the script that checks them, large ones beside their key, from where the script moves them.
import { randomBytes } from 'node:crypto'
import { sizeOf } from '../memory/size.js'
import type { Argument, RedisDriver } from './driver.js'
import type { Gateway, Ticket } from './gateway.js'
import { createGatherer } from './gather.js'
import type { Draft, RedisKeys } from './layer.js'
import { LOCK, MOVE, type Script, WRITE } from './scripts.js'
import type { Under } from './state.js'

export interface WriterSettings {
  driver: RedisDriver
  gateway: Gateway
  names: RedisKeys
  /** Undefined for a value that has no bytes; it is counted there. */
  encode(draft: Draft, under: Under): Buffer | undefined
  /** Names that Redis must know before these are written, and does not know yet. */
  unregistered(drafts: readonly Draft[]): readonly string[]
  register(names: readonly string[]): Promise<unknown>
}
type Written = readonly boolean[] | undefined
export interface Writer {
  /** For each draft whether it was written; undefined when Redis failed. */
  write(drafts: readonly Draft[], under: Under, token: string | undefined): Promise<Written>
  /** Sends what waits for the end of the turn. */
  flush(): void
}

interface Small {
  readonly key: string
  readonly bytes: Buffer
  readonly life: string
  readonly token: string
  readonly ticket: Ticket
  readonly answer: (written: Written) => void
}

/** Scripts copy their arguments twice; above this many bytes a plain SET and a rename cost less. */
const LARGE = 1024
/** Entries that go out together: while Redis works on them the next are encoded. */
const GROUP = 32
/** Most entries and bytes that one deadline is for. */
const BATCH = 256
const BATCH_BYTES = 4 * 1024 * 1024
const WRITTEN: readonly boolean[] = [true]
const NOT_WRITTEN: readonly boolean[] = [false]

export function createWriter({ driver, gateway, names, encode, unregistered, register }: WriterSettings): Writer {
  const { cluster } = driver
  const { meta, entryKey, lockKey } = names
  const prefix = randomBytes(6).toString('base64url')
  let staged = 0
  const evaluate = (script: Script, keys: readonly string[], values: readonly Argument[]) =>
    gateway.evaluate(script, keys, values) as Promise<number[]>
  const lifeOf = ({ lifeMs }: Draft) => String(Math.max(1, Math.ceil(lifeMs)))
  const keysOf = (keys: readonly string[], moved: readonly string[], locks: boolean) => [
    ...keys.map(entryKey),
    ...moved,
    ...(locks ? keys.map(lockKey) : []),
    ...(cluster ? [] : [meta])
  ]
  const flagsOf = (locks: boolean) => `${locks ? 'l' : ''}${cluster ? '' : 'm'}`

  /** Small entries in one script. */
  const writeSmall = (entries: readonly Pick<Small, 'key' | 'bytes' | 'life' | 'token'>[]) => {
    const locks = entries.some(({ token }) => token !== '')
    const values: Argument[] = [String(entries.length), flagsOf(locks)]
    for (const { bytes, life, token } of entries) values.push(bytes, life, token)
    const keys = entries.map(({ key }) => key)
    return evaluate(WRITE, keysOf(keys, [], locks), values)
  }
  /** Commands of one connection keep their order: no need to wait for the values before the script that moves them is sent. */
  const move = async (group: readonly Draft[], bytes: readonly Buffer[], { seq, epoch }: Under, token: string | undefined) => {
    const keys = group.map(({ key }) => key)
    const moved = keys.map((key) => `${entryKey(key)}:w${prefix}${(staged++).toString(36)}`)
    const before = driver.sendAll(moved.map((key, at) => ({ name: 'SET', key, values: [key, bytes[at]!, 'PX', lifeOf(group[at]!)] })))
    const locks = token !== undefined
    const values = [String(group.length), flagsOf(locks), String(seq), String(epoch), token ?? '']
    const [done] = await Promise.all([evaluate(MOVE, keysOf(keys, moved, locks), values), before])
    return done
  }
  const writeGroup = async (group: readonly Draft[], under: Under, token: string | undefined): Promise<boolean[]> => {
    const encoded = group.map((draft) => encode(draft, under))
    const some = group.filter((_, at) => encoded[at])
    const bytes = encoded.filter((one) => one !== undefined)
    const without = token === undefined ? [] : group.filter((_, at) => !encoded[at]).map(({ key }) => lockKey(key))
    if (without.length > 0) await Promise.all(without.map((lock) => gateway.evaluate(LOCK, [lock], [token!, ''])))
    if (some.length === 0) return encoded.map(() => false)
    const small = (draft: Draft, at: number) => ({ key: draft.key, bytes: bytes[at]!, life: lifeOf(draft), token: token ?? '' })
    const done = bytes.some(({ length }) => length > LARGE) ? await move(some, bytes, under, token) : await writeSmall(some.map(small))
    let next = 0
    return encoded.map((one) => one !== undefined && done[next++] === 1)
  }
  /** In a cluster the state is on another node than the entry: whoever wrote over an invalidated pattern takes it back. */
  const takeBackAfterPattern = async (batch: readonly Draft[], written: boolean[], { seq }: Under) => {
    const pattern = (await driver.send({ name: 'HGET', key: meta, values: [meta, 'p'] })) as Buffer | null
    if (Number(pattern ?? 0) <= seq) return
    const keys = batch.filter((_, at) => written[at]).map(({ key }) => entryKey(key))
    await driver.sendAll(keys.map((key) => ({ name: 'DEL', key, values: [key] })))
    written.fill(false)
  }
  const writeBatch = async (batch: readonly Draft[], under: Under, token: string | undefined) => {
    const added = unregistered(batch)
    if (added.length > 0) await register(added)
    const size = cluster ? 1 : GROUP
    const groups = Array.from({ length: Math.ceil(batch.length / size) }, (_, at) => batch.slice(at * size, at * size + size))
    const written = (await Promise.all(groups.map((group) => writeGroup(group, under, token)))).flat()
    if (cluster) await takeBackAfterPattern(batch, written, under)
    return written
  }

  /** What is written in one turn of the event loop is one round trip. */
  const gathered = createGatherer<Small>(GROUP, (entries) => {
    const tickets = entries.map(({ ticket }) => ticket)
    void gateway
      .pass(tickets, () => writeSmall(entries))
      .then((done) => {
        for (let at = 0; at < entries.length; at++) entries[at]!.answer(done && (done[at] === 1 ? WRITTEN : NOT_WRITTEN))
      })
  })
  const writeOne = (draft: Draft, under: Under, token: string | undefined): Promise<Written> => {
    const ticket = gateway.enter('set', 1)
    if (!ticket) return Promise.resolve(undefined)
    const bytes = encode(draft, under)
    const { key } = draft
    if (bytes && bytes.length <= LARGE)
      return new Promise((answer) => gathered.add({ key, bytes, life: lifeOf(draft), token: token ?? '', ticket, answer }))
    return gateway.pass([ticket], async () => {
      if (bytes) return [(await move([draft], [bytes], under, token))[0] === 1]
      if (token !== undefined) await gateway.evaluate(LOCK, [lockKey(key)], [token, ''])
      return NOT_WRITTEN
    })
  }

  const writeMany = async (drafts: readonly Draft[], under: Under, token: string | undefined): Promise<Written> => {
    gathered.flush()
    const written: boolean[] = []
    // Each batch has its own deadline: many entries are no reason to call Redis slow.
    for (const batch of batchesOf(drafts)) {
      const done = await gateway.run('set', batch.length, () => writeBatch(batch, under, token))
      if (!done) return undefined
      written.push(...done)
    }
    return written
  }

  return {
    write(drafts, under, token) {
      const alone = drafts.length === 1 && !cluster && unregistered(drafts).length === 0
      return alone ? writeOne(drafts[0]!, under, token) : writeMany(drafts, under, token)
    },
    flush: gathered.flush
  }
}

/** Cuts a list into parts of at most so many entries and about so many bytes. */
function batchesOf(drafts: readonly Draft[]): (readonly Draft[])[] {
  if (drafts.length === 1) return [drafts]
  const batches: Draft[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const draft of drafts) {
    const size = weigh(draft)
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

/** A value that does not let itself be looked at has no bytes either; that is counted when it is encoded. */
function weigh({ value }: Draft): number {
  try {
    return sizeOf(value)
  } catch {
    return 0
  }
}
