// A wrong DATABASE_URL or REDIS_URL ends the demo with what to do about it.
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { checkDatabase } from '../src/system/database.js'
import { checkElasticsearch } from '../src/system/elasticsearch.js'
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
  expect(await failureOf(checkElasticsearch(`http://127.0.0.1:${port}`))).toMatch(
    /^ELASTICSEARCH_URL: no Elasticsearch answers \(.*ECONNREFUSED.*\)\nFix: start it/
  )
})

it('names the fix when something else listens', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  expect(await failureOf(checkDatabase(`postgres://127.0.0.1:${port}/x`))).toContain('Fix:')
  expect(await failureOf(checkRedis(`redis://127.0.0.1:${port}`))).toContain('Fix:')
  expect(await failureOf(checkElasticsearch(`http://127.0.0.1:${port}`))).toMatch(
    /^ELASTICSEARCH_URL: what answers is no Elasticsearch\nFix:/
  )
  server.close()
})

it('takes an Elasticsearch that lets in, with the name and password of the URL, and names the status of one that does not', async () => {
  const server = createHttpServer(({ headers }, response) => {
    const known = headers.authorization === `Basic ${Buffer.from('elastic:p@ss').toString('base64')}`
    response.writeHead(known ? 200 : 401, { 'x-elastic-product': 'Elasticsearch' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await checkElasticsearch(`http://elastic:p%40ss@127.0.0.1:${port}`)
  expect(await failureOf(checkElasticsearch(`http://127.0.0.1:${port}`))).toMatch(/^ELASTICSEARCH_URL: .* status 401\nFix:/)
  server.close()
})

it('refuses a URL of another kind', async () => {
  expect(await failureOf(checkElasticsearch('elastic:9200'))).toContain('ELASTICSEARCH_URL is no URL of an Elasticsearch')
  expect(await failureOf(checkRedis('http://127.0.0.1'))).toContain('REDIS_URL is no URL of a Redis')
  expect(await failureOf(checkDatabase('postgres://[bad'))).toContain('Fix:')
})

it('finds no redis-server on a path that has none', () => {
  expect(findRedisServer('/nowhere:/nowhere/else')).toBeUndefined()
})
