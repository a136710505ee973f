// The service alone, with nothing but what carries a trace, or with this SDK and the signals asked for.
import { AsyncLocalStorage } from 'node:async_hooks'
import { answer, asked, framework, identity, logFile, serve, signals, wants } from './harness.mjs'

/** The floor: a context, and in it the header that takes the trace on to the service behind. Nothing is made, read or recorded. */
const context = (signals === 'context' || signals === 'bare-records') && new AsyncLocalStorage()
/** The same with a line and a histogram by pino and prom-client alone, each made as its request ends: nothing masked, no span. */
const record = signals === 'bare-records' ? await bareRecords() : () => {}
const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
let obs
if (signals !== 'bare' && !context) {
  const { observability } = await import('@rag/observability')
  // The lines of the peers wait too, until 4 KB are together; by default ours do not.
  const buffer = wants('unbuffered') ? 0 : '100ms'
  obs = observability({
    ...identity,
    logger: wants('logs') && { destination: { file: logFile, buffer }, http: { headers: true } },
    metrics: wants('metrics') ? {} : false,
    tracing: wants('traces') && { exporter: 'otlp', incoming: 'trust' },
    llm: false
  })
}

await serve({
  listen: framework === 'express' ? listenExpress : listenFastify,
  flush: () => obs?.flush(),
  metrics: () => obs?.metrics.text(),
  dropped: () => obs?.tracing.account().dropped ?? 0
})

async function bareRecords() {
  const { default: pino } = await import('pino')
  const { default: client } = await import('prom-client')
  const logger = pino({ base: identity }, pino.destination({ dest: logFile, sync: false, minLength: 4096 }))
  const labelNames = ['method', 'route', 'status_code']
  const histogram = new client.Histogram({ name: 'http_request_duration_seconds', help: 'Duration of requests', labelNames })
  return (request, response, routeOf) => {
    const start = performance.now()
    response.once('close', () => {
      const ms = performance.now() - start
      const { method, url, headers } = request
      const { statusCode } = response
      const route = routeOf()
      logger.info({ method, url, headers, route, statusCode, durationMs: ms }, 'request completed')
      histogram.observe({ method, route, status_code: statusCode }, ms / 1000)
    })
  }
}

function sender() {
  return obs ? obs.fetch : context ? (input) => context.run({}, fetch, input, { headers }) : fetch
}

async function listenExpress() {
  const { default: express } = await import('express')
  const app = express()
  if (obs) app.use(obs.express())
  if (context) {
    app.use((request, response, next) => {
      record(request, response, () => request.route?.path)
      context.run({}, next)
    })
  }
  app.get('/users/:id', (request, response) => response.json(answer(request.params.id)))
  const send = sender()
  app.get('/ask/:id', async (request, response) => response.json(await asked(request.params.id, send)))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return server.address().port
}

async function listenFastify() {
  const { default: fastify } = await import('fastify')
  const app = fastify(obs ? { loggerInstance: obs.logger, disableRequestLogging: true } : {})
  if (obs) await app.register(obs.fastify)
  if (context) {
    app.addHook('onRequest', (request, reply, done) => {
      record(request.raw, reply.raw, () => request.routeOptions.url)
      context.run({}, done)
    })
  }
  app.get('/users/:id', (request) => Promise.resolve(answer(request.params.id)))
  const send = sender()
  app.get('/ask/:id', (request) => asked(request.params.id, send))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server.address().port
}
