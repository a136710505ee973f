// Tracing that does nothing, for `tracing: false`: the same type, no exporter, nothing registered.
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import type { Account } from '@rag/core'
import type { Tracing } from './start-tracing.js'

/** A {@link Tracing} that records nothing. */
export function noopTracing({ service = 'none' }: { service?: string } = {}): Tracing {
  const account = (): Account => ({ recorded: 0, exported: 0, dropped: 0, queued: 0 })
  let provider: NodeTracerProvider | undefined
  return {
    observer: { id: '@rag/tracing', service },
    get provider() {
      return (provider ??= new NodeTracerProvider())
    },
    source: { read() {} },
    account,
    flush: async () => account(),
    shutdown: async () => account(),
    recent: () => []
  }
}
