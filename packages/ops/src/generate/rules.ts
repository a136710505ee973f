// Prometheus recording and alerting rules, one file an area.
import { alertAreas } from '../alerts/index.js'
import type { Alert } from '../alerts/types.js'
import { duration, seconds } from '../config/duration.js'
import type { Model } from '../config/model.js'
import { scaleExpression } from '../promql/scale.js'
import { type RecordingGroup, recordingGroups } from '../rules/recording.js'
import type { Artifacts } from './types.js'
import { yaml } from './yaml.js'

export interface RuleDocument {
  groups: { name: string; interval?: string; rules: Record<string, unknown>[] }[]
}

export function generateRules(model: Model): Artifacts {
  const files: Record<string, string> = {}
  for (const group of recordingGroups(model)) files[`prometheus/rules/${group.name}.rules.yml`] = yaml(recordingDocument(model, [group]))
  for (const { area, alerts } of alertAreas(model)) files[`prometheus/rules/${area}.rules.yml`] = yaml(alertDocument(model, area, alerts))
  return files
}

/** Recording groups as Prometheus reads them. */
export function recordingDocument(model: Model, groups: readonly RecordingGroup[]): RuleDocument {
  return {
    groups: groups.map(({ name, interval, rules }) => ({
      name,
      interval: scaled(model, interval),
      rules: rules.map(({ record, expr, labels }) => ({ record, expr: scaleExpression(expr, model.timeScale), ...(labels && { labels }) }))
    }))
  }
}

/** Alerts of an area as Prometheus reads them. */
export function alertDocument(model: Model, area: string, alerts: readonly Alert[]): RuleDocument {
  return { groups: [{ name: area, rules: alerts.map((alert) => alertRule(model, alert)) }] }
}

/** One alerting rule. */
function alertRule(model: Model, alert: Alert): Record<string, unknown> {
  return {
    alert: alert.name,
    expr: scaleExpression(alert.expr, model.timeScale),
    ...(alert.for && { for: scaled(model, alert.for) }),
    ...(alert.keepFiringFor && { keep_firing_for: scaled(model, alert.keepFiringFor) }),
    labels: { priority: alert.priority, type: alert.type },
    annotations: {
      summary: alert.summary,
      impact: alert.impact,
      affected: `{{ with query (printf "service:rag_http_requests:rate5m{service=%q}" $labels.service) }}{{ . | first | value | humanize }}{{ else }}no{{ end }} requests per second at {{ or $labels.service "no single service" }}`,
      runbook_url: `${model.runbookUrl}/${alert.name}.md`,
      dashboard_url: `${model.grafanaUrl}/d/rag-${alert.dashboard}?var-service={{ or $labels.service "$__all" }}&from=now-3h&to=now`
    }
  }
}

function scaled(model: Model, length: string): string {
  return model.timeScale === 1 ? length : duration(seconds(length) / model.timeScale)
}
