// A wrong DATABASE_URL or REDIS_URL ends the demo with what to do about it.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { checkDatabase } from '../src/system/database.js'
import { DemoFailure } from '../src/system/failure.js'
import { freePorts } from '../src/system/ports.js'
import { checkRedis, findRedisServer } from '../src/system/redis.js'

async function failureOf(work: Promise<void>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason
  )
  expect(error).toBeInstanceOf(DemoFailure)
  return (error as DemoFailure).message
}

it('names the fix when nothing listens', async () => {
  const [port] = await freePorts(1)
  expect(await failureOf(checkDatabase(`postgres://127.0.0.1:${port}/x`))).toMatch(
    /^DATABASE_URL: no PostgreSQL answers \(.*\)\nFix: start it, correct the URL/
  )
  expect(await failureOf(checkRedis(`redis://127.0.0.1:${port}`))).toMatch(
    /^REDIS_URL: no Redis answers \(.*ECONNREFUSED.*\)\nFix: start it/
  )
})

it('names the fix when something else listens', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  expect(await failureOf(checkDatabase(`postgres://127.0.0.1:${port}/x`))).toContain('Fix:')
  expect(await failureOf(checkRedis(`redis://127.0.0.1:${port}`))).toContain('Fix:')
  server.close()
})

it('refuses a URL of another kind', async () => {
  expect(await failureOf(checkRedis('http://127.0.0.1'))).toContain('REDIS_URL is no URL of a Redis')
  expect(await failureOf(checkDatabase('postgres://[bad'))).toContain('Fix:')
})

it('finds no redis-server on a path that has none', () => {
  expect(findRedisServer('/nowhere:/nowhere/else')).toBeUndefined()
})
