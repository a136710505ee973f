import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { readTarget, targetOf } from '../../src/clients/target.js'
import { activeOperation, createFetch, drain, type Observer, stage, startOperation, withOperation } from '../../src/index.js'
import { recordingObserver } from '../../src/test-suite/index.js'

const span = trace.getSpan(trace.setSpanContext(ROOT_CONTEXT, { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }))!
const tracing: Observer = { id: 'tracing', service: 'test', span: () => span }
let server: Server
let url: string
let received: IncomingHttpHeaders = {}
/** Method and body of the last request. */
let asked = ''

beforeAll(async () => {
  server = createServer((request, response) => {
    received = request.headers
    if (request.url === '/slow') return
    if (request.url === '/echo') return void request.pipe(response)
    response.statusCode = request.url === '/missing' ? 404 : 200
    asked = `${request.method} `
    request.on('data', (chunk) => (asked += chunk))
    request.on('end', () => response.end('pong'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

it('carries the trace on, keeps the headers of the caller and records the call', async () => {
  const recorder = recordingObserver()
  const response = await createFetch({ observers: [tracing, recorder] })(`${url}/ask?q=1`, {
    method: 'POST',
    body: 'x',
    headers: { 'x-own': 'kept' }
  })
  drain()
  expect(await response.text()).toBe('pong')
  expect(received['traceparent']).toBe(`00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`)
  expect(received['x-own']).toBe('kept')
  expect(recorder.operations[0]!.attributes).toMatchObject({
    method: 'POST',
    host: '127.0.0.1',
    path: '/ask',
    query: 'q=1',
    statusCode: 200
  })
})

it('leaves a traceparent that the caller set', async () => {
  await createFetch({ observers: [tracing] })(new Request(url, { headers: { traceparent: 'mine' } }))
  expect(received['traceparent']).toBe('mine')
})

it.each(['Traceparent', 'traceparent'])('leaves a %s among plain headers and adds none beside it', async (name) => {
  await createFetch({ observers: [tracing] })(url, { headers: { [name]: 'mine', 'x-own': 'kept' } })
  expect(received).toMatchObject({ traceparent: 'mine', 'x-own': 'kept' })
})

it('takes a request as init with its method, body, headers and signal', async () => {
  const recorder = recordingObserver()
  const observed = createFetch({ observers: [tracing, recorder] })
  const aborted = new AbortController()
  const given = () =>
    new Request('http://unused.example.com/', { method: 'PUT', body: 'text', headers: { 'x-own': 'kept' }, signal: aborted.signal })
  expect(await (await observed(url, given())).text()).toBe('pong')
  expect(asked).toBe('PUT text')
  expect(received).toMatchObject({ 'x-own': 'kept', traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` })
  const slow = observed(`${url}/slow`, given())
  aborted.abort()
  await expect(slow).rejects.toMatchObject({ name: 'AbortError' })
  drain()
  expect(recorder.operations.map(({ attributes, outcome }) => [(attributes as { method: string }).method, outcome])).toEqual([
    ['PUT', 'ok'],
    ['PUT', 'aborted']
  ])
})

it('rejects for what the init throws, and passes on what another fetch answers, whatever it is', async () => {
  const hostile = {
    get method(): string {
      throw new Error('hostile')
    }
  }
  await expect(createFetch({ observers: [tracing] })(url, hostile)).rejects.toThrow('hostile')
  const thrown = createFetch({
    observers: [tracing],
    fetch: () => {
      throw new Error('at once')
    }
  })
  await expect(thrown(url)).rejects.toThrow('at once')
  const recorder = recordingObserver()
  const answer = { ok: true } as Response
  const observed = createFetch({ observers: [tracing, recorder], fetch: (() => answer) as never })
  expect(await observed(url)).toBe(answer)
  drain()
  expect(recorder.operations[0]).toMatchObject({ outcome: 'ok' })
})

it('says of an address what URL says of it, however often its origin came before', () => {
  const plain = ['http://HOST.example.com:80/a', 'https://host.example.com:8443', 'http://127.1/x?y=1', 'http://[::1]:3000/a/b?q=a%20b&c']
  const odd = [
    '/../up',
    '/a/./b',
    '/a%2fb',
    '/ä',
    '/a b',
    '/a#part',
    "/a?q='x'",
    '/a\\b',
    '?q=/x',
    '#/x',
    '/a\n/b',
    '//c/',
    '/.well-known/x'
  ]
  const addresses = plain.flatMap((address) => [address, address, ...odd.map((rest) => new URL(address).origin + rest)])
  for (const address of [
    ...addresses,
    'http://user:secret@host.example.com/a',
    'http:/host/a',
    'http:///host/a',
    'http://host|x/a',
    '/a',
    ''
  ]) {
    const expected = URL.canParse(address) ? targetOf(new URL(address)) : undefined
    expect([address, readTarget(address)]).toEqual([address, expected])
  }
})

it('throws what the fetch underneath throws and records how it failed', async () => {
  const recorder = recordingObserver()
  const observed = createFetch({ observers: [recorder] })
  await expect(observed('http://127.0.0.1:1/')).rejects.toThrow(TypeError)
  await expect(observed(`${url}/slow`, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: 'TimeoutError' })
  await observed(`${url}/missing`)
  drain()
  expect(recorder.operations.map(({ outcome }) => outcome)).toEqual(['error', 'timeout', 'error'])
})

it('leaves calls below a model call or a cache to that operation', async () => {
  const recorder = recordingObserver()
  const observed = createFetch({ observers: [tracing, recorder] })
  const operation = startOperation('cache', 'load', { cache: 'answers', operation: 'load', layer: undefined, size: 1, hit: undefined }, [
    tracing,
    recorder
  ])
  await withOperation(operation, () => observed(url))
  operation.end()
  drain()
  expect(recorder.operations.map(({ kind }) => kind)).toEqual(['cache'])
  expect(received['traceparent']).toContain('2'.repeat(16))
})

it('names the service behind an address: as given, as the environment maps it, else the host', async () => {
  const recorder = recordingObserver()
  const peers = async (observed: typeof fetch, ...urls: string[]) => {
    recorder.operations.length = 0
    for (const one of urls) await observed(one).catch(() => {})
    drain()
    return recorder.operations.map(({ attributes }) => (attributes as { peerService: string }).peerService)
  }
  const { host } = new URL(url)
  const given = createFetch({ observers: [recorder], peers: { [url]: 'search', 'http://localhost': 'front', '127.0.0.1': 'elsewhere' } })
  expect(await peers(given, `${url}/x`, 'http://127.0.0.1:1/', 'http://localhost:80/')).toEqual(['search', 'elsewhere', 'front'])
  vi.stubEnv('OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING', `${host}=auth-service, =none,broken,localhost=`)
  expect(await peers(createFetch({ observers: [recorder] }), url, 'http://127.0.0.1:1/')).toEqual(['auth-service', '127.0.0.1'])
  expect(await peers(createFetch({ observers: [recorder], peers: { [host]: 'mine' } }), url)).toEqual(['mine'])
  vi.unstubAllEnvs()
  expect(await peers(createFetch({ observers: [recorder] }), url)).toEqual(['127.0.0.1'])
})

it.each([
  ['http://', 'x'],
  ['a b', 'x'],
  ['localhost', ''],
  ['localhost', 3 as never]
])('refuses the peer %j named %j', (address, name) => {
  expect(() => createFetch({ peers: { [address]: name } })).toThrow(/\[RAG_CORE_PEERS\] option "peers".*Fix: write/)
})

it('asks a body for its pieces in the context of the caller, and records what they cost', async () => {
  const inner = recordingObserver()
  const asking = createFetch({ observers: [inner, tracing] })
  const pieces = async function* () {
    yield Buffer.from(activeOperation()?.name ?? 'none')
    await (await asking(url)).text()
    yield Buffer.from('!')
  }
  for (const body of [pieces(), Readable.from(pieces())]) {
    inner.operations.length = 0
    await stage('uploads', { observers: [inner] }, async () => {
      const answer = await asking(`${url}/echo`, { method: 'POST', body: body as never, duplex: 'half' } as RequestInit)
      expect(await answer.text()).toBe('uploads!')
    })
    expect((await inner.settled(3)).map(({ name, parent }) => [name, parent?.name]).sort()).toEqual([
      ['GET', 'uploads'],
      ['POST', 'uploads'],
      ['uploads', undefined]
    ])
  }
})

it('leaves what fetch refuses to fetch, and what calls nobody unrecorded', async () => {
  const inner = recordingObserver()
  const asking = createFetch({ observers: [inner, tracing] })
  await expect(asking(url, { headers: null as never })).rejects.toThrow(TypeError)
  await expect(asking(url, 'init' as never)).rejects.toThrow(TypeError)
  inner.operations.length = 0
  expect(await (await asking('data:text/plain,planted')).text()).toBe('planted')
  expect(await inner.settled(0)).toHaveLength(2)
  expect(JSON.stringify(inner.operations.map(({ attributes }) => attributes))).not.toContain('planted')
})

it('sends where a Request says that it comes from', async () => {
  await (await createFetch({ observers: [tracing] })(new Request(url, { referrer: 'http://a.example/page' }))).text()
  expect(received['referer']).toBe('http://a.example/')
})
