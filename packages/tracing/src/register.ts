// `node --import @rag/tracing/register app.js`: traces what the process answers and sends, set up by the standard `OTEL_*` variables alone.
import { observeGlobals } from '@rag/core'
import { observeEveryServer } from '@rag/core/every-server'
import { envResource } from './options.js'
import { startTracing } from './start-tracing.js'

/** Not twice, however often it is required and imported. */
const STARTED = Symbol.for('@rag/tracing/register/1')
const carrier = globalThis as { [STARTED]?: boolean }

if (!carrier[STARTED]) {
  carrier[STARTED] = true
  const { env } = process
  const tracing = startTracing({ service: env['OTEL_SERVICE_NAME'] || envResource(env)['service.name'] || 'unknown_service:node' })
  observeEveryServer([tracing.observer])
  observeGlobals([tracing.observer])
}
