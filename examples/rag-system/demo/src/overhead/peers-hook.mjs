// Preloaded into a service: today's stack, as its own documents say for ESM. Instrumentations first, then the SDK's face is answered by peers.ts.
import { register } from 'node:module'
import { FastifyOtelInstrumentation } from '@fastify/otel'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
register('./peers-loader.mjs', import.meta.url)

const tracerProvider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.version': '0.1.0' }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())]
})
tracerProvider.register()
const { MIDDLEWARE, ROUTER, REQUEST_HANDLER } = ExpressLayerType
const fastify = new FastifyOtelInstrumentation({ registerOnInitialization: true, instrumentHooks: false, instrumentHandler: false })
registerInstrumentations({
  tracerProvider,
  // A span for a request and one for a call, as ours: layers and hooks are left out.
  instrumentations: [
    new HttpInstrumentation(),
    new ExpressInstrumentation({ ignoreLayersType: [MIDDLEWARE, ROUTER, REQUEST_HANDLER] }),
    new UndiciInstrumentation(),
    new PgInstrumentation({ requireParentSpan: true }),
    new IORedisInstrumentation({ requireParentSpan: true }),
    new OpenAIInstrumentation(),
    fastify
  ]
})
