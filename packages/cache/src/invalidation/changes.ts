// Writes and invalidations by the application: memory first, then Redis, then the other processes; what Redis misses is done when it is back.
import { RagError } from '@rag/core'
import { draftOf, type Engine, livesOf, namesOf, remember } from '../engine.js'
import type { Gateway } from '../redis/gateway.js'
import { bury, type Change, type Draft } from '../redis/layer.js'
import type { EntryOptions, InvalidateOptions } from '../types.js'
import type { Bus } from './bus.js'
import type { Invalidation } from './invalidation.js'

/** Beyond this many changes that wait for Redis everything is invalidated instead. */
const MOST_PENDING = 10_000

/** What listeners are told. */
export interface Heard extends Invalidation {
  /** Whether this process made the change; otherwise it heard of it. */
  readonly here: boolean
}

export interface Changes {
  set(entries: readonly (readonly [string, unknown])[], options: EntryOptions): Promise<void>
  delete(keys: readonly string[]): Promise<void>
  invalidate(what: InvalidateOptions): Promise<void>
  /** Applies what another process did. */
  hear(invalidation: Invalidation): void
  /** Does what Redis missed. True when nothing is left. */
  replay(via: Gateway): Promise<boolean>
  readonly pending: number
  onInvalidate(listener: (what: Heard) => void): () => void
}

export function createChanges(engine: Engine, bus: () => Bus | undefined): Changes {
  const { memory, log, flights, figures, remote, settings } = engine
  const listeners = new Set<(what: Heard) => void>()
  const keys = new Set<string>()
  const tags = new Set<string>()
  const patterns = new Set<string>()
  const versions = new Set<string>()
  let all = false

  const pending = () => keys.size + tags.size + patterns.size + versions.size + (all ? 1 : 0)
  const apply = (invalidation: Invalidation) => {
    log.add(invalidation)
    memory?.apply(invalidation)
    // Who asks from now on must not get what began before.
    for (const [key, flight] of flights) {
      const { keys: named, tags: marked, pattern } = invalidation
      if (invalidation.all || pattern !== undefined || named?.includes(key) || marked?.some((tag) => flight.tags.includes(tag)))
        flights.delete(key)
    }
  }
  const tell = (invalidation: Invalidation, here = true) => {
    for (const listener of listeners) {
      try {
        listener({ ...invalidation, here })
      } catch {
        figures.listenerErrors++
      }
    }
  }
  const later = (change: Change) => {
    for (const key of change.keys ?? []) keys.add(key)
    for (const tag of change.tags ?? []) tags.add(tag)
    if (change.pattern !== undefined) patterns.add(change.pattern)
    if (change.version !== undefined) versions.add(change.version)
    if (change.all || pending() > MOST_PENDING) {
      all = true
      keys.clear()
      tags.clear()
      patterns.clear()
    }
    remote!.breaker.trip()
  }
  /** Makes a change in Redis and tells the others. False: Redis failed. */
  const carryOut = async (change: Change, invalidation: Invalidation, via: Gateway): Promise<boolean> => {
    const under = await remote!.layer.change(change, via)
    if (under === null) return true
    if (under === undefined || !(await bury({ name: settings.name, driver: remote!.driver, gateway: via }, change, under))) return false
    // What was read from Redis while this went on.
    log.add(invalidation)
    memory?.apply(invalidation)
    if (via === remote!.gateway) await bus()?.publish(invalidation, under)
    // The breaker closes once the replay is done; until then nothing but its probe passes.
    else setTimeout(() => void bus()?.publish(invalidation, under), 1).unref()
    return true
  }
  const change = async (what: Change, invalidation: Invalidation) => {
    apply(invalidation)
    tell(invalidation)
    if (!remote) {
      await bus()?.publish(invalidation, undefined)
      return
    }
    if (!(await carryOut(what, invalidation, remote.gateway))) later(what)
  }
  const ofKeys = (names: readonly string[]): Invalidation => ({ keys: names, tags: names.map((key) => `d:${key}`) })

  return {
    async set(entries, options) {
      const lives = entries.map(([, value]) => livesOf(engine, value, options))
      const names = entries.map(([key]) => key)
      const dependents = { tags: names.map((key) => `d:${key}`) }
      const inherited = await inheritedNames(engine, options)
      log.add(ofKeys(names))
      for (const key of names) flights.delete(key)
      memory?.apply(dependents)
      const drafts = entries.flatMap(([key, value], index): Draft[] => {
        const own = lives[index]
        if (own)
          return [draftOf(engine, key, value, inherited.length > 0 ? { ...own, tags: [...new Set([...own.tags, ...inherited])] } : own)]
        memory?.remove(key, 'replaced')
        return []
      })
      for (const draft of drafts) remember(engine, draft, remote?.layer.seq ?? 0)
      const invalidation = ofKeys(names)
      tell(invalidation)
      if (!remote) return bus()?.publish(invalidation, undefined)
      const under = await remote.layer.change({ keys: names })
      const unkept = names.filter((_, index) => !lives[index])
      const done =
        under &&
        (drafts.length === 0 || (await remote.layer.write(drafts, under))) &&
        (unkept.length === 0 ||
          (await bury({ name: settings.name, driver: remote.driver, gateway: remote.gateway }, { keys: unkept }, under)))
      if (!done) return later({ keys: names })
      await bus()?.publish(invalidation, under)
    },
    async delete(names) {
      figures.invalidations.key += names.length
      await change({ keys: names }, ofKeys(names))
    },
    async invalidate(what) {
      const { tags: given = [], pattern, dependency = [], version, all: everything = false } = what
      const dependencies = typeof dependency === 'string' ? [dependency] : dependency
      if (given.length + dependencies.length === 0 && pattern === undefined && version === undefined && !everything) {
        throw new RagError('RAG_CACHE_INVALIDATE', {
          problem: 'there is nothing to invalidate',
          fix: 'pass tags, pattern, dependency, version or all'
        })
      }
      figures.invalidations.tag += given.length
      figures.invalidations.dependency += dependencies.length
      const marked = namesOf({ tags: given, dependsOn: dependencies })
      // A dependency may be a key of this cache: it has changed, so it goes as well.
      if (marked.length > 0) await change({ tags: marked }, { tags: marked })
      if (pattern !== undefined) {
        figures.invalidations.pattern++
        await change({ pattern }, { pattern })
      }
      if (version !== undefined) {
        figures.invalidations.version++
        if (remote) await bumpVersion(version)
        else await change({ version }, { all: true })
      }
      if (everything) {
        figures.invalidations.all++
        await change({ all: true }, { all: true })
      }
    },
    hear(invalidation) {
      apply(invalidation)
      tell(invalidation, false)
    },
    async replay(via) {
      while (pending() > 0) {
        if (all) {
          if (!(await carryOut({ all: true }, { all: true }, via))) return false
          all = false
        }
        for (const version of versions) {
          if (!(await carryOut({ version }, { all: true }, via))) return false
          versions.delete(version)
        }
        for (const pattern of patterns) {
          if (!(await carryOut({ pattern }, { pattern }, via))) return false
          patterns.delete(pattern)
        }
        const some = [...keys].slice(0, 500)
        const marked = [...tags].slice(0, 500)
        if (some.length + marked.length === 0) continue
        // Here the values that this process set while Redis was away go as well: Redis never had them.
        if (!(await carryOut({ keys: some, tags: marked }, { ...ofKeys(some), tags: [...ofKeys(some).tags!, ...marked] }, via)))
          return false
        for (const key of some) keys.delete(key)
        for (const tag of marked) tags.delete(tag)
      }
      return true
    },
    get pending() {
      return pending()
    },
    onInvalidate(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }

  /** Only Redis knows whether the version is new. */
  async function bumpVersion(version: string): Promise<void> {
    const under = await remote!.layer.change({ version })
    if (under === null) return
    apply({ all: true })
    tell({ all: true })
    if (under === undefined) return later({ version })
    await bus()?.publish({ all: true }, under)
  }
}

/** What the entries that a new one depends on depend on themselves: a change of those ends it too. */
export async function inheritedNames(engine: Engine, { dependsOn }: EntryOptions): Promise<string[]> {
  if (!dependsOn || dependsOn.length === 0) return []
  const unknown = dependsOn.filter((name) => !engine.memory?.peek(name))
  const known = dependsOn.flatMap((name) => engine.memory?.peek(name)?.tags ?? [])
  if (unknown.length === 0 || !engine.remote) return [...new Set(known)]
  const { breaker, layer } = engine.remote
  // Somebody waits for a value that is there already: a Redis that has just failed is not asked again.
  const records = breaker.steady ? ((await layer.readMany(unknown, engine.settings.redisTimeout.softMs)) ?? []) : []
  return [...new Set([...known, ...records.flatMap((record) => record?.tags ?? [])])]
}
