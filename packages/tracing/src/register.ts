// `node --import @rag/tracing/register app.js`: traces what the process answers and sends, set up by the standard `OTEL_*` variables alone.
import { observeGlobals, resourceAttributes } from '@rag/core'
import { observeEveryServer } from '@rag/core/every-server'
import { type Environment, isDisabled, setVariables } from './options.js'
import { startTracing } from './start-tracing.js'

/** Not twice, however often it is required and imported. */
const STARTED = Symbol.for('@rag/tracing/register/1')
const carrier = globalThis as { [STARTED]?: boolean }

const env = setVariables(process.env)
if (!carrier[STARTED] && !isDisabled(env)) {
  carrier[STARTED] = true
  try {
    const tracing = startTracing({ service: serviceName(env) })
    observeEveryServer([tracing.observer])
    observeGlobals([tracing.observer])
  } catch (error) {
    // Nobody wrote a call that could be corrected: the application runs, untraced.
    process.emitWarning(`Tracing has not started: ${String(error)}`, { type: 'RagTelemetryWarning', code: 'RAG_TRACING_REGISTER' })
  }
}

/** The name in the standard variables, made plain. */
function serviceName(env: Environment): string {
  const name = env['OTEL_SERVICE_NAME'] || resourceAttributes(env['OTEL_RESOURCE_ATTRIBUTES'])['service.name'] || 'unknown_service:node'
  return name.replace(/[^\w.:/-]+/g, '-').slice(0, 100)
}
