// Faults are injected over real sockets; what the page counts must equal them exactly.
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createFetch, observeServer } from '@rag/core'
import express from 'express'
import { expect, it } from 'vitest'
import { freePort } from '../../../scripts/test-support.js'
import { httpMetrics } from '../src/express.js'
import { createMetrics } from '../src/index.js'
import { samples } from './kit.js'

const INJECTED = {
  ok: 11,
  missing: 7,
  broken: 5,
  refused: 3,
  aborted: 4,
  malformed: 6,
  upgraded: 2,
  unmatched: 9,
  upstreamTimeout: 3,
  upstreamDown: 2,
  upstream500: 4
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Writes bytes to the server and waits until it has ended the connection. */
async function raw(url: string, text: string): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.resume()
  socket.end(text)
  await once(socket, 'close')
}

it('counts exactly the faults that were injected', async () => {
  const metrics = createMetrics({ service: 'test', resources: false })
  const upstream = createServer((message, response) => {
    if (message.url === '/500') response.writeHead(500).end('no')
    else if (message.url === '/ok') response.end('yes')
  })
  const upstreamUrl = await listen(upstream)
  const downUrl = `http://127.0.0.1:${await freePort()}`
  const fetchObserved = createFetch({ observers: [metrics.observer] })
  const app = express()
  app.use(httpMetrics(metrics))
  app.get('/ok', (_, response) => void response.send('ok'))
  app.get('/missing/:id', (_, response) => void response.status(404).send('none'))
  app.get('/forbidden', (_, response) => void response.status(403).send('no'))
  app.get('/broken/:id', () => {
    throw new Error('injected')
  })
  app.get('/hang', () => {})
  const calls: Record<string, () => Promise<unknown>> = {
    timeout: () => fetchObserved(`${upstreamUrl}/hang`, { signal: AbortSignal.timeout(50) }),
    down: () => fetchObserved(`${downUrl}/x`),
    failing: () => fetchObserved(`${upstreamUrl}/500`),
    fine: () => fetchObserved(`${upstreamUrl}/ok`, { method: 'POST', body: 'question' })
  }
  app.get('/call/:name', async (message, response) => {
    await calls[message.params['name'] as string]!().catch(() => {})
    response.send('done')
  })
  app.use(((_error, _request, response, _next) => void response.status(500).send('broken')) as express.ErrorRequestHandler)
  const server = createServer(app as never)
  observeServer(server, [metrics.observer])
  server.on('upgrade', (_, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'))
  const url = await listen(server)
  const get = async (path: string) => void (await (await fetch(url + path)).text())
  const times = async (count: number, work: (index: number) => Promise<unknown>) => {
    for (let index = 0; index < count; index++) await work(index)
  }

  await times(INJECTED.ok, () => get('/ok'))
  await times(INJECTED.missing, (index) => get(`/missing/${index}`))
  await times(INJECTED.refused, () => get('/forbidden'))
  await times(INJECTED.broken, (index) => get(`/broken/${index}`))
  await times(INJECTED.unmatched, (index) => get(`/wp-admin-${index}.php?x=${index}`))
  await times(INJECTED.malformed, () => raw(url, 'GET / HTTP/1.1\r\nbad header line\r\n\r\n'))
  await times(INJECTED.upgraded, () => raw(url, 'GET /ws HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'))
  await times(INJECTED.upstreamTimeout, () => get('/call/timeout'))
  await times(INJECTED.upstreamDown, () => get('/call/down'))
  await times(INJECTED.upstream500, () => get('/call/failing'))
  await get('/call/fine')
  const inFlight = async () => samples(await metrics.text()).get('http_server_active_requests')
  const leaving: { request: ReturnType<typeof request>; gone: Promise<unknown> }[] = []
  for (let index = 0; index < INJECTED.aborted; index++) {
    const arrived = once(server, 'request') as Promise<[IncomingMessage]>
    const sent = request(`${url}/hang`).end()
    sent.on('error', () => {})
    const [message] = await arrived
    leaving.push({ request: sent, gone: once(message.socket, 'close') })
  }
  expect(await inFlight()).toBe(INJECTED.aborted)
  for (const { request: sent } of leaving) sent.destroy()
  await Promise.all(leaving.map(({ gone }) => gone))
  expect(await inFlight()).toBe(0)

  const page = samples(await metrics.text())
  const requests = (route: string, status: string) =>
    page.get(`rag_http_server_requests_total{http_route="${route}",status_class="${status}"}`)
  const durations = (route: string, status: number, method = 'GET') =>
    page.get(
      `http_server_request_duration_seconds_count{http_request_method="${method}",http_route="${route}",http_response_status_code="${status}"}`
    )
  expect(requests('/ok', '2xx')).toBe(INJECTED.ok)
  expect(requests('/missing/:id', '4xx')).toBe(INJECTED.missing)
  expect(requests('/forbidden', '4xx')).toBe(INJECTED.refused)
  expect(requests('/broken/:id', '5xx')).toBe(INJECTED.broken)
  expect(durations('/broken/:id', 500)).toBe(INJECTED.broken)
  expect(requests('/hang', 'aborted')).toBe(INJECTED.aborted)
  expect(durations('/hang', 499)).toBe(INJECTED.aborted)
  expect(requests('unmatched', '4xx')).toBe(INJECTED.unmatched + INJECTED.malformed)
  expect(durations('unmatched', 404, '_OTHER')).toBe(INJECTED.unmatched)
  expect(page.get('rag_http_server_rejects_total')).toBe(INJECTED.malformed)
  expect(page.get('rag_http_server_upgrades_total')).toBe(INJECTED.upgraded)
  const dependency = (outcome: string) => page.get(`rag_dependency_requests_total{peer_service="127.0.0.1",outcome="${outcome}"}`)
  expect(dependency('timeout')).toBe(INJECTED.upstreamTimeout)
  expect(dependency('error')).toBe(INJECTED.upstreamDown + INJECTED.upstream500)
  expect(dependency('ok')).toBe(1)
  expect(page.get('http_client_request_body_size_bytes_sum{server_address="127.0.0.1"}')).toBe('question'.length)
  expect(page.get('rag_http_client_time_to_first_byte_seconds_count{server_address="127.0.0.1"}')).toBe(INJECTED.upstream500 + 1)
  expect(page.get('http_client_active_requests')).toBe(0)
  const total = [...page].filter(([name]) => name.startsWith('rag_http_server_requests_total')).reduce((sum, [, value]) => sum + value, 0)
  const { ok, missing, broken, refused, aborted, malformed, unmatched, upstreamTimeout, upstreamDown, upstream500 } = INJECTED
  expect(total).toBe(ok + missing + broken + refused + aborted + malformed + unmatched + upstreamTimeout + upstreamDown + upstream500 + 1)
  server.closeAllConnections()
  upstream.closeAllConnections()
  server.close()
  upstream.close()
  await metrics.shutdown()
})
