// The same service with what teams use today, tuned: one span a request, one line a request, asynchronous log destination.
const { NodeTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-node')
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http')
const { resourceFromAttributes } = require('@opentelemetry/resources')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { trace } = require('@opentelemetry/api')

const framework = process.argv[2]
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici')
const instrumentations = [new UndiciInstrumentation()]
if (framework === 'express') {
  const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
  const { ExpressInstrumentation, ExpressLayerType } = require('@opentelemetry/instrumentation-express')
  instrumentations.push(
    new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true }),
    new ExpressInstrumentation({
      ignoreLayersType: [ExpressLayerType.MIDDLEWARE, ExpressLayerType.ROUTER, ExpressLayerType.REQUEST_HANDLER]
    })
  )
}
const processor = new BatchSpanProcessor(new OTLPTraceExporter(), {
  maxQueueSize: 65_536,
  maxExportBatchSize: 512,
  scheduledDelayMillis: 500
})
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'bench', 'service.version': '1.0.0' }),
  spanProcessors: [processor]
})
provider.register()
registerInstrumentations({ tracerProvider: provider, instrumentations })

const pino = require('pino')
const REDACT = [
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["x-api-key"]',
  'req.headers["proxy-authorization"]',
  'res.headers["set-cookie"]'
]

async function main() {
  const { answer, asked, identity, logFile, serve } = await import('./harness.mjs')
  const destination = pino.destination({ dest: logFile, sync: false, minLength: 4096 })
  const logger = pino(
    {
      base: identity,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: REDACT,
      mixin() {
        const context = trace.getActiveSpan()?.spanContext()
        return context ? { traceId: context.traceId, spanId: context.spanId } : {}
      }
    },
    destination
  )
  const register = require('prom-client').register
  let port
  if (framework === 'express') port = await listenExpress(logger)
  else port = await listenFastify(logger)
  await serve({
    listen: () => Promise.resolve(port),
    flush: async () => {
      await processor.forceFlush()
      await new Promise((resolve) => destination.flush(resolve))
    },
    metrics: () => register.metrics()
  })

  async function listenExpress() {
    const express = require('express')
    const app = express()
    app.use(
      require('pino-http')({
        logger,
        genReqId: (request) => request.headers['x-request-id'],
        serializers: {
          req: ({ id, method, url, headers }) => ({ id, method, url, headers }),
          res: ({ statusCode }) => ({ statusCode })
        },
        customProps: (request) => ({ route: request.route?.path })
      })
    )
    app.use(
      require('express-prom-bundle')({
        includeMethod: true,
        includePath: true,
        autoregister: false,
        normalizePath: (request) => (request.route ? request.baseUrl + request.route.path : 'unmatched'),
        httpDurationMetricName: 'http_request_duration_seconds'
      })
    )
    app.get('/users/:id', (request, response) => response.json(answer(request.params.id)))
    app.get('/ask/:id', async (request, response) => response.json(await asked(request.params.id, fetch)))
    const server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    return server.address().port
  }

  async function listenFastify() {
    const fastify = require('fastify')
    const { FastifyOtelInstrumentation } = require('@fastify/otel')
    const otel = new FastifyOtelInstrumentation({ registerOnInitialization: false, instrumentHooks: false, instrumentHandler: false })
    otel.setTracerProvider(provider)
    const app = fastify({
      loggerInstance: logger.child(
        {},
        {
          serializers: {
            req: ({ id, method, url, headers }) => ({ id, method, url, headers }),
            res: ({ statusCode }) => ({ statusCode })
          }
        }
      ),
      disableRequestLogging: true,
      requestIdHeader: 'x-request-id'
    })
    await app.register(otel.plugin())
    await app.register(require('fastify-metrics'), {
      endpoint: null,
      defaultMetrics: { enabled: false },
      routeMetrics: { registeredRoutesOnly: false }
    })
    app.addHook('onResponse', (request, reply, done) => {
      request.log.info({ req: request, res: reply, route: request.routeOptions.url, responseTime: reply.elapsedTime }, 'request completed')
      done()
    })
    app.get('/users/:id', (request) => Promise.resolve(answer(request.params.id)))
    app.get('/ask/:id', (request) => asked(request.params.id, fetch))
    await app.listen({ port: 0, host: '127.0.0.1' })
    return app.server.address().port
  }
}
main()
