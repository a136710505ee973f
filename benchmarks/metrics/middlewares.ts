// What a middleware adds to a request, without sockets: Express over a bare exchange, Fastify by injection.
import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { drain } from '@rag/core'
import { createMetrics } from '@rag/metrics'
import { httpMetrics } from '@rag/metrics/express'
import { httpMetrics as fastifyHttpMetrics } from '@rag/metrics/fastify'
import promBundle from 'express-prom-bundle'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifyMetrics from 'fastify-metrics'
import { Registry } from 'prom-client'
import { median } from '../statistics.js'
import { type Figures, fixed, rounds, share } from './rounds.js'

const HEADERS = { host: '127.0.0.1', accept: 'application/json', 'user-agent': 'bench', 'x-request-id': 'req-1' }
type Middleware = (request: never, response: never, next: () => void) => unknown

/** An exchange that every middleware here takes for a finished one. */
export function exchange(
  path = '/users/42',
  method = 'GET'
): { request: EventEmitter; response: EventEmitter & { writeHead(): void; finish(): void } } {
  const socket = Object.assign(new EventEmitter(), {
    writable: true,
    readable: true,
    remoteAddress: '127.0.0.1',
    localAddress: '127.0.0.1',
    localPort: 80,
    remotePort: 40_000
  })
  const request = Object.assign(new EventEmitter(), {
    method,
    url: path,
    originalUrl: path,
    baseUrl: '',
    path,
    headers: HEADERS,
    httpVersion: '1.1',
    route: { path: '/users/:id' },
    complete: true,
    socket
  })
  const response = Object.assign(new EventEmitter(), {
    req: request,
    socket,
    headersSent: false,
    finished: false,
    statusCode: 200,
    statusMessage: 'OK',
    writableFinished: true,
    getHeader: () => undefined,
    hasHeader: () => false,
    setHeader() {},
    end() {},
    writeHead() {
      this.headersSent = true
    },
    finish() {
      this.finished = true
      const emitter = this as unknown as EventEmitter
      emitter.emit('finish')
      emitter.emit('close')
    }
  })
  return { request, response }
}

export function serve(middleware: Middleware | undefined, path?: string, method?: string): void {
  const { request, response } = exchange(path, method)
  if (middleware) middleware(request as never, response as never, () => response.writeHead())
  else response.writeHead()
  response.finish()
}

/** The metrics of OpenTelemetry's instrumentation of node:http, which hooks the server: no middleware, so it is served through one. */
function otelServer(): () => void {
  const instrumentation = new HttpInstrumentation()
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000
  })
  instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }))
  instrumentation.enable()
  const { createServer } = createRequire(import.meta.url)('node:http') as typeof import('node:http')
  const server = createServer((_, response) => {
    const taken = response as unknown as ReturnType<typeof exchange>['response']
    taken.writeHead()
    taken.finish()
  })
  return () => {
    const { request, response } = exchange()
    server.emit('request', request as never, response as never)
  }
}

async function fastify(plugin?: (app: FastifyInstance) => unknown): Promise<FastifyInstance> {
  const app = Fastify()
  if (plugin) await plugin(app)
  app.get('/users/:id', async () => ({ ok: true }))
  await app.ready()
  return app
}

export async function benchMiddlewares(): Promise<Record<string, unknown>> {
  const make = () => createMetrics({ service: 'bench', resources: false })
  const ours = httpMetrics(make()) as Middleware
  const bundle = promBundle({
    includeMethod: true,
    includePath: true,
    includeStatusCode: true,
    autoregister: false,
    promRegistry: new Registry()
  }) as unknown as Middleware
  let count = 0
  const express = await rounds(
    {
      bare: () => serve(undefined),
      ours: () => {
        serve(ours)
        if (++count % 64 === 0) drain()
      },
      'express-prom-bundle': () => serve(bundle),
      otel: otelServer()
    },
    20_000,
    15
  )
  const bare = await fastify()
  const mine = await fastify((app) => app.register(fastifyHttpMetrics(make()) as never))
  const theirs = await fastify((app) =>
    app.register(fastifyMetrics as never, { endpoint: null, defaultMetrics: { enabled: false }, promClient: undefined } as never)
  )
  const get = (app: FastifyInstance) => () => app.inject('/users/42')
  const injected = await rounds({ bare: get(bare), ours: get(mine), 'fastify-metrics': get(theirs) }, 3000, 15)
  await Promise.all([bare.close(), mine.close(), theirs.close()])
  return {
    express: added(express, ['express-prom-bundle', 'otel']),
    fastify: added(injected, ['fastify-metrics'])
  }
}

/** What each adds to a request, and ours over the fastest of the others. */
function added(figures: Figures, peers: string[]): Record<string, unknown> {
  const over = (name: string) => fixed(median(figures[name]!.map((value, round) => value - figures['bare']![round]!)) / 1000, 2)
  const fastest = [...peers].sort((a, b) => over(a) - over(b))[0]!
  return {
    addedMicroseconds: Object.fromEntries(['ours', ...peers].map((name) => [name, over(name)])),
    fastest,
    overFastest: share(figures, ['ours', 'bare'], [fastest, 'bare'])
  }
}
