// From a miss in memory to a value: Redis, the lock across processes, the loader, and something stale when these fail.
import { randomBytes } from 'node:crypto'
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
import { pause, TIMED_OUT, within } from '../redis/deadline.js'
import type { Draft, Under } from '../redis/layer.js'
import { LOCK_MS } from '../redis/locks.js'
import type { Loader, LoadOptions } from '../types.js'
import { limitsOf, load } from './load.js'

/** Who waits for another process longer than a loader may take, or this, loads itself: the lock fails open. */
const LONGEST_WAIT_MS = 10_000
const FIRST_POLL_MS = 8
const LONGEST_POLL_MS = 60
const PREFIX = randomBytes(6).toString('base64url')
let tokens = 0

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
        if (found.record) promote(engine, key, found.record, mark)
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
  const { remote, log } = engine
  if (token !== undefined) remote!.locks.hold(token, key)
  try {
    const { value, lives } = await load(engine, key, loader, options)
    if (!lives || log.touched(mark, key, lives.tags)) {
      if (token !== undefined) inBackground(engine, remote!.layer.unlock(key, token))
      return value
    }
    keep(engine, draftOf(engine, key, value, lives), under, token)
    return value
  } catch (error) {
    if (token !== undefined) inBackground(engine, remote!.layer.unlock(key, token))
    throw error
  } finally {
    if (token !== undefined) remote!.locks.drop(token)
  }
}

/** Stores a value that was made under a state of Redis: in memory now, in Redis behind the caller's back. */
export function keep(engine: Engine, draft: Draft, under: Under, token?: string): void {
  remember(engine, draft, under.seq)
  if (!engine.remote || under.epoch === -1) return
  inBackground(engine, store(engine, draft, under, token === undefined ? undefined : { token }))
}

/** Writes to Redis; what Redis refuses as outdated must not stay in memory either. */
async function store({ remote, memory }: Engine, draft: Draft, under: Under, lock: { token: string } | undefined) {
  const written = await remote!.layer.write([draft], under, lock)
  const held = memory?.peek(draft.key)
  if (written?.[0] === false && remote!.breaker.closed() && held && held.value === draft.value && held.seq === under.seq)
    memory!.remove(draft.key, 'invalidated')
}

interface Reading {
  outcome?: Outcome
  record?: StoredRecord
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
  const longestWaitMs = settings.loadTimeout.hardMs ?? LONGEST_WAIT_MS
  const token = `${PREFIX}${(tokens++).toString(36)}`
  const lock = wantsLock ? { token, lifeMs: LOCK_MS, freshAfter } : undefined
  const limit = inMemory ? settings.redisTimeout.softMs : settings.redisTimeout.hardMs
  counts.calls++
  let candidate = inMemory
  let waitedSince: number | undefined
  let poll = FIRST_POLL_MS
  try {
    for (;;) {
      const found = await remote!.layer.read(key, lock, limit)
      if (!found) {
        counts.error++
        return candidate ? { candidate } : {}
      }
      const { record, locked, unreadable } = found
      if (record) {
        const draft = draftOfRecord(engine, key, record)
        if (draft.freshUntil > freshAfter && mode !== 'force') {
          countHit(counts, record.value)
          countSaved(engine, record)
          return { outcome: { value: record.value, from: 'redis', stale: false }, record }
        }
        if (mode !== 'force') candidate = fresher(candidate, candidateOfRecord(engine, draft))
      }
      const under = { seq: found.seq, epoch: found.epoch }
      const tired = waitedSince !== undefined && performance.now() - waitedSince > longestWaitMs
      if (locked || !wantsLock || unreadable || tired) {
        // Whether this look-up was of use is known when the load has ended.
        return { ...(locked && { token }), ...(candidate && { candidate }), under, uncounted: true }
      }
      // Another process loads. Who has something to serve does not wait for it.
      if (candidate && (mode === 'refresh' || performance.now() < candidate.staleUntil)) {
        if (candidate.from === 'redis') counts.stale++
        else counts.miss++
        return { outcome: { value: candidate.value, from: candidate.from, stale: mode !== 'refresh' } }
      }
      if (waitedSince === undefined) {
        waitedSince = performance.now()
        figures.lockWaits++
      }
      await pause(poll * (0.75 + Math.random() / 2))
      poll = Math.min(LONGEST_POLL_MS, poll * 1.5)
    }
  } finally {
    if (waitedSince !== undefined) figures.lockWaitSeconds += (performance.now() - waitedSince) / 1000
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
