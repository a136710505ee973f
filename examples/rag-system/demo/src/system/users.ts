// The people of the demo, with keys and passwords made anew in each run.
import { randomBytes } from 'node:crypto'
import { hashPassword, sha256, type User } from '../../../auth-service/src/users.js'

export interface Person {
  readonly user: string
  readonly tenant: string
  readonly apiKey: string
  readonly password: string
}

const NAMES = [
  ['ada', 'demo'],
  ['grace', 'demo'],
  ['linus', 'other'],
  ['guest', 'guests']
] as const

export function madeUpPeople(): Person[] {
  return NAMES.map(([user, tenant]) => ({
    user,
    tenant,
    apiKey: `rag_${randomBytes(24).toString('base64url')}`,
    password: randomBytes(12).toString('base64url')
  }))
}

/** What auth-service may know of them. */
export async function usersFile(people: readonly Person[]): Promise<string> {
  const users = await Promise.all(
    people.map(
      async ({ user, tenant, apiKey, password }): Promise<User> => ({
        user,
        tenant,
        apiKeySha256: sha256(apiKey),
        passwordScrypt: await hashPassword(password, randomBytes(16))
      })
    )
  )
  return JSON.stringify(users, undefined, 2)
}
