// The services with what teams use today: pino-http, prom-client's middlewares and OpenTelemetry's instrumentations, which peers-hook.mjs starts.
import { trace } from '@opentelemetry/api'
import promBundle from 'express-prom-bundle'
import fastifyMetrics from 'fastify-metrics'
import { pino } from 'pino'
import { pinoHttp } from 'pino-http'
import { Histogram, register } from 'prom-client'
import { observability as bare } from './bare.js'

const REDACT = ['authorization', 'cookie', '["x-api-key"]', '["proxy-authorization"]'].map((name) =>
  name.startsWith('[') ? `req.headers${name}` : `req.headers.${name}`
)
const serializers = {
  req: ({ id, method, url, headers }: { id?: unknown; method?: string; url?: string; headers?: object }) => ({ id, method, url, headers }),
  res: ({ statusCode }: { statusCode?: number }) => ({ statusCode })
}
type Next = (error?: unknown) => void
interface Replied {
  readonly elapsedTime: number
}
interface Asked {
  readonly log: { info(fields: object, text: string): void }
  readonly routeOptions: { readonly url?: string }
}
interface App {
  register(plugin: unknown, options: object): unknown
  addHook(name: 'onResponse', hook: (request: Asked, reply: Replied, done: () => void) => void): unknown
}
interface HonoContext {
  readonly req: { readonly method: string; readonly path: string }
  readonly res: { readonly status: number }
}

export function observability({ service, version }: { service: string; version?: string }) {
  const logger = pino({
    base: { service, version },
    redact: REDACT,
    serializers,
    mixin() {
      const span = trace.getActiveSpan()?.spanContext()
      return span ? { traceId: span.traceId, spanId: span.spanId } : {}
    }
  })
  const express = () => {
    const lines = pinoHttp({
      logger,
      serializers,
      customProps: (request) => ({ route: (request as { route?: { path: string } }).route?.path })
    })
    const metrics = promBundle({
      includeMethod: true,
      includePath: true,
      autoregister: false,
      httpDurationMetricName: 'http_request_duration_seconds'
    })
    return (request: never, response: never, next: Next) => {
      lines(request, response)
      metrics(request, response, next)
    }
  }
  const fastify = (app: App, _options: unknown, done: () => void) => {
    app.register(fastifyMetrics, { endpoint: null, defaultMetrics: { enabled: false }, routeMetrics: { registeredRoutesOnly: false } })
    app.addHook('onResponse', (request, reply, ended) => {
      request.log.info({ req: request, res: reply, route: request.routeOptions.url, responseTime: reply.elapsedTime }, 'request completed')
      ended()
    })
    done()
  }
  const hono = () => {
    const labelNames = ['method', 'status_code', 'path']
    const duration = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Seconds of a request.',
      labelNames,
      registers: [register]
    })
    return async ({ req, res }: HonoContext, next: () => Promise<void>) => {
      const start = performance.now()
      await next()
      const ms = performance.now() - start
      duration.observe({ method: req.method, status_code: res.status, path: req.path }, ms / 1000)
      logger.info({ req: { method: req.method, url: req.path }, res: { statusCode: res.status }, responseTime: ms }, 'request completed')
    }
  }
  return {
    ...bare({ service, ...(version !== undefined && { version }) }),
    logger,
    express,
    fastify: Object.assign(fastify, { [Symbol.for('skip-override')]: true }),
    hono
  }
}
