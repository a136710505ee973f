// A traced Express service and a service behind it that tells which headers it got, both on loopback.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { context, propagation, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { createFetch } from '@rag/core'
import express from 'express'
import { httpTracing } from '../src/express.js'
import { startTracing, type Tracing, type TracingOptions } from '../src/index.js'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** What the handler saw. */
  body: { traceId: string; sampled: boolean; baggage: Record<string, string> }
}

export interface Harness {
  port: number
  tracing: Tracing
  /** Sends a request with these raw header lines. */
  get(path?: string, lines?: readonly string[]): Promise<Answer>
  /** Headers of the last request that the service behind got. */
  behind(): IncomingHttpHeaders
  spans(): Promise<ReadableSpan[]>
  stop(): Promise<void>
}

export async function startHarness(options: Partial<TracingOptions> = {}): Promise<Harness> {
  const memory = new InMemorySpanExporter()
  const tracing = startTracing({ service: 'harness', exporter: memory, signals: false, ...options })
  let seen: IncomingHttpHeaders = {}
  const behind = await listen(
    createServer((request, response) => {
      seen = request.headers
      response.end('{}')
    })
  )
  const observed = createFetch({ observers: [tracing.observer] })
  const app = express()
  app.use(httpTracing(tracing))
  app.get('/fail', () => {
    throw new Error('handler failed')
  })
  app.get('/slow', (_request, response) => void setTimeout(() => response.json({}), 400))
  app.get('/caught', (_request, response) => {
    trace.getTracer('app').startActiveSpan('caught', (span) => {
      span.setStatus({ code: 2, message: 'caught' })
      span.end()
    })
    response.json({})
  })
  app.get('/{*path}', async (_request, response) => {
    const span = trace.getActiveSpan()
    await observed(`http://127.0.0.1:${behind.port}/`)
    const baggage = propagation.getBaggage(context.active())?.getAllEntries() ?? []
    response.json({
      traceId: span?.spanContext().traceId,
      sampled: span?.spanContext().traceFlags === 1,
      baggage: Object.fromEntries(baggage.map(([key, { value }]) => [key, value]))
    })
  })
  app.use(((_error, _request, response, _next) => void response.status(500).json({})) as express.ErrorRequestHandler)
  const front = await listen(createServer(app))
  return {
    port: front.port,
    tracing,
    get: (path = '/users/1', lines = []) => exchange(front.port, path, lines),
    behind: () => seen,
    async spans() {
      await tracing.flush()
      return memory.getFinishedSpans()
    },
    async stop() {
      await tracing.shutdown(200)
      for (const { server } of [front, behind]) {
        server.closeAllConnections()
        server.close()
      }
      trace.disable()
      propagation.disable()
    }
  }
}

async function listen(server: Server): Promise<{ server: Server; port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

/** Raw bytes, since a client library refuses to send what a stranger sends. */
function exchange(port: number, path: string, lines: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let received = ''
    const head = [`GET ${path} HTTP/1.1`, 'host: harness', 'connection: close', ...lines, '', ''].join('\r\n')
    const socket = connect(port, '127.0.0.1', () => socket.write(head, 'latin1'))
    socket.on('data', (chunk) => (received += chunk.toString('latin1')))
    socket.on('error', reject)
    socket.on('close', () => {
      const [top = '', body = ''] = received.split('\r\n\r\n')
      const [status = '', ...fields] = top.split('\r\n')
      const headers = Object.fromEntries(
        fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 2)])
      )
      const json = /\{.*\}/s.exec(body)?.[0] ?? '{}'
      resolve({ status: Number(status.split(' ')[1]), headers, body: JSON.parse(json) as Answer['body'] })
    })
  })
}
