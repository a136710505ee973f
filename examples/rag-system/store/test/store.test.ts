// What the store makes of a database that is away.
import { replyTo } from '@rag-example/wire'
import { expect, it } from 'vitest'
import { createStore } from '../src/store.js'

const failing = (fields: object) => createStore({ query: async () => Promise.reject(Object.assign(new Error('10.1.2.3 is away'), fields)) })
const told = (fields: object) =>
  failing(fields)
    .list(1)
    .then(
      () => undefined,
      (error: unknown) => replyTo(error)
    )

it('says in words, with 503 and when to come back, that the database is away, and does not tell where it was', async () => {
  // Refused, no free place, shut down by its operator, starting up.
  for (const fields of [{ code: 'ECONNREFUSED' }, { severity: 'FATAL', code: '53300' }, { severity: 'FATAL', code: '57P01' }])
    expect(await told(fields)).toEqual({
      status: 503,
      headers: { 'retry-after': '2' },
      body: { message: 'The documents cannot be reached at the moment. Please try again.' }
    })
})

it('leaves a statement that is wrong an error of this system, whose own words are for the log alone', async () => {
  const reply = await told({ severity: 'ERROR', code: '42P01' })
  expect(reply?.status).toBe(500)
  expect(reply?.body.message).not.toContain('10.1.2.3')
})
