// The application's own metrics join the catalogue, so that its dashboards and rules are checked too.
import { catalogue, type MetricDefinition } from '@rag/core/catalogue'
import { fail } from './fail.js'
import type { OpsConfig } from './types.js'

/** Definitions by name; a name of the SDK is refused. */
export function ownMetrics(metrics: NonNullable<OpsConfig['metrics']>): Record<string, MetricDefinition> {
  const own: Record<string, MetricDefinition> = {}
  for (const [index, metric] of metrics.entries()) {
    const at = `metrics[${index}]`
    if (!/^[a-zA-Z_:][\w:]*$/.test(metric.name ?? ''))
      fail(`${at}.name`, metric.name, 'this is no metric name', 'use letters, digits and _')
    if (metric.name in catalogue || metric.name in own) fail(`${at}.name`, metric.name, 'the name is taken', 'choose another one')
    if (!['counter', 'gauge', 'histogram'].includes(metric.kind))
      fail(`${at}.kind`, metric.kind, 'no such kind', 'use counter, gauge or histogram')
    own[metric.name] = { ...metric, from: 'application' }
  }
  return own
}
