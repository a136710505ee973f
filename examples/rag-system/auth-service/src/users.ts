// The users: who has which API key and password. Neither is stored, only what proves them.
import { createHash, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

export interface User {
  readonly user: string
  readonly tenant: string
  /** SHA-256 of the API key, hex: the key is long and random. */
  readonly apiKeySha256: string
  /** `salt:hash`, both hex, of the password by scrypt. */
  readonly passwordScrypt: string
}

const derive = promisify(scrypt) as (password: string, salt: Buffer, length: number) => Promise<Buffer>
const LENGTH = 32

/** @throws Error for what is no list of users. */
export function readUsers(json: string): readonly User[] {
  const list: unknown = JSON.parse(json)
  if (!Array.isArray(list) || list.length === 0) throw new Error('the file of users is no list')
  for (const one of list as Partial<User>[])
    for (const field of ['user', 'tenant', 'apiKeySha256', 'passwordScrypt'] as const)
      if (typeof one[field] !== 'string') throw new Error(`a user has no ${field}`)
  return list as User[]
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The hash to store for a password. */
export async function hashPassword(password: string, salt: Buffer): Promise<string> {
  return `${salt.toString('hex')}:${(await derive(password, salt, LENGTH)).toString('hex')}`
}

/** Takes the same time for a user who does not exist. */
export async function checkPassword(user: User | undefined, password: string): Promise<boolean> {
  const [salt = '', hash = ''] = (user?.passwordScrypt ?? `${'00'.repeat(16)}:${'00'.repeat(LENGTH)}`).split(':')
  const given = await derive(password, Buffer.from(salt, 'hex'), LENGTH)
  return timingSafeEqual(given, Buffer.from(hash, 'hex')) && user !== undefined
}
