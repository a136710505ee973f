// An alert on one gauge that must not stay above a level.
import type { Model } from '../config/model.js'
import { around } from './around.js'
import { kit } from './kit.js'
import type { Alert } from './types.js'

export interface Level {
  metric: string
  limit: number
  hold: string
  labels: Readonly<Record<string, string>>
  summary: string
  impact: string
  causes: readonly string[]
  look: readonly string[]
  act: readonly string[]
  expr?: string
  sentence?: string
  above?: number
  below?: number
  tests?: Alert['tests']
}

/** An alert on one gauge that must not stay above a level. */
export function level(model: Model, name: string, priority: Alert['priority'], type: Alert['type'], sentence: string, of: Level): Alert {
  return {
    name,
    sentence: of.sentence ?? sentence,
    priority,
    type,
    expr: of.expr ?? `${of.metric}{service!=""} > ${of.limit}`,
    for: of.hold,
    summary: of.summary,
    impact: of.impact,
    dashboard: 'data',
    runbook: { causes: of.causes, look: [of.metric, ...of.look], act: of.act },
    tests:
      of.tests ??
      around({
        limit: of.limit,
        hold: of.hold,
        labels: { instance: 'a:9464', ...of.labels },
        ...(of.above !== undefined && { above: of.above }),
        ...(of.below !== undefined && { below: of.below }),
        series: (phases) => [kit(model).gauge(of.metric, phases, of.labels)]
      })
  }
}
