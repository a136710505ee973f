// Makes the parts: each with its own options and the identity, the masker and the observers of the whole.
import { type Masker, type Observers, observerList, resolveMasker } from '@rag/core'
import { createMeter, type Meter, noopMeter } from '@rag/llm-meter'
import { createLogger, type LogControl, type Logger, logControl, noopLogger } from '@rag/logger'
import { createMetrics, type Metrics, noopMetrics, type RegistryLike } from '@rag/metrics'
import { noopTracing, startTracing, type Tracing } from '@rag/tracing'
import type { Identity, LoggerPart, ObservabilityOptions } from './options.js'

export interface Parts {
  masker: Masker
  logger: Logger
  logs: LogControl
  metrics: Metrics<RegistryLike>
  tracing: Tracing
  meter: Meter
  /** Tracing first: whoever comes later finds the span made. */
  observers: Observers
}

export function makeParts(options: ObservabilityOptions, identity: Identity): Parts {
  const masker = resolveMasker(options.mask)
  const shared = { ...identity, mask: masker }
  const { logger, logs } = makeLogger(options.logger, shared)
  const registry = isRegistry(options.metrics) ? { registry: options.metrics } : options.metrics
  const metrics = registry === false ? (noopMetrics() as Metrics<RegistryLike>) : createMetrics<RegistryLike>({ ...shared, ...registry })
  const tracing = options.tracing === false ? noopTracing() : startTracing({ ...shared, signals: false, ...options.tracing })
  const observers = observerList([tracing.observer, logs.observer, metrics.observer])
  const meter = options.llm === false ? noopMeter() : createMeter({ mask: masker, observers, ...options.llm })
  for (const source of [logs.source, tracing.source]) metrics.observer.source?.(source)
  return { masker, logger, logs, metrics, tracing, meter, observers }
}

function makeLogger(option: ObservabilityOptions['logger'], shared: Identity & { mask: Masker }): Pick<Parts, 'logger' | 'logs'> {
  if (option === false || isLogger(option)) {
    const logger = option === false ? noopLogger() : option
    return { logger, logs: logControl(logger) }
  }
  const { http, ...own } = option ?? ({} as LoggerPart)
  const logger = createLogger({ ...shared, signals: false, ...own })
  return { logger, logs: logControl(logger, http) }
}

function isLogger(logger: ObservabilityOptions['logger']): logger is Logger {
  return typeof (logger as Logger | undefined)?.child === 'function' && typeof (logger as Logger).info === 'function'
}

function isRegistry(metrics: ObservabilityOptions['metrics']): metrics is RegistryLike {
  return typeof (metrics as { registerMetric?: unknown } | undefined)?.registerMetric === 'function'
}
