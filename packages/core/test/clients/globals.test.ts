// Calls of code one does not own, by every way out that Node has; and what has no client here.
import { once } from 'node:events'
import http, { createServer, type IncomingHttpHeaders, get as namedGet, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import * as undici from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  activeOperation,
  drain,
  type Observer,
  type Operation,
  observe,
  observeGlobals,
  runScope,
  stage,
  startOperation,
  withOperation
} from '../../src/index.js'
import { type Recorder, recordingObserver } from '../../src/test-suite/index.js'

const span = trace.getSpan(trace.setSpanContext(ROOT_CONTEXT, { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }))!
const TRACEPARENT = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
const tracing: Observer = { id: 'tracing', service: 'test', span: () => span }
let server: Server
let url: string
let port: number
let received: IncomingHttpHeaders
let recorder: Recorder
let undo: () => void
const originals = { fetch: globalThis.fetch, request: http.request }

beforeAll(async () => {
  server = createServer((request, response) => {
    received = request.headers
    if (request.url === '/silent') return
    if (request.url === '/slow') {
      response.write('po')
      return void setTimeout(() => response.end('ng'), 5)
    }
    if (request.url === '/break') return void request.socket.destroy()
    response.writeHead(request.url === '/missing' ? 404 : 200, { 'content-length': 4 }).end('pong')
  })
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n')
    socket.on('data', (chunk) => void socket.write(chunk)).on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ;({ port } = server.address() as AddressInfo)
  url = `http://127.0.0.1:${port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  received = {}
  recorder = recordingObserver()
  undo = observeGlobals([tracing, recorder])
})
afterEach(() => undo())

const body = async (request: http.ClientRequest): Promise<string> => {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return text
}

describe('observeGlobals()', () => {
  const ways: Record<string, () => Promise<string>> = {
    fetch: async () => (await fetch(`${url}/a?q=1`)).text(),
    'http.get': () => body(http.get(`${url}/a?q=1`)),
    'get, imported by name': () => body(namedGet(`${url}/a?q=1`)),
    'http.request': () => body(http.request({ host: '127.0.0.1', port, path: '/a?q=1' }).end()),
    'undici.request': async () => (await undici.request(`${url}/a?q=1`)).body.text(),
    'undici.fetch': async () => (await undici.fetch(`${url}/a?q=1`)).text(),
    'a Pool of undici': async () => (await new undici.Pool(url, { connections: 1 }).request({ method: 'GET', path: '/a?q=1' })).body.text()
  }
  it.each(Object.entries(ways))('records a call by %s once and carries the trace on', async (_, call) => {
    expect(await call()).toBe('pong')
    const operations = (await recorder.settled(1)) as Operation<'client'>[]
    expect(operations.map(({ kind, name, outcome }) => [kind, name, outcome])).toEqual([['client', 'GET', 'ok']])
    expect(operations[0]!.attributes).toMatchObject({ host: '127.0.0.1', port, path: '/a', query: 'q=1', statusCode: 200, scheme: 'http' })
    expect(received['traceparent']).toBe(TRACEPARENT)
  })

  it('records what fails, what is given up and what runs out of time', async () => {
    await expect(body(http.get('http://127.0.0.1:1/'))).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(body(http.get(`${url}/break`))).rejects.toMatchObject({ code: 'ECONNRESET' })
    const slow = http.get(`${url}/silent`, { timeout: 30 })
    slow.on('timeout', () => slow.destroy(new Error('given up')))
    await expect(body(slow)).rejects.toThrow('given up')
    const aborted = http.get(`${url}/silent`, { signal: AbortSignal.timeout(30) })
    await expect(body(aborted)).rejects.toMatchObject({ name: 'AbortError' })
    await body(http.get(`${url}/missing`))
    await expect(undici.request('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect((await recorder.settled(6)).map(({ outcome }) => outcome)).toEqual(['error', 'error', 'timeout', 'aborted', 'error', 'error'])
  })

  it('leaves an answer that nobody reads to Node, and an error that nobody hears to the process', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let count = 0; count < 3; count++) await once(http.get(url, { agent }), 'close')
    expect(await recorder.settled(3)).toHaveLength(3)
    agent.destroy()
    expect(
      http
        .get('http://127.0.0.1:1/')
        .on('error', () => {})
        .listenerCount('response')
    ).toBe(0)
  })

  it('runs listeners in the context of their caller, over one kept connection', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const ask = (name: string) =>
      stage(
        name,
        { observers: [recorder] },
        () =>
          new Promise((resolve) =>
            http.get(url, { agent }, (response) => {
              response.resume().on('end', () => resolve(activeOperation()?.name))
            })
          )
      )
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(ask))).toEqual(['a', 'b', 'c', 'd'])
    agent.destroy()
  })

  it('runs listeners of an answer and of an upgraded connection in the context of their caller, and records what they call', async () => {
    const names: (string | undefined)[] = []
    const noteName = () => void names.push(activeOperation()?.name)
    for (const agent of [false, new http.Agent({ keepAlive: true })] as const) {
      await stage('asks', { observers: [recorder] }, () => {
        return new Promise<void>((resolve, reject) => {
          http.get(`${url}/slow`, { agent }, (response) => {
            response.on('data', noteName)
            response.on('end', () => {
              noteName()
              setTimeout(() => body(http.get(`${url}/inner`)).then(() => resolve(), reject), 1)
            })
          })
        })
      })
    }
    await stage('upgrades', { observers: [recorder] }, () => {
      return new Promise<void>((resolve) => {
        http.get(url, { headers: { connection: 'upgrade', upgrade: 'echo' } }).on('upgrade', (_answer, socket: Socket) => {
          socket.on('data', () => {
            noteName()
            socket.end()
            http.get(`${url}/inner`, (response) => void response.resume().on('end', resolve))
          })
          socket.write('hello')
        })
      })
    })
    expect([...new Set(names)]).toEqual(['asks', 'upgrades'])
    const inner = (await recorder.settled(9)).filter(({ attributes }) => (attributes as { path?: string }).path === '/inner')
    expect(inner.map(({ parent }) => parent?.name)).toEqual(['asks', 'asks', 'upgrades'])
  })

  it('keeps the headers of the caller, its own traceparent included', async () => {
    await body(http.get(url, { headers: { traceparent: 'mine', 'x-own': 'kept' } }))
    expect(received).toMatchObject({ traceparent: 'mine', 'x-own': 'kept' })
    await body(http.request({ host: '127.0.0.1', port, headers: ['host', 'localhost', 'x-own', 'list'] as never }).end())
    expect(received).toMatchObject({ 'x-own': 'list' })
  })

  it('takes a header that only speaks of a trace for no trace', async () => {
    await (await undici.request(url, { headers: { 'x-note': 'a b3 or a traceparent' } })).body.text()
    expect(await recorder.settled(1)).toHaveLength(1)
    expect(received['traceparent']).toBe(TRACEPARENT)
    await (await undici.request(url, { headers: { 'x-own': '1', B3: 'mine' } })).body.text()
    expect(received['traceparent']).toBeUndefined()
  })

  it('is undone below somebody who wrapped it since', async () => {
    const own = [globalThis.fetch, http.request] as const
    const theirs: typeof fetch = (...values) => own[0](...values)
    globalThis.fetch = theirs
    http.request = ((...values: Parameters<typeof http.request>) => own[1](...values)) as typeof http.request
    try {
      undo()
      await body(http.request({ host: '127.0.0.1', port }).end())
      await (await fetch(url)).text()
      expect(globalThis.fetch).toBe(theirs)
      expect(await recorder.settled(0)).toEqual([])
    } finally {
      globalThis.fetch = originals.fetch
      http.request = originals.request
    }
  })

  it('is undone', async () => {
    undo()
    expect([globalThis.fetch, http.request]).toEqual([originals.fetch, originals.request])
    await body(http.get(url))
    await (await fetch(url)).text()
    await (await undici.request(url)).body.text()
    expect(await recorder.settled(0)).toEqual([])
    expect(received['traceparent']).toBeUndefined()
  })
})

describe('vector stores on fetch', () => {
  it.each([
    ['POST', '/collections/docs/points/search', 'qdrant', 'search', 'docs'],
    ['POST', '/collections/docs/points/query', 'qdrant', 'query', 'docs'],
    ['PUT', '/collections/docs/points', 'qdrant', 'upsert', 'docs'],
    ['POST', '/v1/batch/objects', 'weaviate', 'objects', undefined],
    ['POST', '/api/v1/collections/docs/query', 'chroma', 'query', 'docs'],
    ['POST', '/api/v2/tenants/t/databases/d/collections/docs/add', 'chroma', 'add', 'docs']
  ])('records %s %s as %s', async (method, path, system, operation, collection) => {
    await fetch(url + path, { method, body: '{}' })
    const [call] = (await recorder.settled(1)) as Operation<'db'>[]
    expect(call!.kind).toBe('db')
    expect(call!.attributes).toMatchObject({ system, operation, collection, peerService: system, statusCode: 200 })
    expect(received['traceparent']).toBe(TRACEPARENT)
    expect(recorder.operations).toHaveLength(1)
  })

  it.each(['/collections', '/v1/objects', '/points/search', '/api/v1/users/7/query', '/query'])(
    'leaves %s a request like any other',
    async (path) => {
      await fetch(url + path, { method: 'POST', body: '{}' })
      expect((await recorder.settled(1)).map(({ kind }) => kind)).toEqual(['client'])
    }
  )
})

describe('observe()', () => {
  it('records a call to anything, passes what it returns and gives the trace for its message', async () => {
    const sent = await runScope({}, [tracing, recorder], () =>
      observe('kafka.publish', { destination: 'documents', batchSize: 2 }, async (call) => {
        call.mark('retry')
        return call.headers()
      })
    )
    expect(sent).toEqual({ traceparent: TRACEPARENT })
    const [call] = (await recorder.settled(1)) as Operation<'db'>[]
    expect(call!.name).toBe('publish documents')
    expect(call!.attributes).toMatchObject({
      system: 'kafka',
      operation: 'publish',
      destination: 'documents',
      peerService: 'kafka',
      batchSize: 2
    })
    expect(call!.marks.map(({ event }) => event)).toEqual(['retry'])
  })

  it('throws on what the call throws, and times it out by its words', async () => {
    const options = { observers: [recorder] }
    const failures: [Error, string][] = [
      [new Error('refused'), 'error'],
      [new Error('Request timed out after 5 s'), 'timeout'],
      [Object.assign(new Error('no'), { code: 'ETIMEDOUT' }), 'timeout'],
      [Object.assign(new Error('no'), { name: 'AbortError' }), 'aborted']
    ]
    for (const [error] of failures) {
      await expect(observe('queue.take', options, () => Promise.reject(error))).rejects.toBe(error)
    }
    expect(() =>
      observe('queue.take', options, () => {
        throw failures[0]![0]
      })
    ).toThrow('refused')
    expect((await recorder.settled(5)).map(({ outcome }) => outcome)).toEqual([...failures.map(([, outcome]) => outcome), 'error'])
  })
})

describe('calls below a model call', () => {
  it('are events of it, with their status, and still carry the trace', async () => {
    const operation = startOperation('llm', 'chat', { provider: 'openai', model: 'm' } as never, [tracing, recorder])
    await withOperation(operation, async () => {
      await (await fetch(`${url}/missing`)).text()
      await body(http.get(url))
      await expect(body(http.get('http://127.0.0.1:1/'))).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    })
    operation.end()
    drain()
    expect(recorder.operations.map(({ kind }) => kind)).toEqual(['llm'])
    expect(received['traceparent']).toBe(TRACEPARENT)
    expect(operation.marks.map(({ event, attributes }) => [event, attributes?.['status'], attributes?.['outcome']])).toEqual([
      ['http.call', 404, 'ok'],
      ['http.call', 200, 'ok'],
      ['http.call', undefined, 'error']
    ])
  })
})
