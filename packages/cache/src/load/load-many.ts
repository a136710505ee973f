// Loads many keys: those whose locks were got in one call of the loader, those that another process loads when it has them.
import { RagError } from '@rag/core'
import { draftOf, type Engine, namesOf, type Outcome, take } from '../engine.js'
import { inheritedNames } from '../invalidation/changes.js'
import type { Under } from '../redis/state.js'
import type { BatchLoader, LoadOptions } from '../types.js'
import { giveBack, keep } from './flight.js'
import { livesWithin, load } from './load.js'
import { createPatience } from './patience.js'

interface Landing {
  resolve(outcome: Outcome): void
  reject(error: unknown): void
}
interface Many {
  readonly engine: Engine
  readonly loader: BatchLoader<unknown>
  readonly options: LoadOptions<never>
  /** The place in the log of invalidations at which this began. */
  readonly mark: number
  readonly landings: ReadonlyMap<string, Landing>
}

/** A promise for each key; whoever asks for one of them meanwhile shares it. */
export function loadMany(
  engine: Engine,
  keys: readonly string[],
  loader: BatchLoader<unknown>,
  options: LoadOptions<never>
): Map<string, Promise<Outcome>> {
  const { flights, log } = engine
  const tags = namesOf(options as never)
  const landings = new Map<string, Landing>()
  const promises = new Map<string, Promise<Outcome>>()
  for (const key of keys) {
    const promise = new Promise<Outcome>((resolve, reject) => landings.set(key, { resolve, reject }))
    const flight = { promise, tags }
    flights.set(key, flight)
    promises.set(key, promise)
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    promise.then(land, land)
  }
  const many = { engine, loader, options, mark: log.begin(), landings }
  const done = options.fresh || !engine.remote ? loadMissing(many, keys) : share(many, keys)
  const end = () => log.end()
  done.then(end, (error: unknown) => {
    end()
    // Whatever went wrong, nobody waits for ever.
    for (const { reject } of landings.values()) reject(error)
  })
  return promises
}

/** Reads, takes locks and loads, until each key has its value from here or from elsewhere. */
async function share(many: Many, keys: readonly string[]): Promise<void> {
  const { engine, options, mark, landings } = many
  const { remote, figures, settings } = engine
  const { layer, locks } = remote!
  const counts = figures.redis
  const wantsLock = options.lock ?? settings.lock
  const loads: Promise<void>[] = []
  let patience: ReturnType<typeof createPatience> | undefined
  let rest = keys
  counts.calls += keys.length
  while (rest.length > 0) {
    const token = wantsLock ? locks.take(rest) : ''
    const found = await layer.claim(rest, { token, freshAfter: performance.now() })
    if (!found) {
      if (wantsLock) locks.drop(token)
      counts.error += rest.length
      loads.push(loadMissing(many, rest))
      break
    }
    const ours: string[] = []
    const open: string[] = []
    const busy: string[] = []
    for (const [at, key] of rest.entries()) {
      const { record, locked, holder, unreadable } = found[at]!
      const taken = locked ? undefined : take(engine, key, record, mark)
      if (taken) landings.get(key)!.resolve({ value: taken.value, from: 'redis', stale: false })
      else if (locked) ours.push(key)
      else if (!wantsLock || unreadable || patience?.tired || (holder !== undefined && locks.lost(holder))) open.push(key)
      else busy.push(key)
    }
    counts.miss += ours.length + open.length
    const under = found[0]!
    // One call for both: a key that is open is one whose lock is of no use.
    if (ours.length + open.length > 0) loads.push(loadMissing(many, [...ours, ...open], under, wantsLock ? token : undefined, ours))
    else if (wantsLock) locks.drop(token)
    rest = busy
    if (rest.length === 0) break
    if (!patience) figures.lockWaits += rest.length
    patience ??= createPatience(settings)
    await patience.pause()
  }
  if (patience) figures.lockWaitSeconds += (performance.now() - patience.since) / 1000
  await Promise.all(loads)
}

/** Calls the loader once for these keys, lands them and stores what is to be kept. Never rejects. */
async function loadMissing(
  { engine, loader, options, mark, landings }: Many,
  keys: readonly string[],
  under: Under = { seq: engine.remote?.layer.seq ?? 0, epoch: engine.remote?.layer.epoch ?? -1 },
  token?: string,
  locked: readonly string[] = []
): Promise<void> {
  const { log, remote } = engine
  if (token !== undefined) remote!.locks.keep(token, locked)
  try {
    const one = () => loader(keys)
    const { value } = await load(engine, keys[0]!, one, { ...options, ttl: undefined, dependsOn: undefined } as never, keys.length)
    const values = value as readonly unknown[]
    if (!Array.isArray(values) || values.length !== keys.length) {
      throw new RagError('RAG_CACHE_BATCH', {
        problem: `the loader was asked for ${keys.length} values and gave ${Array.isArray(values) ? values.length : typeof values}`,
        fix: 'return one value for each missing key, in their order; undefined for one that does not exist'
      })
    }
    const inherited = await inheritedNames(engine, options as never)
    const drafts = keys.flatMap((key, index) => {
      const lives = livesWithin(engine, values[index], options, inherited)
      return lives && !log.touched(mark, key, lives.tags) ? [draftOf(engine, key, values[index], lives)] : []
    })
    keep(engine, drafts, under, token)
    const kept = new Set(drafts.map(({ key }) => key))
    const unkept = locked.filter((key) => !kept.has(key))
    if (unkept.length > 0 || drafts.length === 0) giveBack(engine, unkept, token)
    for (const [index, key] of keys.entries()) landings.get(key)!.resolve({ value: values[index], from: 'load', stale: false })
  } catch (error) {
    giveBack(engine, locked, token)
    for (const key of keys) landings.get(key)!.reject(error)
  }
}
