// Makes the parts: each with its own options and the identity, the masker and the observers of the whole.
import { createMasker, type Masker, type Observers, observerList } from '@rag/core'
import { createMeter, type Meter, noopMeter } from '@rag/llm-meter'
import { createLogger, type LogControl, type Logger, logControl, noopLogger } from '@rag/logger'
import { createMetrics, type Metrics, noopMetrics } from '@rag/metrics'
import { noopTracing, startTracing, type Tracing } from '@rag/tracing'
import type { Identity, ObservabilityOptions } from './options.js'

export interface Parts {
  masker: Masker
  logger: Logger
  logs: LogControl
  metrics: Metrics
  tracing: Tracing
  meter: Meter
  /** In the order in which they see an operation; tracing first, so that a line finds its trace id. */
  observers: Observers
}

export function makeParts(options: ObservabilityOptions, identity: Identity): Parts {
  const masker = isMasker(options.mask) ? options.mask : createMasker(options.mask === false ? NO_RULES : options.mask)
  const shared = { ...identity, mask: masker }
  const logger =
    options.logger === false ? noopLogger() : isPino(options.logger) ? options.logger : createLogger({ ...shared, ...options.logger })
  const logs = logControl(logger)
  const metrics =
    options.metrics === false
      ? noopMetrics()
      : createMetrics(isRegistry(options.metrics) ? { ...shared, registry: options.metrics } : { ...shared, ...options.metrics })
  const tracing = options.tracing === false ? noopTracing() : startTracing({ ...shared, ...options.tracing })
  const observers = observerList([tracing.observer, logs.observer, metrics.observer])
  const meter = options.llm === false ? noopMeter() : createMeter({ mask: masker, observers, ...options.llm })
  for (const source of [logs.source, tracing.source, masker.source]) metrics.observer.source?.(source)
  return { masker, logger, logs, metrics, tracing, meter, observers }
}
