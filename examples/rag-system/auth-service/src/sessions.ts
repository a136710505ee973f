// Sessions: in memory, and in Redis when there is one, so that another instance knows them too. Only the hash of a token is kept.
import { randomBytes } from 'node:crypto'
import type { Caller } from '@rag-example/wire'
import { sha256 } from './users.js'

export interface RedisLike {
  set(key: string, value: string, mode: 'PX', ms: number): Promise<unknown>
  get(key: string): Promise<string | null>
}

export interface Sessions {
  open(caller: Required<Caller>): Promise<{ token: string; expiresInSeconds: number }>
  find(token: string): Promise<Caller | undefined>
  close(token: string): Promise<void>
}

const LIFE_MS = 8 * 60 * 60 * 1000
const MOST = 10_000
/** In the place of the caller: a key that is only removed would be open again to an instance that has the session in memory. */
const CLOSED = 'closed'

export function createSessions(redis?: RedisLike): Sessions {
  const memory = new Map<string, { caller: Caller | undefined; until: number }>()
  /** Closed while Redis was away. */
  const untold = new Set<string>()
  const keyOf = (token: string) => `rag-demo:session:${sha256(token)}`
  const keep = (key: string, caller: Caller | undefined) => {
    if (memory.size >= MOST) memory.delete(memory.keys().next().value!)
    memory.set(key, { caller, until: Date.now() + LIFE_MS })
  }
  /** Whether Redis took it. One that fails costs what other instances know, not the sign-in. */
  const share = async (key: string, value: string): Promise<boolean> => {
    try {
      await redis?.set(key, value, 'PX', LIFE_MS)
      return true
    } catch {
      return false
    }
  }
  const tell = async () => {
    for (const key of untold) if (await share(key, CLOSED)) untold.delete(key)
  }
  const shared = async (key: string): Promise<string | undefined> => {
    try {
      const value = await redis?.get(key)
      if (untold.size > 0) await tell()
      return value ?? undefined
    } catch {
      return undefined
    }
  }
  return {
    async open(caller) {
      const token = randomBytes(32).toString('base64url')
      const key = keyOf(token)
      keep(key, caller)
      await share(key, JSON.stringify(caller))
      return { token, expiresInSeconds: LIFE_MS / 1000 }
    },
    async find(token) {
      const key = keyOf(token)
      const value = await shared(key)
      const kept = memory.get(key)
      if (kept && kept.until <= Date.now()) memory.delete(key)
      else if (kept && !kept.caller) return undefined
      if (value === CLOSED) return undefined
      // A Redis that came back empty costs nobody the session.
      return value === undefined ? memory.get(key)?.caller : (JSON.parse(value) as Caller)
    },
    async close(token) {
      const key = keyOf(token)
      keep(key, undefined)
      if (untold.size >= MOST) untold.delete(untold.values().next().value!)
      untold.add(key)
      await tell()
    }
  }
}
