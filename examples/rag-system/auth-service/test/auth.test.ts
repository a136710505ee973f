// Who may call: sessions, keys, limits, and a record of every access that nobody can change unseen.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuditLog, verifyAuditLog } from '@rag/logger'
import express from 'express'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createLimit } from '../src/limit.js'
import { failure, routes } from '../src/routes.js'
import { createSessions } from '../src/sessions.js'
import { hashPassword, readUsers, sha256 } from '../src/users.js'

const KEY = 'rag_key-of-ada'
const auditKey = randomBytes(32).toString('base64')
let folder: string
let file: string
let close: () => Promise<void>
let url: string
let auditBroken = false
const identified: object[] = []

async function start(limit = 100): Promise<void> {
  const audit = createAuditLog({ file, key: auditKey })
  const users = [{ user: 'ada', tenant: 'demo', apiKeySha256: sha256(KEY), passwordScrypt: await hashPassword('right', randomBytes(16)) }]
  const app = express().use(
    routes({
      users,
      limit,
      redis: undefined,
      audit: { access: (access) => (auditBroken ? Promise.reject(new Error('no space left')) : audit.access(access)) },
      logger: { error() {} },
      client: (client) => client,
      identify: (caller) => void identified.push(caller)
    }),
    failure
  )
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await audit.close()
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rag-auth-'))
  file = join(folder, 'audit.log')
  auditBroken = false
  identified.length = 0
})
afterEach(async () => {
  vi.useRealTimers()
  await close()
  rmSync(folder, { recursive: true })
})

const check = (token?: string) =>
  fetch(`${url}/check?on=POST+/ask`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
const signIn = (password: string, user = 'ada') =>
  fetch(`${url}/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password })
  })

it('knows a caller by an API key and by a session, until it is closed', async () => {
  await start()
  expect(await (await check(KEY)).json()).toEqual({ user: 'ada', tenant: 'demo' })
  expect(identified).toEqual([{ user: 'ada', tenant: 'demo' }])
  const opened = await signIn('right')
  expect(opened.status).toBe(201)
  const { token } = (await opened.json()) as { token: string }
  expect((await check(token)).status).toBe(200)
  const signOut = () => fetch(`${url}/sessions/current`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })
  expect((await signOut()).status).toBe(204)
  expect((await check(token)).status).toBe(401)
  expect((await signOut()).status).toBe(401)
})

it.each([
  ['no token', undefined, 'Sign in, or send an API key.'],
  ['an unknown key', 'rag_unknown', 'This key or session is not valid.'],
  ['an empty token', '', 'Sign in, or send an API key.'],
  ['a token of strange signs', 'a b;c', 'This key or session is not valid.'],
  ['a token of 10 kB', 'x'.repeat(10_000), 'This key or session is not valid.']
])('refuses %s in words', async (_, token, message) => {
  await start()
  const reply = await check(token)
  expect([reply.status, await reply.json()]).toEqual([401, { message }])
})

it('refuses a wrong password, a missing one, and a body that is no JSON', async () => {
  await start()
  expect((await signIn('wrong')).status).toBe(401)
  const post = (body: string) => fetch(`${url}/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  expect((await post('{"user":"ada"}')).status).toBe(400)
  expect((await post('{')).status).toBe(400)
  expect((await post(JSON.stringify({ user: 'ada', password: 'x'.repeat(20_000) }))).status).toBe(413)
})

it('lets a user make so many requests a minute, and says when to come again', async () => {
  await start(2)
  expect([(await check(KEY)).status, (await check(KEY)).status]).toEqual([200, 200])
  const reply = await check(KEY)
  expect(reply.status).toBe(429)
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
})

it('lets nobody try passwords without end, whether there is such a user or not, and leaves other users alone', async () => {
  // The minute does not end in the middle.
  vi.useFakeTimers({ toFake: ['Date'] })
  await start()
  const statuses = async (user: string) => {
    const tried: number[] = []
    for (let time = 0; time < 12; time++) tried.push((await signIn('wrong', user)).status)
    return tried
  }
  const [ten, limited] = [Array(10).fill(401), [429, 429]]
  expect(await statuses('ada')).toEqual([...ten, ...limited])
  const reply = await signIn('right')
  expect([reply.status, Number(reply.headers.get('retry-after')) > 0]).toEqual([429, true])
  expect(((await reply.json()) as { message: string }).message).toMatch(
    /^A user may try to sign in 10 times a minute. Try again in \d+ s\.$/
  )
  expect(await statuses('nobody')).toEqual([...ten, ...limited])
  expect((await check(KEY)).status).toBe(200)
  expect(readFileSync(file, 'utf8').split('"outcome":"limited"')).toHaveLength(6)
})

it('records every access so that a change is found', async () => {
  await start()
  await check(KEY)
  await check('rag_wrong')
  await signIn('wrong')
  const text = readFileSync(file, 'utf8')
  for (const outcome of ['"who":"ada"', '"outcome":"refused"', '"what":"sign in"']) expect(text).toContain(outcome)
  expect(text).not.toContain(KEY)
  expect((await verifyAuditLog({ file, key: auditKey })).ok).toBe(true)
  writeFileSync(file, text.replace('"outcome":"refused"', '"outcome":"okayed!"'))
  expect((await verifyAuditLog({ file, key: auditKey })).ok).toBe(false)
})

it('gives no access that it cannot record', async () => {
  await start()
  auditBroken = true
  const reply = await check(KEY)
  expect(reply.status).toBe(503)
  expect(((await reply.json()) as { message: string }).message).toContain('cannot be recorded')
})

it('goes on with sessions and limits in memory while Redis fails', async () => {
  await start()
  const broken = () => Promise.reject(new Error('down'))
  const sessions = createSessions({ set: broken, get: broken })
  const { token } = await sessions.open({ user: 'ada', tenant: 'demo' })
  expect(await sessions.find(token)).toEqual({ user: 'ada', tenant: 'demo' })
  expect(await sessions.find('other')).toBeUndefined()
  const limit = createLimit(1, { incr: broken, pexpire: broken }, () => 0)
  expect([await limit('ada'), await limit('ada'), await limit('grace')]).toEqual([undefined, 60, undefined])
})

it('keeps a session closed: in another instance that opened it, and when Redis was away', async () => {
  await start()
  const values = new Map<string, string>()
  let away = false
  const answer = async <T>(work: () => T): Promise<T> => {
    if (away) throw new Error('down')
    return work()
  }
  const redis = {
    set: (key: string, value: string) => answer(() => void values.set(key, value)),
    get: (key: string) => answer(() => values.get(key) ?? null)
  }
  const [one, two] = [createSessions(redis), createSessions(redis)]
  const ada = { user: 'ada', tenant: 'demo' }
  const first = await one.open(ada)
  expect(await two.find(first.token)).toEqual(ada)
  await two.close(first.token)
  expect(await one.find(first.token)).toBeUndefined()

  const second = await one.open(ada)
  const third = await one.open(ada)
  away = true
  await one.close(second.token)
  expect([await one.find(second.token), await one.find(third.token)]).toEqual([undefined, ada])
  away = false
  expect([await one.find(second.token), await one.find(third.token)]).toEqual([undefined, ada])
  expect([await two.find(second.token), await two.find(third.token)]).toEqual([undefined, ada])
  values.clear()
  expect(await one.find(third.token)).toEqual(ada)
})

it('names what is wrong with a file of users', async () => {
  await start()
  expect(() => readUsers('{}')).toThrow('the file of users is no list')
  expect(() => readUsers('[{"user":"ada"}]')).toThrow('a user has no tenant')
})
