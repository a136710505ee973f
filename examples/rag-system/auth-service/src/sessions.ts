// Sessions: in memory, and in Redis when there is one, so that another instance knows them too. Only the hash of a token is kept.
import { randomBytes } from 'node:crypto'
import type { Caller } from '@rag-example/wire'
import { sha256 } from './users.js'

export interface RedisLike {
  set(key: string, value: string, mode: 'PX', ms: number): Promise<unknown>
  get(key: string): Promise<string | null>
  del(key: string): Promise<unknown>
}

export interface Sessions {
  open(caller: Required<Caller>): Promise<{ token: string; expiresInSeconds: number }>
  find(token: string): Promise<Caller | undefined>
  close(token: string): Promise<boolean>
}

const LIFE_MS = 8 * 60 * 60 * 1000
const MOST = 10_000

export function createSessions(redis?: RedisLike): Sessions {
  const memory = new Map<string, { caller: Caller; until: number }>()
  const keyOf = (token: string) => `rag-demo:session:${sha256(token)}`
  /** A Redis that fails costs what other instances know, not the sign-in. */
  const attempt = async <T>(work: Promise<T> | undefined): Promise<T | undefined> => {
    try {
      return await work
    } catch {
      return undefined
    }
  }
  return {
    async open(caller) {
      const token = randomBytes(32).toString('base64url')
      const key = keyOf(token)
      if (memory.size >= MOST) memory.delete(memory.keys().next().value!)
      memory.set(key, { caller, until: Date.now() + LIFE_MS })
      await attempt(redis?.set(key, JSON.stringify(caller), 'PX', LIFE_MS))
      return { token, expiresInSeconds: LIFE_MS / 1000 }
    },
    async find(token) {
      const key = keyOf(token)
      const kept = memory.get(key)
      if (kept && kept.until > Date.now()) return kept.caller
      memory.delete(key)
      const shared = await attempt(redis?.get(key))
      return shared ? (JSON.parse(shared) as Caller) : undefined
    },
    async close(token) {
      const key = keyOf(token)
      const known = memory.delete(key)
      const shared = await attempt(redis?.del(key))
      return known || Number(shared ?? 0) > 0
    }
  }
}
