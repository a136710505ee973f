// One way each to watch the openai client: nothing, ours, and the peers as their documentation has it.
const { NodeTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-node')

/** Takes finished spans and keeps what the caller wants of them. */
function provider(onSpan) {
  const exporter = {
    export(spans, done) {
      if (onSpan) for (const span of spans) onSpan(span)
      done({ code: 0 })
    },
    shutdown: async () => {},
    forceFlush: async () => {}
  }
  const made = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
  made.register()
  return made
}

/** Each returns how to make a client and how to wait until everything is recorded. */
module.exports = {
  bare() {
    const { OpenAI } = require('openai')
    return { client: (options) => new OpenAI(options), flush: async () => {} }
  },
  meter(onRecord) {
    const { OpenAI } = require('openai')
    const { createMeter } = require('@rag/llm-meter')
    const meter = createMeter({ onUsage: onRecord ?? (() => {}) })
    return { client: (options) => meter.wrap(new OpenAI(options)), flush: async () => {} }
  },
  sdk(onRecord) {
    const { OpenAI } = require('openai')
    const { createMeter } = require('@rag/llm-meter')
    const { createMetrics } = require('@rag/metrics')
    const { startTracing } = require('@rag/tracing')
    const exporter = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {}, forceFlush: async () => {} }
    const tracing = startTracing({ service: 'bench', exporter })
    const observers = [createMetrics({ service: 'bench' }).observer, tracing.observer]
    const meter = createMeter({ observers, onUsage: onRecord ?? (() => {}) })
    return { client: (options) => meter.wrap(new OpenAI(options)), flush: async () => {} }
  },
  otel(onRecord) {
    const tracerProvider = provider(onRecord)
    const { registerInstrumentations } = require('@opentelemetry/instrumentation')
    const { OpenAIInstrumentation } = require('@opentelemetry/instrumentation-openai')
    registerInstrumentations({ tracerProvider, instrumentations: [new OpenAIInstrumentation()] })
    const { OpenAI } = require('openai')
    return { client: (options) => new OpenAI(options), flush: () => tracerProvider.forceFlush() }
  },
  traceloop: (onRecord) => patched(() => require('@traceloop/instrumentation-openai'), onRecord),
  openinference: (onRecord) => patched(() => require('@arizeai/openinference-instrumentation-openai'), onRecord),
  langfuse(onRecord) {
    const tracerProvider = provider(onRecord)
    require('@langfuse/tracing').setLangfuseTracerProvider(tracerProvider)
    const { observeOpenAI } = require('@langfuse/openai')
    const { OpenAI } = require('openai')
    return { client: (options) => observeOpenAI(new OpenAI(options)), flush: () => tracerProvider.forceFlush() }
  }
}

function patched(load, onRecord) {
  const tracerProvider = provider(onRecord)
  const { OpenAIInstrumentation } = load()
  const { OpenAI } = require('openai')
  const instrumentation = new OpenAIInstrumentation()
  instrumentation.setTracerProvider(tracerProvider)
  instrumentation.manuallyInstrument(OpenAI)
  return { client: (options) => new OpenAI(options), flush: () => tracerProvider.forceFlush() }
}
