import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { drain, identify, type Observer } from '@rag/core'
import { observeExpress } from '@rag/core/express'
import express from 'express'
import Fastify from 'fastify'
import { pino } from 'pino'
import { afterEach, expect, it } from 'vitest'
import { httpLogger } from '../src/express.js'
import { httpLogger as fastifyLogger } from '../src/fastify.js'
import { createLogger, logObserver } from '../src/index.js'
import { createMemory, type Line } from './support.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

function start(options: Partial<Parameters<typeof createLogger>[0]> = {}) {
  const memory = createMemory()
  return { memory, logger: createLogger({ service: 'gateway', version: '1.0.0', environment: 'test', destination: memory, ...options }) }
}

async function serve(app: ReturnType<typeof express>): Promise<string> {
  const server = app.listen(0, '127.0.0.1')
  closers.push(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function linesOf(memory: { lines(): Line[] }, count: number): Promise<Line[]> {
  for (let n = 0; n < 200 && memory.lines().length < count; n++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    drain()
  }
  return memory.lines()
}

function app(logger: ReturnType<typeof createLogger>, options?: Parameters<typeof httpLogger>[1]) {
  const application = express()
  application.use(httpLogger(logger, options))
  application.get('/users/:id', (_request, response) => {
    identify({ tenant: 'acme', user: 'u7', tags: { plan: 'pro' } })
    logger.info('inside')
    response.json({ ok: true })
  })
  application.get('/fail', () => {
    throw new Error('database is gone')
  })
  application.get('/never', () => {})
  return application
}

it('a request is one line with its fields in the agreed order', async () => {
  const { memory, logger } = start()
  const url = await serve(app(logger))
  await fetch(`${url}/users/7?q=a%20b`, { headers: { 'x-request-id': 'req-42' } })
  const [inside, line] = await linesOf(memory, 2)
  expect(Object.keys(line!)).toEqual([
    'time',
    'level',
    'msg',
    'service',
    'version',
    'environment',
    'requestId',
    'method',
    'route',
    'url',
    'statusCode',
    'outcome',
    'durationMs',
    'firstByteMs',
    'responseBytes',
    'tenant',
    'user',
    'tags'
  ])
  expect(line).toMatchObject({
    level: 'info',
    msg: 'GET /users/:id 200',
    requestId: 'req-42',
    method: 'GET',
    route: '/users/:id',
    url: '/users/7?q=a%20b',
    statusCode: 200,
    outcome: 'ok',
    responseBytes: 11,
    tenant: 'acme',
    user: 'u7',
    tags: { plan: 'pro' }
  })
  expect(inside).toMatchObject({ msg: 'inside', requestId: 'req-42', tenant: 'acme', user: 'u7' })
})

it('a request is two lines on request, and a health check none', async () => {
  for (const preset of ['json', 'ecs'] as const) {
    const { memory, logger } = start({ preset })
    const application = app(logger, { start: true })
    application.get('/health', (_request, response) => void response.send('ok'))
    const url = await serve(application)
    await fetch(`${url}/health`)
    await fetch(`${url}/users/7?token=abcdef0123456789`, { headers: { 'x-request-id': 'req-1' } })
    const [begun, , ended] = await linesOf(memory, 3)
    expect(memory.lines()).toHaveLength(3)
    const names = preset === 'json' ? ['requestId', 'method', 'url'] : ['http.request.id', 'http.request.method', 'url.original']
    expect(names.map((name) => begun![name])).toEqual(['req-1', 'GET', '/users/7?token=[masked:key-name]'])
    expect(begun![preset === 'json' ? 'msg' : 'message']).toBe('request started')
    expect(ended).toMatchObject(preset === 'json' ? { requestId: 'req-1', statusCode: 200 } : { 'http.request.id': 'req-1' })
  }
})

it('levels follow the outcome: 404 warns, a thrown error is an error with its stack, an abort warns', async () => {
  const { memory, logger } = start()
  const application = app(logger)
  application.use((_error: unknown, _request: unknown, response: { status(code: number): { end(): void } }, _next: unknown) =>
    response.status(500).end()
  )
  const url = await serve(application)
  await fetch(`${url}/nothing`)
  await fetch(`${url}/fail`)
  const client = request(`${url}/never`, { agent: false }).on('error', () => {})
  client.end()
  setTimeout(() => client.destroy(), 30)
  const lines = await linesOf(memory, 3)
  expect(lines).toMatchObject([
    { level: 'warn', route: 'unmatched', statusCode: 404, outcome: 'ok' },
    { level: 'error', route: '/fail', statusCode: 500, outcome: 'error' },
    { level: 'warn', outcome: 'aborted', statusCode: 499 }
  ])
})

it('the time of a line is the end of the request, not of its batch', () => {
  const { memory, logger } = start()
  const observer = logObserver(logger)
  observer.end!(operation({ startTime: Date.UTC(2026, 0, 1), durationMs: 1500.5 }))
  expect(memory.last()).toMatchObject({ time: '2026-01-01T00:00:01.500Z', durationMs: 1500.5 })
})

it.each([
  ['at once by default', undefined, 0],
  ['within half of the time that its file was given, the other half is for the write', ['100ms'], 50],
  ['as its most impatient destination wants it', ['100ms', '0ms'], 0]
] as const)('a request becomes a line %s', (_, buffers, ms) => {
  const file = join(mkdtempSync(join(tmpdir(), 'rag-within-')), 'app.log')
  closers.push(() => rmSync(dirname(file), { recursive: true }))
  const logger = createLogger({ service: 's', destination: buffers?.map((buffer) => ({ file, buffer })) ?? { file } })
  expect(logObserver(logger).within).toEqual({ server: ms })
})

it('secrets in the query, in headers and in the error are masked', () => {
  const secret = 'a'.repeat(3) + 'SECRET'
  const mask = { mask: (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(secret, '***')), source: { read() {} } }
  for (const redact of [undefined, ['statusCode']]) {
    const { memory, logger } = start({ mask: mask as never, ...(redact && { redact }) })
    const attributes = { query: `key=${secret}`, path: `/p/${secret}`, headers: { cookie: secret, accept: 'x', 'user-agent': 'agent' } }
    logObserver(logger, { headers: ['Cookie', 'user-agent'] }).end!(operation({ error: new Error(secret) }, attributes))
    expect(memory.text[0]).not.toContain(secret)
    expect(memory.last()).toMatchObject({
      url: '/p/***?key=***',
      headers: { cookie: '[masked:header]', 'user-agent': 'agent' },
      error: { message: '***' },
      requestId: 'r1'
    })
    expect(memory.last()['statusCode']).toBe(redact ? '[Redacted]' : 200)
    expect(memory.last()['headers']).not.toHaveProperty('accept')
  }
})

it('hostile texts stay inside their line', () => {
  const { memory, logger } = start()
  logObserver(logger).end!(
    operation(
      {
        error: {
          get message() {
            throw new Error('x')
          }
        }
      },
      { path: '/\u2028"\\\n', route: '/"\u202e', query: 'x'.repeat(100_000) }
    )
  )
  expect(memory.text[0]!.slice(0, -1)).toMatch(/^[\x20-\x7e]+$/)
  expect(memory.text[0]!.length).toBeLessThan(16_384)
})

it('an existing pino logger takes the same fields', () => {
  const memory = createMemory()
  logObserver(pino({ base: null }, memory)).end!(operation({}))
  expect(memory.last()).toMatchObject({ level: 30, msg: 'GET /x 200', requestId: 'r1', route: '/x', outcome: 'ok', statusCode: 200 })
})

it('nothing is written below the level of the logger', () => {
  const { memory, logger } = start({ level: 'warn' })
  logObserver(logger).end!(operation({}))
  expect(memory.text).toEqual([])
})

it('mounted beside another observer it is still one line', async () => {
  const { memory, logger } = start()
  const application = express()
  const other: Observer = { id: 'other', service: 'gateway' }
  application.use(httpLogger(logger), observeExpress([other]), httpLogger(logger))
  application.get('/x', (_request, response) => void response.send('x'))
  await fetch(`${await serve(application)}/x`)
  await linesOf(memory, 1)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(memory.lines()).toHaveLength(1)
})

it('Fastify takes the logger as its own and writes one line a request', async () => {
  const { memory, logger } = start()
  const application = Fastify({ loggerInstance: logger, disableRequestLogging: true })
  closers.push(() => application.close())
  await application.register(fastifyLogger(logger))
  application.get('/users/:id', (request) => {
    request.log.info('inside')
    return { ok: true }
  })
  const url = await application.listen({ port: 0, host: '127.0.0.1' })
  memory.text.length = 0
  await fetch(`${url}/users/7`, { headers: { 'x-request-id': 'req-9' } })
  const lines = await linesOf(memory, 2)
  expect(lines).toMatchObject([
    { msg: 'inside', requestId: 'req-9' },
    { msg: 'GET /users/:id 200', requestId: 'req-9', route: '/users/:id' }
  ])
})

function operation(facts: Record<string, unknown>, attributes: Record<string, unknown> = {}) {
  return {
    kind: 'server',
    name: 'GET /x',
    startTime: Date.now(),
    durationMs: 3,
    outcome: 'ok',
    requestId: 'r1',
    observers: [],
    marks: [],
    attributes: { method: 'GET', route: '/x', path: '/x', query: '', statusCode: 200, ...attributes },
    ...facts
  } as never
}
