// The log line, the metric and the span of a request agree on route, status, outcome and duration, whatever happened to it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type App, frameworks, mountsOf } from './apps.js'
import { exchange, request, samples, until } from './support.js'
import { type Watched, watch } from './watch.js'

interface Expected {
  method?: string
  route: string
  status: number
  outcome?: 'ok' | 'error' | 'aborted'
  /** What the counter of requests calls it. */
  class?: string
}

for (const { name, start } of frameworks) {
  describe(name, () => {
    let watched: Watched
    let app: App

    beforeEach(async () => {
      watched = await watch()
      app = await start(mountsOf(watched.obs))
    })
    afterEach(async () => {
      await app.close()
      await watched.stop()
    })

    /** Reads the one request, or that with this method, back from all three exits. */
    async function expectAgreement({ method = 'GET', route, status, outcome = 'ok', class: statusClass }: Expected, requests = 1) {
      await watched.settled(requests)
      const lines = watched.memory.requests().filter((line) => line['method'] === method)
      expect(lines).toHaveLength(1)
      const [line] = lines
      expect(line).toMatchObject({ route, statusCode: status, outcome })

      const spans = watched.sink.servers().filter(({ attributes }) => attributes['http.request.method'] === method)
      expect(spans).toHaveLength(1)
      const [span] = spans
      expect(span!.attributes).toMatchObject({ 'http.route': route, 'http.response.status_code': status, 'rag.outcome': outcome })
      expect(span).toMatchObject({ name: `${method} ${route}`, traceId: line!['traceId'], spanId: line!['spanId'] })
      expect(span!.status).toBe(outcome === 'error' ? 2 : 0)

      const page = await watched.scrape()
      const metricMethod = route === 'unmatched' ? '_OTHER' : method
      const labels = `http_request_method="${metricMethod}",http_route="${route}",http_response_status_code="${status}"`
      const metric = 'http_server_request_duration_seconds'
      expect(samples(page, `${metric}_count`).get(labels)).toBe(1)
      const counted = [...samples(page, 'rag_http_server_requests_total')].filter(([, count]) => count > 0)
      expect(counted).toContainEqual([`http_route="${route}",status_class="${statusClass ?? `${String(status)[0]}xx`}"`, 1])
      expect(counted).toHaveLength(requests)

      // Lines round to microseconds.
      const seconds = samples(page, `${metric}_sum`).get(labels)!
      expect(line!['durationMs']).toBeCloseTo(span!.durationMs, 2)
      expect(seconds * 1000).toBeCloseTo(span!.durationMs, 2)
      return { line: line!, span: span! }
    }

    it('agree on a request that went well', async () => {
      await request(app.port, '/users/7?page=2')
      const { line, span } = await expectAgreement({ route: '/users/:id', status: 200 })
      expect(line).toMatchObject({ url: '/users/7?page=2', responseBytes: '{"id":"7"}'.length })
      expect(span.attributes).toMatchObject({ 'url.path': '/users/7', 'url.query': 'page=2' })
    })

    it('agree on the full pattern of a nested router with a parameter in its mount', async () => {
      await request(app.port, '/lib/books/books/9')
      await expectAgreement({ route: '/lib/:userId/books/:bookId', status: 200 })
    })

    it.each(['/throw/1', '/reject/1', '/lib/7/throw/1'])('agree on the failed handler of %s', async (path) => {
      const route = { '/throw/1': '/throw/:id', '/reject/1': '/reject/:id' }[path] ?? '/lib/:userId/throw/:x'
      await request(app.port, path)
      await expectAgreement({ route, status: 500, outcome: 'error' })
    })

    it('agree on a request that nothing matched', async () => {
      await request(app.port, '/.env')
      await expectAgreement({ route: 'unmatched', status: 404 })
    })

    it('agree on HEAD', async () => {
      await request(app.port, '/users/7', { method: 'HEAD' })
      await expectAgreement({ method: 'HEAD', route: '/users/:id', status: 200 })
    })

    it('agree on a client that left before the reply', async () => {
      let arrived = false
      const seen = until(() => arrived, 'the request to arrive')
      const left = exchange(app.port, 'GET /never/1 HTTP/1.1\r\nhost: x\r\n\r\n', async () => {
        // A second request on another connection is answered once the first has been taken in.
        if (!arrived) await request(app.port, '/users/1', { method: 'HEAD' })
        return (arrived = true)
      })
      await Promise.all([seen, left])
      await expectAgreement({ route: '/never/:id', status: 499, outcome: 'aborted', class: 'aborted' }, 2)
    })

    it('agree on a client that left during the reply', async () => {
      await exchange(app.port, 'GET /endless/1 HTTP/1.1\r\nhost: x\r\n\r\n', (received) => received.includes('x\r\n1\r\nx'))
      await expectAgreement({ route: '/endless/:id', status: 200, outcome: 'aborted', class: 'aborted' })
    })

    it('agree on a streamed reply and its first byte', async () => {
      await request(app.port, '/stream/1')
      const { line } = await expectAgreement({ route: '/stream/:id', status: 200 })
      expect((line['durationMs'] as number) - (line['firstByteMs'] as number)).toBeGreaterThan(25)
      const page = await watched.scrape()
      const firstByte = samples(page, 'rag_http_server_time_to_first_byte_seconds_sum').get('http_route="/stream/:id"')!
      expect(firstByte * 1000).toBeCloseTo(line['firstByteMs'] as number, 2)
    })

    it('agree on a request that the parser refused', async () => {
      // Express joins its server at the first request.
      await request(app.port, '/users/1')
      expect(await exchange(app.port, 'BAD\r\n\r\n')).toContain('400 Bad Request')
      await expectAgreement({ method: '_OTHER', route: 'unmatched', status: 400 }, 2)
      expect(samples(await watched.scrape(), 'rag_http_server_rejects_total').get('')).toBe(1)
    })
  })
}
