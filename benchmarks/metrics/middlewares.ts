// What a middleware adds to a request, without sockets: Express over a bare exchange, Fastify by injection.
import { EventEmitter } from 'node:events'
import { drain } from '@rag/core'
import { createMetrics } from '@rag/metrics'
import { httpMetrics } from '@rag/metrics/express'
import { httpMetrics as fastifyHttpMetrics } from '@rag/metrics/fastify'
import promBundle from 'express-prom-bundle'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifyMetrics from 'fastify-metrics'
import { Registry } from 'prom-client'
import { rounds, share } from './rounds.js'

const HEADERS = { host: '127.0.0.1', accept: 'application/json', 'user-agent': 'bench', 'x-request-id': 'req-1' }
type Middleware = (request: never, response: never, next: () => void) => unknown

/** An exchange that both middlewares take for a finished one. */
function serve(middleware: Middleware | undefined): void {
  const request = Object.assign(new EventEmitter(), {
    method: 'GET',
    url: '/users/42',
    originalUrl: '/users/42',
    baseUrl: '',
    path: '/users/42',
    headers: HEADERS,
    httpVersion: '1.1',
    route: { path: '/users/:id' },
    complete: true,
    socket: Object.assign(new EventEmitter(), { remoteAddress: '127.0.0.1' })
  })
  const response = Object.assign(new EventEmitter(), {
    req: request,
    headersSent: false,
    finished: false,
    statusCode: 200,
    writableFinished: true,
    getHeader: () => undefined,
    hasHeader: () => false,
    setHeader() {},
    writeHead() {
      this.headersSent = true
    }
  })
  if (middleware) middleware(request as never, response as never, () => response.writeHead())
  else response.writeHead()
  response.finished = true
  response.emit('finish')
  response.emit('close')
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
      bundle: () => serve(bundle)
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
    express: { overExpressPromBundle: share(express, ['ours', 'bare'], ['bundle', 'bare']) },
    fastify: { overFastifyMetrics: share(injected, ['ours', 'bare'], ['fastify-metrics', 'bare']) }
  }
}
