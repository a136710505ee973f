// The service alone, with nothing but what carries a trace, with the records made by hand, or with this SDK and the signals asked for.
import { AsyncLocalStorage } from 'node:async_hooks'
import { answer, asked, framework, identity, logFile, serve, signals, wants } from './harness.mjs'

/** The floor: a context, and in it the header that takes the trace on to the service behind. Nothing is made, read or recorded. */
const context = signals === 'context' && new AsyncLocalStorage()
const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
const byHand = signals === 'by-hand' && (await import('./by-hand.mjs')).recordByHand(identity, logFile)
let obs
if (signals !== 'bare' && !context && !byHand) {
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
  flush: () => (byHand || obs)?.flush(),
  metrics: () => (byHand ? byHand.metrics() : obs?.metrics.text()),
  dropped: () => obs?.tracing.account().dropped ?? 0
})

function sender() {
  return byHand || obs ? (byHand || obs).fetch : context ? (input) => context.run({}, fetch, input, { headers }) : fetch
}

async function listenExpress() {
  const { default: express } = await import('express')
  const app = express()
  if (obs) app.use(obs.express())
  if (context) app.use((_request, _response, next) => context.run({}, next))
  if (byHand) app.use((request, response, next) => byHand.request(request, response, () => request.route?.path, next))
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
  if (context) app.addHook('onRequest', (_request, _reply, done) => context.run({}, done))
  if (byHand) app.addHook('onRequest', ({ raw, routeOptions }, reply, done) => byHand.request(raw, reply.raw, () => routeOptions.url, done))
  app.get('/users/:id', (request) => Promise.resolve(answer(request.params.id)))
  const send = sender()
  app.get('/ask/:id', (request) => asked(request.params.id, send))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server.address().port
}
