// cacheControl() on real sockets, the same promises for Express 4, Express 5 and Fastify.
import { request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { drain, type Emit, type Operation, type ServerAttributes, type Source } from '@rag/core'
import { observeExpress } from '@rag/core/express'
import express5 from 'express'
import express4 from 'express4'
import { fastify } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import * as forExpress from '../src/express.js'
import * as forFastify from '../src/fastify.js'
import type { HttpStats } from '../src/http/exchange.js'
import type { CacheControlOptions } from '../src/http/policy.js'
import { type Cache, createCache, documentChanged } from '../src/index.js'
import { pause, until } from './until.js'

/** A route's work, on what both frameworks have in common. */
type Handler = (request: IncomingMessage, response: ServerResponse) => unknown
interface App {
  readonly url: string
  stats(): HttpStats
}
type Start = (cache: Cache, options: CacheControlOptions, handler: Handler) => Promise<App>

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const onExpress =
  (make: () => unknown): Start =>
  async (cache, options, handler) => {
    const app = make() as ReturnType<typeof express5>
    const control = forExpress.cacheControl(cache, options)
    app.use('/api', control as never)
    app.all('/api/:name', ((request: IncomingMessage, response: ServerResponse & { send(body: unknown): void }) => {
      const body = handler(request, response)
      if (body !== undefined) response.send(body)
    }) as never)
    app.use('/api', ((_error: unknown, _request: IncomingMessage, response: ServerResponse, _next: unknown) => {
      response.statusCode = 500
      response.end('failed')
    }) as never)
    const server = await new Promise<Server>((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
    })
    closers.push(() => {
      control.close()
      server.closeAllConnections()
      server.close()
    })
    return { url: urlOf(server), stats: control.stats }
  }
const onFastify: Start = async (cache, options, handler) => {
  const app = fastify()
  const control = forFastify.cacheControl(cache, options)
  await app.register(control as never)
  app.all('/api/:name', (request, reply) => {
    const body = handler(request.raw, reply.raw)
    if (body === undefined) return reply.hijack()
    return reply.send(body)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  closers.push(() => app.close())
  return { url: urlOf(app.server), stats: control.stats }
}
const frameworks: Record<string, Start> = {
  'Express 4': onExpress(express4 as never),
  'Express 5': onExpress(express5),
  Fastify: onFastify
}

interface Reply {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}
/** The bare client: fetch has a cache of its own rules. */
const ask = (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }))
    })
    sent.on('error', reject)
    sent.end()
  })
const cacheOf = (options: object = {}): Cache => {
  const cache = createCache({ name: 'http', ttl: '1m', ...options })
  closers.push(() => cache.close())
  return cache
}
/** A handler that counts its calls; the first one made is told apart from a later one. */
const counting = (body: (call: number, request: IncomingMessage, response: ServerResponse) => unknown) => {
  const handler = Object.assign((request: IncomingMessage, response: ServerResponse) => body(++handler.calls, request, response), {
    calls: 0
  })
  return handler
}

describe.each(Object.entries(frameworks))('%s', (_framework, start) => {
  test('the second answer comes from the cache, with the headers of the first, its age and the policy', async () => {
    const handler = counting((call, _request, response) => {
      response.setHeader('x-made-by', 'handler')
      return { call }
    })
    const { url, stats } = await start(
      cacheOf(),
      { maxAge: '1m', sharedMaxAge: '1h', staleWhileRevalidate: '30s', staleIfError: '1d' },
      handler
    )
    const first = await ask(`${url}/api/a?x=1`)
    const second = await ask(`${url}/api/a?x=1`)
    expect(first.headers['cache-control']).toBe('public, max-age=60, s-maxage=3600, stale-while-revalidate=30, stale-if-error=86400')
    expect(first.headers.age).toBeUndefined()
    expect([first.body, second.body, handler.calls]).toEqual(['{"call":1}', '{"call":1}', 1])
    for (const header of ['cache-control', 'content-type', 'content-length', 'etag', 'x-made-by'])
      expect(second.headers[header], header).toBe(first.headers[header])
    expect(second.headers.age).toBe('0')
    await pause(1100)
    expect(Number((await ask(`${url}/api/a?x=1`)).headers.age)).toBeGreaterThanOrEqual(1)
    expect((await ask(`${url}/api/a?x=2`)).body).toBe('{"call":2}')
    expect(stats()).toMatchObject({ hit: 2, miss: 2, not_modified: 0, bypass: 0 })
    expect(stats().ageSeconds).toBeGreaterThanOrEqual(1)
  })

  test('a client that has the response gets 304 without a body, on a hit and on a miss', async () => {
    const handler = counting(() => 'same body')
    const { url, stats } = await start(cacheOf(), {}, handler)
    const { etag } = (await ask(`${url}/api/a`)).headers
    expect(etag).toMatch(/^(W\/)?".+"$/)
    for (const condition of [String(etag), `"other", ${etag}`, '*', String(etag).replace(/^W\//, '')]) {
      const reply = await ask(`${url}/api/a`, { 'if-none-match': condition })
      expect([reply.status, reply.body, reply.headers.etag]).toEqual([304, '', etag])
      expect(reply.headers['content-length']).toBeUndefined()
      expect(reply.headers['cache-control']).toBe('public, max-age=0, must-revalidate')
    }
    expect((await ask(`${url}/api/a`, { 'if-none-match': '"other"' })).status).toBe(200)
    const other = await start(cacheOf(), { store: false }, handler)
    const unstored = await ask(`${other.url}/api/a`, { 'if-none-match': String(etag) })
    expect([unstored.status, unstored.body]).toEqual([304, ''])
    expect(handler.calls).toBe(2)
    expect([stats().not_modified, other.stats().not_modified]).toEqual([4, 1])
  })

  test('HEAD is answered from what GET stored, and stores nothing', async () => {
    const handler = counting(() => 'body')
    const { url } = await start(cacheOf(), {}, handler)
    expect((await ask(`${url}/api/a`, {}, 'HEAD')).body).toBe('')
    await ask(`${url}/api/a`)
    const head = await ask(`${url}/api/a`, {}, 'HEAD')
    expect([head.status, head.body, head.headers['content-length'], handler.calls]).toEqual([200, '', '4', 2])
  })

  test('an authorised response is never stored, nor let be stored, unless the application says so', async () => {
    const handler = counting((call, request) => `${call} ${request.headers.authorization ?? request.headers.cookie ?? 'nobody'}`)
    const { url, stats } = await start(cacheOf(), { maxAge: '1h' }, handler)
    for (const headers of [{ authorization: 'Bearer a' }, { authorization: 'Bearer b' }, { cookie: 'session=a' }] as Record<
      string,
      string
    >[]) {
      const reply = await ask(`${url}/api/a`, headers)
      expect(reply.headers['cache-control']).toBe('private, no-store')
      expect(reply.body).toContain(Object.values(headers)[0])
    }
    expect((await ask(`${url}/api/a`)).body).toBe('4 nobody')
    expect((await ask(`${url}/api/a`, { authorization: 'Bearer a' })).body).toBe('5 Bearer a')
    expect(stats()).toMatchObject({ bypass: 4, miss: 1 })
  })

  test('told whose it is, it is kept for that owner alone, and for no CDN', async () => {
    const handler = counting((call, request) => `${call} ${request.headers.authorization}`)
    const options = { maxAge: '1h', tags: ['t'], authorised: (request: IncomingMessage) => request.headers.authorization } as const
    const { url } = await start(cacheOf(), options, handler)
    const first = await ask(`${url}/api/a`, { authorization: 'a' })
    expect(first.headers['cache-control']).toBe('private, max-age=3600, must-revalidate')
    expect(first.headers['surrogate-key']).toBeUndefined()
    expect(String(first.headers.vary)).toContain('authorization')
    expect((await ask(`${url}/api/a`, { authorization: 'a' })).body).toBe('1 a')
    expect((await ask(`${url}/api/a`, { authorization: 'b' })).body).toBe('2 b')
    const shared = await start(cacheOf(), { authorised: true }, handler)
    await ask(`${shared.url}/api/a`, { authorization: 'a' })
    expect((await ask(`${shared.url}/api/a`, { authorization: 'b' })).body).toBe('3 a')
  })

  test('each value of a header in vary has its entry, and a response that varies by another is not given to the wrong one', async () => {
    const handler = counting((call, request, response) => {
      if (request.url?.includes('own')) response.setHeader('vary', 'x-kind')
      return `${call} ${request.headers['accept-language']} ${request.headers['x-kind']}`
    })
    const { url } = await start(cacheOf(), { vary: ['Accept-Language'] }, handler)
    const german = await ask(`${url}/api/a`, { 'accept-language': 'de' })
    await ask(`${url}/api/a`, { 'accept-language': 'en' })
    expect(german.headers.vary).toMatch(/accept-language/)
    expect((await ask(`${url}/api/a`, { 'accept-language': 'de' })).body).toBe('1 de undefined')
    expect((await ask(`${url}/api/a`, { 'accept-language': 'en' })).body).toBe('2 en undefined')
    await ask(`${url}/api/own`, { 'x-kind': 'one' })
    expect((await ask(`${url}/api/own`, { 'x-kind': 'one' })).body).toBe('3 undefined one')
    expect((await ask(`${url}/api/own`, { 'x-kind': 'two' })).body).toBe('4 undefined two')
  })

  test('surrogate keys match the tags: an invalidation ends the response here and purges the CDN, counted', async () => {
    const purged: unknown[] = []
    const cache = cacheOf()
    const handler = counting((call, _request, response) => {
      forExpress.tagResponse(response, 'document:42', 'a tag, spaced')
      return `${call}`
    })
    const purge = async (what: { keys: readonly string[]; all: boolean }) => {
      purged.push(what)
      if (what.all) throw new Error('the CDN is down')
    }
    const { url, stats } = await start(cache, { tags: ['answers'], purge }, handler)
    expect((await ask(`${url}/api/a`)).headers['surrogate-key']).toBe('answers document:42 a%20tag%2C%20spaced')
    await cache.invalidate({ tags: ['a tag, spaced'] })
    expect((await ask(`${url}/api/a`)).body).toBe('2')
    await documentChanged([cache], '42')
    expect((await ask(`${url}/api/a`)).body).toBe('3')
    await cache.set('something else', 1)
    await cache.invalidate({ all: true })
    await until('the purges', () => purged.length === 3)
    expect(purged).toEqual([
      { keys: ['a%20tag%2C%20spaced'], all: false },
      { keys: ['document:42'], all: false },
      { keys: [], all: true }
    ])
    expect(stats().purges).toEqual({ ok: 2, error: 1 })
    const cloudflare = await start(cacheOf(), { tags: ['a', 'b'], surrogateHeader: 'Cache-Tag' }, handler)
    expect((await ask(`${cloudflare.url}/api/a`)).headers['cache-tag']).toBe('a,b,document:42,a%20tag%2C%20spaced')
  })

  test('what is not whole, not good or not meant to be kept is passed on and not kept', async () => {
    const kinds: Record<string, (response: ServerResponse) => unknown> = {
      missing: (response) => {
        response.statusCode = 404
        return 'no such thing'
      },
      failing: (response) => {
        response.statusCode = 503
        return 'down'
      },
      cookie: (response) => {
        response.setHeader('set-cookie', 'session=1')
        return 'yours'
      },
      forbidden: (response) => {
        response.setHeader('cache-control', 'no-store')
        return 'secret'
      },
      anything: (response) => {
        response.setHeader('vary', '*')
        return 'varies'
      },
      large: () => 'x'.repeat(5000)
    }
    const handler = counting((_call, request, response) => kinds[request.url!.split('/').at(-1)!]!(response))
    const { url, stats } = await start(cacheOf(), { maxBytes: 4096, maxAge: '1h' }, handler)
    for (const kind of Object.keys(kinds)) {
      const [first, second] = [await ask(`${url}/api/${kind}`), await ask(`${url}/api/${kind}`)]
      expect(second.body, kind).toBe(first.body)
      expect(second.headers.age, kind).toBeUndefined()
      if (['missing', 'failing', 'cookie', 'forbidden'].includes(kind)) expect(first.headers['cache-control'], kind).toBe('no-store')
    }
    const { length } = Object.keys(kinds)
    expect(handler.calls).toBe(2 * length)
    for (const headers of [{ range: 'bytes=0-3' }, { 'cache-control': 'no-store' }] as Record<string, string>[])
      await ask(`${url}/api/large`, headers)
    await ask(`${url}/api/large`, {}, 'POST')
    expect(stats()).toMatchObject({ miss: 2 * length, bypass: 3, hit: 0 })
  })

  test('a stream is passed on as it comes, kept when it ended well, and not when it broke off', async () => {
    const handler = counting((call, request, response) => {
      const broken = request.url!.includes('broken')
      response.writeHead(200, { 'content-type': 'text/plain', 'x-call': String(call) })
      response.write('first ')
      setTimeout(() => {
        if (broken) response.destroy()
        else response.end('second')
      }, 20)
      return undefined
    })
    const { url } = await start(cacheOf(), { maxAge: '1m' }, handler)
    const first = await ask(`${url}/api/whole`)
    const second = await ask(`${url}/api/whole`)
    expect([first.body, second.body, second.headers['x-call'], handler.calls]).toEqual(['first second', 'first second', '1', 1])
    expect([second.headers.etag, second.headers['cache-control']]).toEqual([expect.any(String), 'public, max-age=60, must-revalidate'])
    for (let call = 0; call < 2; call++) await expect(ask(`${url}/api/broken`)).rejects.toThrow()
    expect(handler.calls).toBe(3)
  })

  test('who asks while the response is being made waits for it; a past one is served meanwhile', async () => {
    const handler = counting(async function* make(call: number) {
      await pause(60)
      yield `call ${call}`
    } as never)
    const slow = (request: IncomingMessage, response: ServerResponse) => {
      const made = handler(request, response) as AsyncIterable<string>
      Readable.from(made).pipe(response)
      return undefined
    }
    const { url, stats } = await start(cacheOf({ ttl: 500, jitter: 0, stale: { whileRevalidate: '1m' } }), {}, slow)
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(`${url}/api/a`)))
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['call 1']))
    expect([handler.calls, stats().miss, stats().hit]).toEqual([1, 1, 9])
    await pause(600)
    const [leader, ...others] = await Promise.all(Array.from({ length: 5 }, () => ask(`${url}/api/a`)))
    expect([leader!.body, ...others.map(({ body }) => body)].sort()).toEqual(['call 1', 'call 1', 'call 1', 'call 1', 'call 2'])
    expect([handler.calls, stats().stale]).toEqual([2, 4])
  })

  test('an error of the handler is its own, and is not kept', async () => {
    let calls = 0
    const { url } = await start(cacheOf(), {}, () => {
      calls++
      throw new Error('handler')
    })
    expect([(await ask(`${url}/api/a`)).status, (await ask(`${url}/api/a`)).status, calls]).toEqual([500, 500, 2])
  })

  test('options of the application that throw cost the caching, not the answer', async () => {
    const boom = () => {
      throw new Error('option')
    }
    for (const options of [{ tags: boom }, { authorised: boom }] as CacheControlOptions[]) {
      const { url, stats } = await start(cacheOf(), options, () => 'fine')
      const reply = await ask(`${url}/api/a`, { authorization: 'a' })
      expect([reply.status, reply.body]).toEqual([200, 'fine'])
      await ask(`${url}/api/a`)
      expect(stats().bypass).toBeGreaterThan(0)
    }
  })

  test('every request is counted once, and the figures are in the catalogue', async () => {
    const sources: Source[] = []
    const observer = { id: 'test', service: 'test', source: (source: Source) => (sources.push(source), () => {}) }
    const { url, stats } = await start(cacheOf({ observers: [observer] }), {}, () => 'body')
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        ask(`${url}/api/${index % 3}`, index % 4 === 0 ? { authorization: 'a' } : {}, index % 5 === 0 ? 'HEAD' : 'GET')
      )
    )
    expect(replies.every(({ status }) => status === 200)).toBe(true)
    const { hit, stale, miss, not_modified, bypass } = stats()
    expect(hit + stale + miss + not_modified + bypass).toBe(40)
    const seen: Record<string, number> = {}
    const emit: Emit = (metric, value, labels) => {
      seen[`${metric} ${labels?.['result'] ?? labels?.['outcome'] ?? ''}`] = value
    }
    for (const source of sources) source.read(emit)
    expect(seen).toMatchObject({
      'rag_cache_http_responses_total hit': hit,
      'rag_cache_http_responses_total bypass': bypass,
      'rag_cache_http_age_seconds_total ': 0,
      'rag_cache_purges_total error': 0
    })
  })
})

test('under the one pass of core the requests are recorded as they were answered', async () => {
  const operations: Operation[] = []
  const observer = { id: 'test', service: 'test', end: (operation: Operation) => void operations.push(operation) }
  const app = express5()
  app.use(observeExpress([observer]) as never)
  const control = forExpress.cacheControl(cacheOf(), { maxAge: '1m' })
  app.get('/documents/:id', control as never, (_request, response) => void response.json({ a: 1 }))
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
  })
  closers.push(() => server.close())
  const replies = [await ask(`${urlOf(server)}/documents/1`), await ask(`${urlOf(server)}/documents/1`)]
  replies.push(await ask(`${urlOf(server)}/documents/1`, { 'if-none-match': String(replies[0]!.headers.etag) }))
  await until('the requests to end', () => {
    drain()
    return operations.length === 3
  })
  expect(operations.map(({ attributes }) => [(attributes as ServerAttributes).statusCode, (attributes as ServerAttributes).route])).toEqual(
    [
      [200, '/documents/:id'],
      [200, '/documents/:id'],
      [304, '/documents/:id']
    ]
  )
  const ids = replies.map(({ headers }) => headers['x-request-id'])
  expect(new Set(ids).size).toBe(3)
  expect(ids).not.toContain(undefined)
  control.close()
})

test.each<[string, object]>([
  ['a duration', { maxAge: 'long' }],
  ['an option', { maxage: 1 }],
  ['a header', { vary: ['not a header'] }],
  ['a size', { maxBytes: 0 }],
  ['a purge', { purge: 'https://cdn.example.com' }]
])('%s that is wrong fails at creation', (_what, options) => {
  expect(() => forExpress.cacheControl(cacheOf(), options as never)).toThrow(/Fix: /)
  expect(() => forFastify.cacheControl(cacheOf(), options as never)).toThrow(/Fix: /)
})
