// What auth-service reads from its environment: users, the key of its audit log, its limit, its Redis.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secret } from '@rag-example/wire'
import { Redis } from 'ioredis'
import { readUsers, type User } from './users.js'

export interface AuthEnvironment {
  readonly users: readonly User[]
  readonly audit: { readonly file: string; readonly key: string }
  /** Requests a minute and user. */
  readonly limit: number
  readonly redis: Redis | undefined
}

/** @throws Error when USERS_FILE cannot be read or is no list of users. */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): AuthEnvironment {
  const { USERS_FILE, AUDIT_FILE = join(tmpdir(), `rag-audit-${process.pid}.log`), RATE_LIMIT = '600', REDIS_URL } = environment
  if (!USERS_FILE) throw new Error('USERS_FILE is not set: name a JSON file of users, as deploy/make-secrets.mjs writes it')
  return {
    users: readUsers(readFileSync(USERS_FILE, 'utf8')),
    audit: { file: AUDIT_FILE, key: secret('AUDIT_KEY', environment) ?? randomBytes(32).toString('base64') },
    limit: Number(RATE_LIMIT),
    // A Redis that is away is noticed at once: sessions and limits go on in memory.
    redis: REDIS_URL ? new Redis(REDIS_URL, { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 100 }) : undefined
  }
}
