// What createMetrics() takes is checked here.
import { RagError } from '@rag/core'
import type { RegistryLike } from './registry/types.js'

/** @throws RagError `RAG_METRICS_OPTION` */
export function limitOf(option: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RagError('RAG_METRICS_OPTION', {
    option,
    value,
    problem: 'this is no number of label sets',
    fix: `give a whole number above 0, or leave it out for ${otherwise}`
  })
}

/** @throws RagError `RAG_METRICS_REGISTRY` */
export function checkRegistry<R extends RegistryLike>(registry: R): R {
  const shape = registry as Partial<RegistryLike> | null
  if (
    typeof shape?.registerMetric === 'function' &&
    typeof shape.getSingleMetric === 'function' &&
    typeof shape.getMetricsAsArray === 'function'
  )
    return registry
  throw new RagError('RAG_METRICS_REGISTRY', {
    option: 'registry',
    problem: 'this is no registry of prom-client',
    fix: 'pass `register` or `new Registry()` of prom-client, or leave the option out'
  })
}
