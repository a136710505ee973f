// What a middleware adds to a request through the real framework and the objects of node:http, without the noise of sockets.
import { EventEmitter } from 'node:events'
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { drain } from '@rag/core'
import { createMetrics } from '@rag/metrics'
import { httpMetrics } from '@rag/metrics/express'
import { httpMetrics as fastifyHttpMetrics } from '@rag/metrics/fastify'
import express from 'express'
import promBundle from 'express-prom-bundle'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifyMetrics from 'fastify-metrics'
import { Registry } from 'prom-client'
import { median } from '../statistics.js'
import type { CaseResult } from './claims.js'
import { type Figures, fixed, rounds, share } from './rounds.js'

const ROUND = 3000
const ROUNDS = 15
const HEADERS = { host: '127.0.0.1', accept: 'application/json', 'user-agent': 'bench', 'x-request-id': 'req-1' }

/** A real Express application with one route, behind a middleware, on a server that does not listen. */
export function expressWith(middleware?: unknown): Server {
  const app = express()
  if (middleware) app.use(middleware as never)
  app.get('/users/:id', (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 11 })
  })
  return createServer(app)
}

/** One request to a server, with the objects of node:http and no socket between two programs. */
export function serve(server: Server, url = '/users/42', method = 'GET'): void {
  const socket = Object.assign(new EventEmitter(), {
    server,
    writable: true,
    readable: true,
    remoteAddress: '127.0.0.1',
    remotePort: 40_000,
    // A framework reads what is left of a request that it does not know.
    resume() {},
    destroy() {}
  })
  const request = new IncomingMessage(socket as never)
  Object.assign(request, { url, method, httpVersion: '1.1', headers: { ...HEADERS }, complete: true })
  const response = new ServerResponse(request)
  server.emit('request', request, response)
  // What the socket would say.
  const ended = response as ServerResponse & { finished: boolean }
  ended.finished = true
  response.emit('finish')
  response.emit('close')
}

/** The metrics of OpenTelemetry's instrumentation of node:http, which hooks the server and is no middleware. */
function otelServer(): { server: Server; counted: () => Promise<number> } {
  const instrumentation = new HttpInstrumentation()
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000
  })
  instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }))
  instrumentation.enable()
  // It hooks all servers of the process; here only one of them is to have it.
  const { Server } = createRequire(import.meta.url)('node:http') as typeof import('node:http')
  const hooked = Server.prototype.emit
  instrumentation.disable()
  const server = expressWith()
  server.emit = hooked
  const counted = async () => {
    const { resourceMetrics } = await reader.collect()
    let total = 0
    for (const { metrics } of resourceMetrics.scopeMetrics)
      for (const { dataPoints } of metrics) for (const { value } of dataPoints) total += typeof value === 'number' ? value : value.count
    return total
  }
  return { server, counted }
}

async function fastify(plugin?: (app: FastifyInstance) => unknown): Promise<FastifyInstance> {
  const app = Fastify()
  if (plugin) await plugin(app)
  app.get('/users/:id', (_, reply) => void reply.send({ ok: true }))
  await app.ready()
  return app
}

export async function benchMiddlewares(): Promise<CaseResult> {
  const make = () => createMetrics({ service: 'bench', resources: false })
  const options = { includeMethod: true, includePath: true, includeStatusCode: true, autoregister: false }
  const otel = otelServer()
  const handlers = {
    bare: expressWith(),
    ours: expressWith(httpMetrics(make())),
    'express-prom-bundle': expressWith(promBundle({ ...options, promRegistry: new Registry() })),
    otel: otel.server
  }
  let count = 0
  const cases = Object.entries(handlers).map(([name, handler]) => [name, () => serve(handler)] as const)
  const onExpress = await rounds(
    {
      ...Object.fromEntries(cases),
      ours: () => {
        serve(handlers.ours)
        // As the timer of the core would between sockets.
        if (++count % 64 === 0) drain()
      }
    },
    ROUND,
    ROUNDS
  )
  if ((await otel.counted()) === 0) throw new Error('OpenTelemetry has measured nothing')
  const bare = await fastify()
  const mine = await fastify((app) => app.register(fastifyHttpMetrics(make()) as never))
  const theirs = await fastify((app) =>
    app.register(fastifyMetrics as never, { endpoint: null, defaultMetrics: { enabled: false }, promClient: undefined } as never)
  )
  const through = (app: FastifyInstance) => () => serve(app.server)
  const mineOnce = through(mine)
  const onFastify = await rounds(
    {
      bare: through(bare),
      ours: () => {
        mineOnce()
        if (++count % 64 === 0) drain()
      },
      'fastify-metrics': through(theirs)
    },
    ROUND,
    ROUNDS
  )
  await Promise.all([bare.close(), mine.close(), theirs.close()])
  const onEach = { express: added(onExpress, ['express-prom-bundle', 'otel']), fastify: added(onFastify, ['fastify-metrics']) }
  return {
    figures: onEach,
    claims: Object.entries(onEach).map(([name, { addedMicroseconds, fastest, overFastest }]) => ({
      what: `what the middleware adds to a request to ${name}, ${addedMicroseconds['ours']} µs, over what ${fastest} adds, ${addedMicroseconds[fastest]} µs`,
      value: overFastest.median,
      most: 0.5,
      unit: '×'
    }))
  }
}

/** What each adds to a request, and ours over the fastest of the others. */
function added(figures: Figures, peers: string[]) {
  const over = (name: string) => fixed(median(figures[name]!.map((value, round) => value - figures['bare']![round]!)) / 1000, 2)
  const fastest = [...peers].sort((a, b) => over(a) - over(b))[0]!
  return {
    addedMicroseconds: Object.fromEntries(['ours', ...peers].map((name) => [name, over(name)])),
    fastest,
    overFastest: share(figures, ['ours', 'bare'], [fastest, 'bare'])
  }
}
