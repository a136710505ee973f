// The admin listener of the whole: its pages, what it refuses, and that nobody but this machine reaches it.
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { observability } from '../src/index.js'
import { type App, frameworks, mountsOf } from './apps.js'
import { createMemory, type Line, request, samples, until } from './support.js'
import { type Watched, watch } from './watch.js'

let watched: Watched
let app: App
let url: string

beforeEach(async () => {
  watched = await watch({ version: '1.2.3', environment: 'test' })
  app = await frameworks[1]!.start(mountsOf(watched.obs))
  url = (await watched.obs.admin({ port: 0 })).url
})
afterEach(async () => {
  await app.close()
  await watched.stop()
})

const json = async <T = Line[]>(path: string, init?: RequestInit): Promise<T> => (await fetch(`${url}${path}`, init)).json() as Promise<T>

it('shows requests on /metrics that ended a moment before', async () => {
  await request(app.port, '/users/1')
  const key = 'http_route="/users/:id",status_class="2xx"'
  await until(
    async () => samples(await (await fetch(`${url}/metrics`)).text(), 'rag_http_server_requests_total').get(key) === 1,
    'the count'
  )
})

it('says on /health who is speaking and where its records went', async () => {
  watched.obs.logger.info('one')
  const health = await json<Record<string, unknown>>('/health')
  expect(health).toMatchObject({ status: 'ok', service: 'under-test', version: '1.2.3', environment: 'test' })
  expect(health['uptimeSeconds']).toBeTypeOf('number')
  expect(health['accounts']).toMatchObject({ logs: { recorded: 1, exported: 1, dropped: 0, queued: 0 }, traces: { recorded: 0 } })
})

it('reads and sets the level on /loglevel, for one component or for a time', async () => {
  const { logger } = watched.obs
  expect(await json('/loglevel')).toEqual({ level: 'info' })
  expect(await json('/loglevel', { method: 'PUT', body: 'debug\n' })).toEqual({ level: 'debug' })
  expect(logger.isLevelEnabled('debug')).toBe(true)
  expect(await json('/loglevel?level=warn&for=40ms', { method: 'POST' })).toEqual({ level: 'warn' })
  await until(() => logger.level === 'debug', 'the level to go back')
  const retriever = logger.child({ component: 'retriever' })
  await json('/loglevel?level=trace&component=retriever', { method: 'POST' })
  expect([retriever.level, logger.level]).toEqual(['trace', 'debug'])
})

it.each(['?level=loud', '?level=warn&for=soon', ''])('answers 400 to a wrong level or time (%s) and changes nothing', async (query) => {
  const response = await fetch(`${url}/loglevel${query}`, { method: 'POST' })
  expect(response.status).toBe(400)
  expect(((await response.json()) as { error: string }).error).toMatch(/option "(level|for)" is .*Fix: /)
  expect(watched.obs.logger.level).toBe('info')
})

it('keeps the last lines on /logs, newest last, by trace and number', async () => {
  for (let count = 0; count < 150; count++) watched.obs.logger.info({ count }, 'counted')
  await request(app.port, '/users/1')
  await watched.settled(1)
  const lines = await json('/logs')
  expect(lines).toHaveLength(151)
  expect(lines.at(-1)).toMatchObject({ route: '/users/:id' })
  expect((await json('/logs?limit=3')).map((line) => line['count'])).toEqual([148, 149, undefined])
  const { traceId } = watched.memory.requests()[0]!
  expect((await json(`/logs?traceId=${traceId}`)).map((line) => line['route'])).toEqual(['/users/:id'])
})

it('keeps a line of a trace on /logs behind many others', async () => {
  await request(app.port, '/users/1')
  await watched.settled(1)
  for (let count = 0; count < 300; count++) watched.obs.logger.info({ count }, 'counted')
  expect(await json(`/logs?traceId=${watched.memory.requests()[0]!['traceId']}`)).toHaveLength(1)
})

it('keeps the last spans on /traces, newest last, by trace and number', async () => {
  for (const id of [1, 2, 3]) await request(app.port, `/users/${id}`)
  await watched.settled(3)
  const paths = (spans: Line[]) => spans.map((span) => (span['attributes'] as Line)['url.path'])
  const spans = await json('/traces')
  expect(paths(spans)).toEqual(['/users/1', '/users/2', '/users/3'])
  expect(paths(await json('/traces?limit=1'))).toEqual(['/users/3'])
  expect(paths(await json(`/traces?traceId=${spans[1]!['traceId']}`))).toEqual(['/users/2'])
})

it('bounds what it keeps', async () => {
  for (let count = 0; count < 1200; count++) {
    watched.obs.logger.info({ count }, 'counted')
    watched.obs.stage('step', () => {})
  }
  await watched.obs.flush()
  for (const page of ['/logs', '/traces']) {
    const records = await json(`${page}?limit=100000`)
    expect(records.length).toBeGreaterThanOrEqual(200)
    expect(records.length).toBeLessThanOrEqual(500)
  }
})

it('names its pages to whoever asks for another', async () => {
  const response = await fetch(`${url}/else`)
  expect(response.status).toBe(404)
  expect(await response.text()).toContain('/metrics /health /loglevel /traces /logs')
})

it('rejects for a port in use, naming option, value and fix', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as { port: number }
  await expect(watched.obs.admin({ port })).rejects.toMatchObject({
    code: 'RAG_CORE_ADMIN_LISTEN',
    option: 'port',
    value: port,
    fix: expect.stringContaining('another port')
  })
  taken.close()
})

it('listens on loopback alone unless told, and not on a network without a key', async () => {
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const others = Object.values(networkInterfaces())
    .flat()
    .filter((address) => address && !address.internal && address.family === 'IPv4')
  for (const other of others) {
    const refused = new Promise((resolve) => {
      const socket = connect(Number(new URL(url).port), other!.address, () => resolve(socket.destroy() && 'connected'))
      socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
    })
    expect(await refused).toBe('ECONNREFUSED')
  }
  await expect(watched.obs.admin({ port: 0, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'RAG_CORE_ADMIN', option: 'host' })
})

it('opens nothing before admin() and closes with shutdown()', async () => {
  const listeners = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length
  const before = listeners()
  const obs = observability({ service: 'quiet', logger: { destination: createMemory() }, tracing: { exporter: [] } })
  obs.logger.info('running')
  expect(listeners()).toBe(before)
  const { url: own } = await obs.admin({ port: 0 })
  expect((await fetch(`${own}/health`)).status).toBe(200)
  await obs.shutdown()
  await expect(fetch(`${own}/health`)).rejects.toThrow()
})
