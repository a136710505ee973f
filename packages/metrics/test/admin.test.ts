import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as plainRequest, ServerResponse } from 'node:http'
import { type RequestOptions, request as secureRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAdmin } from '@rag/core'
import { afterEach, expect, it, vi } from 'vitest'
import { createMetrics, type Metrics } from '../src/index.js'
import { announce, samples } from './kit.js'

let metrics: Metrics
const make = () => {
  metrics = createMetrics({ service: 'test', resources: false })
  return metrics
}
afterEach(() => metrics?.shutdown())

/** A request with headers that fetch would not send. */
function call(url: string, options: RequestOptions = {}, body = ''): Promise<{ status: number; type: string | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https') ? secureRequest : plainRequest)(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      response.on('end', () => resolve({ status: response.statusCode!, type: response.headers['content-type'], body: text }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

it('serves the page on loopback, negotiated', async () => {
  const { admin, observer } = make()
  announce(observer, 'server')
  const { url, close } = await admin({ port: 0 })
  const plain = await call(`${url}/metrics`)
  expect(plain.type).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(samples(plain.body).get('rag_http_server_requests_total{http_route="/users/:id",status_class="2xx"}')).toBe(1)
  const open = await call(`${url}/metrics`, { headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' } })
  expect(open.type).toContain('application/openmetrics-text')
  expect(open.body.endsWith('# EOF\n')).toBe(true)
  expect((await call(`${url}/else`)).status).toBe(404)
  await close()
  await close()
  await expect(call(`${url}/metrics`)).rejects.toThrow()
})

it('asks for the token when there is one', async () => {
  const token = 'a'.repeat(24)
  const { url } = await make().admin({ port: 0, host: '0.0.0.0', token })
  const local = url.replace('0.0.0.0', '127.0.0.1')
  const as = (authorization: string) => call(`${local}/metrics`, { headers: { authorization } })
  expect((await call(`${local}/metrics`)).status).toBe(401)
  expect((await as(`Bearer ${token}b`)).status).toBe(401)
  expect((await as(token)).status).toBe(401)
  expect((await as(`Bearer ${token}`)).status).toBe(200)
})

it('is never open to a network by mistake', async () => {
  const { admin } = make()
  await expect(admin({ port: 0, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'RAG_CORE_ADMIN', option: 'host', value: '0.0.0.0' })
  await expect(admin({ port: 0, token: 'short' })).rejects.toMatchObject({ code: 'RAG_CORE_ADMIN', option: 'token' })
  const { url } = await admin({ port: 0, host: '0.0.0.0', insecure: true })
  expect((await call(`${url.replace('0.0.0.0', '127.0.0.1')}/metrics`)).status).toBe(200)
})

it('names the port that is in use', async () => {
  const { admin } = make()
  const port = Number(new URL((await admin({ port: 0 })).url).port)
  await expect(admin({ port })).rejects.toMatchObject({ code: 'RAG_CORE_ADMIN_LISTEN', option: 'port', value: port })
})

it('refuses what a web page could make a browser send', async () => {
  const { url, close } = await startAdmin({ port: 0, pages: { '/level': ({ body }) => ({ body }) } })
  expect((await call(`${url}/level`, { headers: { host: 'rebound.example.com' } })).status).toBe(403)
  expect((await call(`${url}/level`, { method: 'POST', headers: { origin: 'https://example.com' } }, 'x')).status).toBe(403)
  expect((await call(`${url}/level`, { method: 'POST' }, 'debug')).body).toBe('debug')
  expect((await call(`${url}/level`, { method: 'POST' }, 'x'.repeat(70_000))).status).toBe(413)
  await close()
})

it('answers 500 for a page that fails and writes an iterable piece by piece', async () => {
  const { url, close } = await startAdmin({
    port: 0,
    pages: {
      '/broken': () => {
        throw new Error('secret detail')
      },
      '/long': ({ query }) => ({
        body: (async function* () {
          for (let count = 0; count < Number(query.get('n')); count++) yield `line ${count}\n`
        })()
      })
    }
  })
  const broken = await call(`${url}/broken`)
  expect(broken.status).toBe(500)
  expect(broken.body).not.toContain('secret')
  expect((await call(`${url}/long?n=20000`)).body.split('\n')).toHaveLength(20_001)
  await close()
})

it('lets other work in between the pieces of a long page, also when the caller reads as fast as it can', async () => {
  const piece = Buffer.alloc(64 * 1024, 'x')
  const { url, close } = await startAdmin({ port: 0, pages: { '/long': () => ({ body: Array.from({ length: 200 }, () => piece) }) } })
  // A clock that moves with every look at it, and a peer to which every piece goes at once.
  let clock = performance.now()
  const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 1))
  const write = vi.spyOn(ServerResponse.prototype, 'write').mockImplementation(() => true)
  const end = vi.spyOn(ServerResponse.prototype, 'end')
  let turns = 0
  const turn = () => {
    turns++
    if (end.mock.calls.length === 0) setImmediate(turn)
  }
  write.mockImplementationOnce(() => {
    setImmediate(turn)
    return true
  })
  await call(`${url}/long`)
  expect(write).toHaveBeenCalledTimes(200)
  for (const spy of [now, write, end]) spy.mockRestore()
  expect(turns).toBeGreaterThan(20)
  await close()
})

it('asks for a certificate with mTLS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rag-tls-'))
  const file = (name: string) => join(folder, name)
  const openssl = (...values: string[]) => execFileSync('openssl', values, { cwd: folder, stdio: 'ignore' })
  try {
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=ca', '-days', '2')
    for (const name of ['server', 'client']) {
      openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.crt',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-out',
        `${name}.crt`,
        '-days',
        '2'
      )
    }
    const pem = (name: string) => readFileSync(file(name))
    const { url } = await make().admin({
      port: 0,
      host: '0.0.0.0',
      tls: { key: pem('server.key'), cert: pem('server.crt'), ca: pem('ca.crt') }
    })
    const local = `${url.replace('0.0.0.0', '127.0.0.1')}/metrics`
    const trusting = { ca: pem('ca.crt'), checkServerIdentity: () => undefined }
    expect(url.startsWith('https://')).toBe(true)
    expect((await call(local, { ...trusting, key: pem('client.key'), cert: pem('client.crt') })).status).toBe(200)
    await expect(call(local, trusting)).rejects.toThrow()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
