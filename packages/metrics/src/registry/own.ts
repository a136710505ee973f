// The registry of an application without prom-client: metrics made for prom-client can register here, and `metrics()` is the whole page.
import { CONTENT_TYPES } from '../exposition/format.js'
import type { RegistryLike } from './types.js'

interface Registered {
  name: string
  reset?(): void
  get(): unknown
}

/** A registry that needs no library; it has the methods of prom-client's that applications use. */
export interface OwnRegistry extends RegistryLike {
  registerMetric(metric: object): void
  removeSingleMetric(name: string): void
  getMetricsAsJSON(): Promise<unknown[]>
  resetMetrics(): void
  clear(): void
  metrics(): Promise<string>
}

export function ownRegistry(page: () => Promise<string>): OwnRegistry {
  const metrics = new Map<string, Registered>()
  return {
    contentType: CONTENT_TYPES.prometheus,
    registerMetric(metric: object) {
      const registered = metric as Registered
      const present = metrics.get(registered.name)
      if (present && present !== registered) throw new Error(`A metric with the name ${registered.name} has already been registered.`)
      metrics.set(registered.name, registered)
    },
    getSingleMetric: (name) => metrics.get(name),
    getMetricsAsArray: () => [...metrics.values()],
    getMetricsAsJSON: () => Promise.all([...metrics.values()].map((metric) => metric.get())),
    removeSingleMetric(name) {
      metrics.delete(name)
    },
    resetMetrics() {
      for (const metric of metrics.values()) metric.reset?.()
    },
    clear() {
      metrics.clear()
    },
    metrics: page
  }
}
