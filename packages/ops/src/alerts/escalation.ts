// When nobody reacts: a P1 that fires for too long is raised again, as P0 with SMS.
import { duration, seconds } from '../config/duration.js'
import type { Model } from '../config/model.js'
import type { Alert } from './types.js'

export function escalationAlerts(model: Model): Alert[] {
  const after = seconds(model.escalateAfter)
  const { service, environment } = { service: model.services[0]!.name, environment: model.environment }
  const source = { alertname: 'DependencyDown', priority: 'P1', alertstate: 'firing', service, environment }
  const forState = { alertname: 'DependencyDown', priority: 'P1', service, environment }
  const fires = (from: number, length: number) => [
    { metric: 'ALERTS', labels: source, samples: (step: number) => window(from, length, step, 1) },
    { metric: 'ALERTS_FOR_STATE', labels: forState, samples: (step: number) => window(from, length, step, from * 60) }
  ]
  const minutes = after / 60
  return [
    {
      name: 'Unanswered',
      alone: true,
      sentence: `A P1 has been active for more than ${model.escalateAfter} and still fires.`,
      priority: 'P0',
      type: 'availability',
      // Two P1 of one service stay two notices because the name of the source becomes a label.
      expr: `label_replace(ALERTS{alertstate="firing", priority="P1"} and on (alertname, service, environment) (time() - ALERTS_FOR_STATE{priority="P1"} > ${after / model.timeScale}), "source_alert", "$1", "alertname", "(.+)")`,
      summary: 'Nobody has reacted to {{ $labels.source_alert }} of {{ $labels.service }}',
      impact: `{{ $labels.source_alert }} has been active for more than ${model.escalateAfter}; its own notice says who is hit.`,
      dashboard: 'overview',
      runbook: {
        causes: ['the page was not seen', 'the one on call needs help'],
        look: ['ALERTS{alertstate="firing"}'],
        act: ['Take the incident over and say so in the channel.', 'While somebody works on it, silence it by service and source_alert.']
      },
      tests: [
        {
          title: 'fires for longer than the escalation waits, then ends',
          series: fires(5, minutes + 20),
          expect: `quiet ${duration((minutes + 4) * 60)}, fires ${duration((minutes + 7) * 60)}, quiet ${duration((minutes + 35) * 60)}`,
          labels: { source_alert: 'DependencyDown' }
        },
        {
          title: 'ends in time',
          series: fires(5, minutes - 5),
          expect: `quiet ${duration((minutes + 1) * 60)}, quiet ${duration((minutes + 20) * 60)}`
        }
      ]
    }
  ]
}

function window(from: number, length: number, step: number, value: number): (number | null)[] {
  const start = (from * 60) / step
  return [...(Array(Math.round(start)).fill(null) as null[]), ...(Array(Math.round((length * 60) / step)).fill(value) as number[])]
}
