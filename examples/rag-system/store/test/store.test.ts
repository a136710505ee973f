// What the store makes of a database that is away.
import { replyTo } from '@rag-example/wire'
import { expect, it } from 'vitest'
import { createStore } from '../src/store.js'

const failing = (fields: object) => {
  const fail = async () => Promise.reject(Object.assign(new Error('10.1.2.3 is away'), fields))
  return createStore({ query: fail, connect: fail })
}
const told = (fields: object) =>
  failing(fields)
    .list(1)
    .then(
      () => undefined,
      (error: unknown) => replyTo(error)
    )

it('says in words, with 503 and when to come back, that the database is away, and does not tell where it was', async () => {
  // Refused, no free place, shut down by its operator, a statement that took too long.
  for (const fields of [
    { code: 'ECONNREFUSED' },
    { severity: 'FATAL', code: '53300' },
    { severity: 'FATAL', code: '57P01' },
    { severity: 'ERROR', code: '57014' }
  ])
    expect(await told(fields)).toEqual({
      status: 503,
      headers: { 'retry-after': '2' },
      body: { message: 'The documents cannot be reached at the moment. Please try again.' }
    })
})

it('says that the documents are being read in again while there are no tables', async () => {
  for (const code of ['42P01', '3F000'])
    expect(await told({ severity: 'ERROR', code })).toMatchObject({
      status: 503,
      body: { message: 'The documents are being read in again. Please try again in a moment.' }
    })
})

it('leaves a statement that is wrong an error of this system, whose own words are for the log alone', async () => {
  const reply = await told({ severity: 'ERROR', code: '42703' })
  expect(reply?.status).toBe(500)
  expect(reply?.body.message).not.toContain('10.1.2.3')
})
