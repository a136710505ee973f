// What becomes of spans at the exit, against a collector (wire stub) that is there, refuses, or is away.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { trace } from '@opentelemetry/api'
import { isRagError } from '@rag/core'
import { afterEach, expect, it, vi } from 'vitest'
import { startTracing, type Tracing } from '../src/index.js'

let server: Server | undefined
let tracing: Tracing | undefined
afterEach(async () => {
  await tracing?.shutdown(100)
  server?.closeAllConnections()
  server?.close()
  tracing = server = undefined
  // The API keeps the first provider for ever otherwise.
  trace.disable()
})

/** A collector that answers what it is told to; refuses what a real one refuses. */
async function collector(statusOf: () => number): Promise<{ url: string; bodies: Buffer[] }> {
  const bodies: Buffer[] = []
  server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
    if (request.url !== '/v1/traces') return void response.writeHead(404).end()
    if (request.headers['content-type'] !== 'application/x-protobuf') return void response.writeHead(415).end()
    const status = statusOf()
    if (status === 200) bodies.push(Buffer.concat(parts))
    response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end()
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, bodies }
}

function spanNamed(name: string, attributes: Record<string, string> = {}): void {
  trace.getTracer('test').startSpan(name, { attributes }).end()
}

it('a span of the application reaches the collector with its secrets masked', async () => {
  const { url, bodies } = await collector(() => 200)
  tracing = startTracing({ service: 'queue', otlp: { url } })
  spanNamed('mine', { note: 'plain', password: 'hunter2hunter2' })
  expect(await tracing.shutdown()).toMatchObject({ recorded: 1, exported: 1, dropped: 0, queued: 0 })
  const text = Buffer.concat(bodies).toString('latin1')
  expect(text).toContain('mine')
  expect(text).toContain('plain')
  expect(text).not.toContain('hunter2hunter2')
})

it('a collector that answers 503 gets the spans when it is well again', async () => {
  let refusals = 2
  const { url, bodies } = await collector(() => (refusals-- > 0 ? 503 : 200))
  tracing = startTracing({ service: 'queue', otlp: { url } })
  spanNamed('patient')
  expect(await tracing.shutdown(5000)).toMatchObject({ recorded: 1, exported: 1, dropped: 0 })
  expect(bodies).toHaveLength(1)
})

it('spans that a collector refuses for good are counted as dropped, and nobody is told that they are sent later', async () => {
  const { url } = await collector(() => 400)
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  tracing = startTracing({ service: 'queue', otlp: { url } })
  spanNamed('refused')
  expect(await tracing.shutdown()).toMatchObject({ recorded: 1, exported: 0, dropped: 1, queued: 0 })
  expect(warned.mock.calls.map(([text]) => text)).toEqual([expect.stringMatching(/answered 400\. Such spans are not sent again/)])
  warned.mockRestore()
})

it('without a collector every span is accounted for and shutdown keeps its deadline', async () => {
  const { url } = await collector(() => 200)
  server!.close()
  tracing = startTracing({ service: 'queue', otlp: { url }, queue: { spans: 50, batch: 10 } })
  for (let n = 0; n < 200; n++) spanNamed(`span ${n}`)
  const start = performance.now()
  const { recorded, exported, dropped, queued } = await tracing.shutdown(300)
  expect(performance.now() - start).toBeLessThan(2000)
  expect({ recorded, exported, lost: dropped + queued }).toEqual({ recorded: 200, exported: 0, lost: 200 })
})

it.each([
  ['RAG_TRACING_ENDPOINT', { otlp: { url: 'ftp://example.com' } }],
  ['RAG_TRACING_SAMPLER', { sampler: 2 }],
  ['RAG_TRACING_EXPORTER', { exporter: 'carrier-pigeon' }],
  ['RAG_CORE_UNKNOWN_OPTION', { exportor: 'otlp' }],
  ['RAG_CORE_UNKNOWN_OPTION', { otlp: { uri: 'http://localhost:4318' } }],
  ['RAG_CORE_UNKNOWN_OPTION', { queue: { span: 10 } }],
  ['RAG_CORE_UNKNOWN_OPTION', { limits: { text: 10 } }]
])('a wrong option is %s and says what to do', (code, options) => {
  let thrown: unknown
  try {
    tracing = startTracing({ service: 'queue', ...(options as object) })
  } catch (error) {
    thrown = error
  }
  expect(isRagError(thrown) && thrown.code).toBe(code)
  expect((thrown as Error).message).toContain('Fix: ')
})
