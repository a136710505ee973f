// Makes the parts: each with its own options and the identity, the masker and the observers of the whole.
import { createMasker, failureSource, type Masker, type Observers, observerList } from '@rag/core'
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
  /** Tracing first: whoever comes later finds the span made. */
  observers: Observers
}

export function makeParts(options: ObservabilityOptions, identity: Identity): Parts {
  const masker = isMasker(options.mask) ? options.mask : options.mask === false ? PASS : createMasker(options.mask)
  const shared = { ...identity, mask: masker }
  const logger = options.logger === false ? noopLogger() : isLogger(options.logger) ? options.logger : createLogger({ ...shared, ...options.logger })
  const logs = logControl(logger)
  const metrics = options.metrics === false ? noopMetrics() : createMetrics({ ...shared, ...(isRegistry(options.metrics) ? { registry: options.metrics } : options.metrics) })
  const tracing = options.tracing === false ? noopTracing() : startTracing({ ...shared, ...options.tracing })
  const observers = observerList([tracing.observer, logs.observer, metrics.observer])
  const meter = options.llm === false ? noopMeter() : createMeter({ mask: masker, observers, ...options.llm })
  for (const source of [logs.source, tracing.source, masker.source, failureSource]) metrics.observer.source?.(source)
  return { masker, logger, logs, metrics, tracing, meter, observers }
}

/** `mask: false`: every exit as the application wrote it. */
const PASS: Masker = { ...createMasker(), mask: ((value: unknown) => value) as Masker['mask'] }

function isMasker(mask: ObservabilityOptions['mask']): mask is Masker {
  return typeof (mask as Masker | undefined)?.mask === 'function'
}

function isLogger(logger: ObservabilityOptions['logger']): logger is Logger {
  return typeof (logger as Logger | undefined)?.child === 'function' && typeof (logger as Logger).info === 'function'
}

function isRegistry(metrics: ObservabilityOptions['metrics']): metrics is object & { registerMetric: unknown } {
  return typeof (metrics as { registerMetric?: unknown } | undefined)?.registerMetric === 'function'
}
