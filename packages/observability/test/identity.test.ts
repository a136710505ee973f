// Who a request is for and what it is called: in lines and headers, never in labels; and secrets reach no exit.
import type { Server } from 'node:http'
import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import type { ObservabilityOptions } from '../src/index.js'
import { frameworks, mountsOf } from './apps.js'
import { createMemory, type Line, type Memory, request } from './support.js'
import { type Watched, watch } from './watch.js'

let watched: Watched
let server: Server | undefined
let port: number

async function serve(build: (app: express.Express, watched: Watched) => void, options: Partial<ObservabilityOptions> = {}): Promise<void> {
  watched = await watch(options)
  const app = express()
  app.use(watched.obs.express())
  build(app, watched)
  app.use(watched.obs.errors())
  app.use(((_error, _request, response, _next) => void response.status(500).send('failed')) as express.ErrorRequestHandler)
  const listening = app.listen(0, '127.0.0.1')
  server = listening
  await new Promise((resolve) => listening.once('listening', resolve))
  port = (listening.address() as { port: number }).port
}
afterEach(async () => {
  server?.close()
  server?.closeAllConnections()
  server = undefined
  await watched.stop()
})

describe('identify()', () => {
  it('shows in every line and span of its request, and never in a metric', async () => {
    await serve((app, { obs }) => {
      app.get('/asks/:id', async (req, res) => {
        obs.identify({ tenant: 'tenant-acme', user: 'user-ada' })
        obs.identify({ tags: { plan: 'gold', experiment: `run-${req.params.id}` } })
        await obs.stage('retrieve', async () => obs.logger.info('found'))
        res.send('ok')
      })
      app.get('/anonymous', (_req, res) => void res.send('ok'))
    })
    await request(port, '/asks/1')
    await request(port, '/anonymous')
    await watched.settled(2)
    const { memory, sink } = watched
    const caller = { tenant: 'tenant-acme', user: 'user-ada', tags: { plan: 'gold', experiment: 'run-1' } }
    expect(memory.lines().find(({ msg }) => msg === 'found')).toMatchObject(caller)
    const [asked, anonymous] = memory.requests()
    expect(asked).toMatchObject({ route: '/asks/:id', ...caller })
    for (const field of ['tenant', 'user', 'tags']) expect(anonymous).not.toHaveProperty(field)
    for (const name of ['GET /asks/:id', 'retrieve'])
      expect(sink.spans.find((span) => span.name === name)!.attributes).toMatchObject({
        'rag.tenant': 'tenant-acme',
        'user.id': 'user-ada'
      })
    const page = await watched.scrape()
    expect(page).toContain('http_route="/asks/:id"')
    for (const value of ['tenant-acme', 'user-ada', 'gold', 'run-1']) expect(page).not.toContain(value)
  })

  it('keeps callers of requests at the same time apart', async () => {
    await serve((app, { obs }) => {
      app.get('/asks/:id', async (req, res) => {
        obs.identify({ tenant: req.params.id })
        await new Promise((resolve) => setTimeout(resolve, 5))
        obs.logger.info({ id: req.params.id }, 'answered')
        res.send('ok')
      })
    })
    await Promise.all(Array.from({ length: 20 }, (_, id) => request(port, `/asks/t${id}`)))
    await watched.settled(20)
    const answered = watched.memory.lines().filter(({ msg }) => msg === 'answered')
    expect(answered).toHaveLength(20)
    for (const line of answered) expect(line['tenant']).toBe(line['id'])
    for (const line of watched.memory.requests()) expect(line['url']).toBe(`/asks/${line['tenant']}`)
  })

  it('holds for run() outside a request, and does nothing outside both', async () => {
    await serve(() => {})
    const { obs, memory } = watched
    obs.identify({ tenant: 'nobody' })
    obs.logger.info('outside')
    await obs.run({ tenant: 'acme' }, async () => {
      obs.identify({ user: 'ada' })
      obs.logger.info('inside')
    })
    const [outside, inside] = memory.lines()
    expect(outside).not.toHaveProperty('tenant')
    expect(inside).toMatchObject({ tenant: 'acme', user: 'ada' })
  })
})

describe.each(frameworks)('$name', ({ start }) => {
  it('answers with request id and trace id, the ones of the line and the span, whatever the outcome', async () => {
    watched = await watch()
    const app = await start(mountsOf(watched.obs))
    const replies = []
    for (const path of ['/users/1', '/throw/1', '/nope', '/stream/1']) replies.push(await request(app.port, path))
    await watched.settled(4)
    const seen = replies.map(({ headers }) => [headers['x-request-id'], headers['x-trace-id']])
    expect(seen).toEqual(watched.memory.requests().map((line) => [line['requestId'], line['traceId']]))
    expect(seen).toEqual(watched.sink.servers().map(({ attributes, traceId }) => [attributes['rag.request_id'], traceId]))
    expect(new Set(seen.flat()).size).toBe(8)
    await app.close()
  })

  it.each([
    ['short and plain', 'order-7.1:a', true],
    ['too long', 'x'.repeat(129), false],
    ['of two words', 'a b', false],
    ['with a quote', 'a"b', false],
    ['with what a terminal obeys', 'a\u009bb', false],
    ['empty', '', false]
  ])('takes a request id over only when it is plain: one %s', async (_name, id, taken) => {
    watched = await watch()
    const app = await start(mountsOf(watched.obs))
    const { headers } = await request(app.port, '/users/1', { headers: { 'x-request-id': id } })
    await watched.settled(1)
    const [line] = watched.memory.requests()
    expect(line!['requestId']).toBe(headers['x-request-id'])
    if (taken) expect(headers['x-request-id']).toBe(id)
    else expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
    await app.close()
  })
})

// Made up here, so that no scanner takes them for real ones.
const SECRETS = {
  openai: `sk-proj-${'aB3dE5fG7hJ9'.repeat(4)}`,
  github: `ghp_${'aB3dE5fG7hJ9'.repeat(3)}`,
  aws: `AKIA${'Q7RT2WXYZ5LMN3KP'}`,
  jwt: `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiIxMjM0NTY3ODkwIn0'}.${'dBjftJeZ4CVPmB92K27uhbUJU1p1r'}`,
  password: 'correct-horse-battery',
  cookie: 'f3a9c1d2e4b5a6978877',
  database: 'pg-Pa55word-9'
}

describe('secrets', () => {
  const found = (text: string) => Object.entries(SECRETS).filter(([, secret]) => text.includes(secret))
  const open = (memory: Memory) => memory.lines().find(({ msg }) => msg === 'asked') as Line

  it('in headers, URL, bodies, errors and names reach no exit', async () => {
    const memory = createMemory()
    await serve(
      (app, { obs }) => {
        app.use(express.json())
        app.post('/asks/:key', async (req, res) => {
          obs.identify({ user: SECRETS.github })
          obs.logger.info({ body: req.body, headers: req.headers, query: req.query }, 'asked')
          obs.logger.warn(`calling with ${SECRETS.openai}`)
          await obs.stage('retrieve', { note: `key ${SECRETS.github}` }, async (stage) => stage.mark('retry', { key: SECRETS.openai }))
          obs.flag('ranker', SECRETS.openai)
          await obs.fetch(`http://user:${SECRETS.password}@127.0.0.1:1/?api_key=${SECRETS.openai}`).catch(() => {})
          await obs.fetch(`http://127.0.0.1:1/?api_key=${SECRETS.openai}`).catch(() => {})
          if (req.query['fail'])
            throw Object.assign(new Error(`connect postgres://app:${SECRETS.database}@db failed`), { apiKey: SECRETS.openai })
          res.send('ok')
        })
      },
      { logger: { destination: memory, http: { headers: true } } }
    )
    const headers = {
      authorization: `Bearer ${SECRETS.jwt}`,
      cookie: `session=${SECRETS.cookie}`,
      'x-api-key': SECRETS.openai,
      'x-note': SECRETS.aws,
      'content-type': 'application/json',
      'user-agent': 'tester'
    }
    const body = JSON.stringify({ question: `my key is ${SECRETS.openai}`, login: { password: SECRETS.password, token: SECRETS.github } })
    for (const query of ['', '&fail=1'])
      await request(port, `/asks/${SECRETS.github}?token=${SECRETS.jwt}&password=${SECRETS.password}${query}`, {
        method: 'POST',
        headers,
        body
      })
    await request(port, `/${SECRETS.openai}/nope`)
    await watched.obs.flush()
    const admin = await watched.obs.admin({ port: 0 })
    const pages = await Promise.all(['/metrics', '/logs', '/traces', '/health'].map(async (page) => (await fetch(admin.url + page)).text()))
    // First that what should be there is there: an exit that says nothing hides everything.
    expect(memory.requests()).toHaveLength(3)
    expect(watched.sink.servers()).toHaveLength(3)
    expect(open(memory)).toMatchObject({ headers: { 'user-agent': 'tester' }, body: { question: expect.stringContaining('my key is') } })
    expect(memory.requests()[1]).toMatchObject({
      headers: { 'user-agent': 'tester' },
      error: { message: expect.stringContaining('connect') }
    })
    const exits = {
      lines: memory.text.join(''),
      spans: watched.sink.raw(),
      metrics: pages[0]!,
      logs: pages[1]!,
      traces: pages[2]!,
      health: pages[3]!
    }
    for (const [exit, text] of Object.entries(exits)) expect({ exit, found: found(text) }).toEqual({ exit, found: [] })
  })

  it('pass when the application switches the mask off', async () => {
    const memory = createMemory()
    await serve((_app, { obs }) => void obs.logger.info({ key: SECRETS.openai }, 'asked'), { mask: false, logger: { destination: memory } })
    expect(open(memory)['key']).toBe(SECRETS.openai)
  })
})
