// What a registry of prom-client, or of its successor, looks like from here.

/** A registry by shape; nothing of prom-client is imported. */
export interface RegistryLike {
  readonly contentType: string
  registerMetric(metric: never): void
  getSingleMetric(name: string): unknown
  getMetricsAsArray(): unknown[]
  metrics(): Promise<string> | string
}
