// From a miss in memory to a value: Redis, the lock across processes, the loader, and something stale when these fail.
import type { StoredRecord } from '../codec/record.js'
import {
  countHit,
  countSaved,
  draftOf,
  draftOfRecord,
  type Engine,
  inBackground,
  namesOf,
  type Outcome,
  promote,
  remember
} from '../engine.js'
import type { MemoryEntry } from '../memory/store.js'
import { TIMED_OUT, within } from '../redis/deadline.js'
import type { Draft } from '../redis/layer.js'
import type { Under } from '../redis/state.js'
import type { Loader, LoadOptions } from '../types.js'
import { limitsOf, load } from './load.js'
import { createPatience, type Patience } from './patience.js'

export type Mode = 'missing' | 'refresh' | 'force'

/** Something past its time that may still be served. */
interface Candidate {
  readonly value: unknown
  readonly from: 'memory' | 'redis'
  readonly staleUntil: number
  readonly revalidateUntil: number
}

/** Joins the load that is under way for a key, or starts one. */
export function join(engine: Engine, key: string, loader: Loader<unknown>, options: LoadOptions<never>, mode: Mode): Promise<Outcome> {
  const { flights, figures } = engine
  const present = flights.get(key)
  if (present && mode !== 'force') {
    figures.coalesced++
    return present.promise
  }
  const promise = fly(engine, key, loader, options, mode)
  const flight = { promise, tags: namesOf(options as never) }
  flights.set(key, flight)
  const land = () => {
    if (flights.get(key) === flight) flights.delete(key)
  }
  promise.then(land, land)
  return promise
}

async function fly(engine: Engine, key: string, loader: Loader<unknown>, options: LoadOptions<never>, mode: Mode): Promise<Outcome> {
  const { memory, log, settings, remote } = engine
  const mark = log.begin()
  let handedOver = false
  let uncounted = false
  try {
    const held = memory?.read(key)
    let candidate = mode === 'force' ? undefined : candidateOf(held)
    let under: Under = { seq: remote?.layer.seq ?? 0, epoch: remote?.layer.epoch ?? 0 }
    let token: string | undefined
    if (remote) {
      const wantsLock = options.lock ?? settings.lock
      const ahead = mode === 'refresh' && held ? held.freshUntil + 1 : performance.now()
      const found = await readOrWait(engine, key, mode === 'force' ? Number.MAX_SAFE_INTEGER : ahead, wantsLock, candidate, mode)
      if (found.outcome) {
        if (found.record) promote(engine, found.draft!, found.record, mark)
        return found.outcome
      }
      token = found.token
      uncounted = found.uncounted === true
      if (found.under) under = found.under
      candidate = mode === 'force' ? undefined : (found.candidate ?? candidate)
    }
    const loading = loadAndStore(engine, key, loader, options, under, token, mark)
    handedOver = true
    const done = () => log.end()
    loading.then(done, done)
    const outcome = await settle(engine, key, loading, candidate, limitsOf(engine, options).softMs)
    if (uncounted && outcome.stale && outcome.from === 'redis') {
      engine.figures.redis.stale++
      uncounted = false
    }
    return outcome
  } finally {
    if (uncounted) engine.figures.redis.miss++
    if (!handedOver) log.end()
  }
}

/** The loaded value; something stale at the soft time-out or when the loader fails. */
async function settle(
  engine: Engine,
  key: string,
  loading: Promise<unknown>,
  candidate: Candidate | undefined,
  softMs: number | undefined
): Promise<Outcome> {
  const usable = () => candidate !== undefined && performance.now() < candidate.staleUntil
  try {
    const value = candidate && softMs !== undefined ? await within(loading, softMs) : await loading
    if (value !== TIMED_OUT) return { value, from: 'load', stale: false }
    inBackground(engine, loading)
    if (!usable()) return { value: await loading, from: 'load', stale: false }
  } catch (error) {
    if (!usable()) throw error
  }
  const held = engine.memory?.peek(key)
  if (held) held.retryAt = performance.now() + engine.settings.retryMs
  return { value: candidate!.value, from: candidate!.from, stale: true }
}

async function loadAndStore(
  engine: Engine,
  key: string,
  loader: Loader<unknown>,
  options: LoadOptions<never>,
  under: Under,
  token: string | undefined,
  mark: number
): Promise<unknown> {
  try {
    const { value, lives } = await load(engine, key, loader, options)
    if (lives && !engine.log.touched(mark, key, lives.tags)) keep(engine, [draftOf(engine, key, value, lives)], under, token)
    else giveBack(engine, [key], token)
    return value
  } catch (error) {
    giveBack(engine, [key], token)
    throw error
  }
}

/** Stores values that were made under a state of Redis: in memory now, in Redis behind the callers' back. Their locks end with it. */
export function keep(engine: Engine, drafts: readonly Draft[], under: Under, token?: string): void {
  for (const draft of drafts) remember(engine, draft, under.seq)
  if (engine.remote && under.epoch !== -1) inBackground(engine, store(engine, drafts, under, token))
}

/** Writes to Redis; what Redis refuses as outdated must not stay in memory either. */
async function store({ remote, memory }: Engine, drafts: readonly Draft[], under: Under, token: string | undefined) {
  const { layer, breaker, locks } = remote!
  const written = await layer.write(drafts, under, token)
  if (token !== undefined) locks.drop(token)
  if (!written || !breaker.closed()) return
  for (let at = 0; at < drafts.length; at++) {
    if (written[at]) continue
    const { key, value } = drafts[at]!
    const held = memory?.peek(key)
    if (held && held.value === value && held.seq === under.seq) memory!.remove(key, 'invalidated')
  }
}

/** Ends locks of loads that gave nothing to keep. */
export function giveBack(engine: Engine, keys: readonly string[], token: string | undefined): void {
  if (token === undefined) return
  const { layer, locks } = engine.remote!
  inBackground(
    engine,
    layer.unlock(keys, token).then(() => locks.drop(token))
  )
}

interface Reading {
  outcome?: Outcome
  record?: StoredRecord
  draft?: Draft
  token?: string
  under?: Under
  candidate?: Candidate
  uncounted?: boolean
}

/** Reads Redis; while another process loads, serves something stale or waits for its value. Counts one look-up. */
async function readOrWait(
  engine: Engine,
  key: string,
  freshAfter: number,
  wantsLock: boolean,
  inMemory: Candidate | undefined,
  mode: Mode
): Promise<Reading> {
  const { remote, figures, settings } = engine
  const counts = figures.redis
  const token = wantsLock ? remote!.locks.take([key]) : undefined
  const wish = token === undefined ? undefined : { token, freshAfter }
  const limit = inMemory ? settings.redisTimeout.softMs : settings.redisTimeout.hardMs
  counts.calls++
  let candidate = inMemory
  let patience: Patience | undefined
  let kept = false
  try {
    for (;;) {
      const found = await remote!.layer.read(key, wish, limit)
      if (!found) {
        counts.error++
        return candidate ? { candidate } : {}
      }
      const { record, locked, holder, unreadable } = found
      if (record) {
        const draft = draftOfRecord(engine, key, record)
        if (draft.freshUntil > freshAfter && mode !== 'force') {
          countHit(counts, record.value)
          countSaved(engine, record)
          return { outcome: { value: record.value, from: 'redis', stale: false }, record, draft }
        }
        if (mode !== 'force') candidate = fresher(candidate, candidateOfRecord(engine, draft))
      }
      const under = { seq: found.seq, epoch: found.epoch }
      const lost = holder !== undefined && remote!.locks.lost(holder)
      if (lost) inBackground(engine, remote!.layer.unlock([key], holder))
      if (locked || !wantsLock || unreadable || patience?.tired || lost) {
        kept = locked
        // Whether this look-up was of use is known when the load has ended.
        return { ...(kept && { token: token! }), ...(candidate && { candidate }), under, uncounted: true }
      }
      // Another process loads. Who has something to serve does not wait for it.
      if (candidate && (mode === 'refresh' || performance.now() < candidate.staleUntil)) {
        if (candidate.from === 'redis') counts.stale++
        else counts.miss++
        return { outcome: { value: candidate.value, from: candidate.from, stale: mode !== 'refresh' } }
      }
      if (!patience) {
        patience = createPatience(settings)
        figures.lockWaits++
      }
      await patience.pause()
    }
  } finally {
    if (token !== undefined && !kept) remote!.locks.drop(token)
    if (patience) figures.lockWaitSeconds += (performance.now() - patience.since) / 1000
  }
}

function candidateOf(entry: MemoryEntry | undefined): Candidate | undefined {
  if (!entry || performance.now() >= entry.staleUntil) return undefined
  return { value: entry.value, from: 'memory', staleUntil: entry.staleUntil, revalidateUntil: entry.revalidateUntil }
}

function candidateOfRecord({ settings }: Engine, { value, freshUntil }: { value: unknown; freshUntil: number }): Candidate | undefined {
  const staleUntil = freshUntil + Math.max(settings.revalidateMs, settings.ifErrorMs)
  if (performance.now() >= staleUntil) return undefined
  return { value, from: 'redis', staleUntil, revalidateUntil: freshUntil + settings.revalidateMs }
}

function fresher(first: Candidate | undefined, second: Candidate | undefined): Candidate | undefined {
  return !second || (first && first.staleUntil >= second.staleUntil) ? first : second
}
