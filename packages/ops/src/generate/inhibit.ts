// What is held back: the noise of those who only suffer from a cause that is already told.
import { REMEMBERED } from '../alerts/recent.js'
import type { Model } from '../config/model.js'

const SYMPTOMS = 'availability|latency|saturation|quality'
/** Told in any case. */
/** Whose windows hold an outage for minutes after it, and whose for half an hour. */
const REMEMBER = [
  'ErrorBudgetBurnFast|LatencyBudgetBurnFast|SlowWithoutKnownCause|DependencyTimeouts',
  'ErrorBudgetBurn|ErrorBudgetBurnSlow|ErrorBudgetTrickle|LatencyBudgetBurnSlow|LowTrafficSustainedErrors|ErrorLogRate|NewErrorFingerprint|ReleaseRegressed|LlmErrorRate|Unanswered'
] as const
const OWN_CAUSE = 'ServiceDown|FatalLogged|AuditChainBroken|DependencyDown|Watchdog'

export function inhibitRules(model: Model): unknown[] {
  const callers = callersOf(model)
  return [
    {
      source_matchers: ['alertname="ServiceDown"'],
      target_matchers: ['alertname!="ServiceDown"', 'alertname!="AuditChainBroken"'],
      equal: ['service', 'environment']
    },
    {
      source_matchers: ['priority="P0"'],
      target_matchers: ['priority=~"P1|P2|P3"', `type=~"${SYMPTOMS}"`],
      equal: ['service', 'environment']
    },
    {
      source_matchers: ['alertname="ReleaseInProgress"'],
      target_matchers: ['priority=~"P3|P4"', 'alertname!="ReleaseInProgress"'],
      equal: ['service', 'environment']
    },
    {
      source_matchers: ['alertname="ErrorBudgetBurnFast"'],
      target_matchers: [
        'alertname=~"ErrorBudgetBurn|ErrorBudgetBurnSlow|ErrorBudgetTrickle|LowTrafficSustainedErrors|ErrorLogRate|NewErrorFingerprint|ReleaseRegressed"'
      ],
      equal: ['service', 'environment']
    },
    {
      source_matchers: ['alertname="ErrorBudgetBurn"'],
      target_matchers: ['alertname=~"ErrorBudgetBurnSlow|ErrorBudgetTrickle|LowTrafficSustainedErrors"'],
      equal: ['service', 'environment']
    },
    {
      source_matchers: ['alertname="LlmBudgetExceeded"'],
      target_matchers: ['alertname=~"LlmBudgetForecast|LlmBudgetNearlySpent"'],
      equal: ['service', 'environment', 'budget']
    },
    {
      source_matchers: ['alertname="LatencyBudgetBurnFast"'],
      target_matchers: ['alertname=~"LatencyBudgetBurnSlow|SlowWithoutKnownCause|LatencyAnomaly"'],
      equal: ['service', 'environment']
    },
    // A dependency is told once; whoever calls it, directly or through others, stays quiet about it.
    ...Object.entries(callers).flatMap(([dependency, services]) => {
      const victims = services.join('|')
      const sources = [`alertname="DependencyDown"`, `peer_service="${dependency}"`]
      const ofService = model.services.some(({ name }) => name === dependency)
      const targets = [
        [`service=~"${victims}"`, `type=~"${SYMPTOMS}"`, `alertname!~"${OWN_CAUSE}"`],
        ['alertname=~"DependencyDown|Unanswered"', `peer_service=~"${victims}"`]
      ]
      // The windows of the victims remember the outage for a while after it is over.
      const aftermath = (source: readonly string[], peers = victims) =>
        REMEMBERED.flatMap((within, index) =>
          [
            [`service=~"${victims}"`, `alertname=~"${REMEMBER[index]}"`],
            ['alertname=~"DependencyDown|Unanswered"', `peer_service=~"${peers}"`]
          ].map((target_matchers) => ({
            source_matchers: ['alertname="RecentCause"', ...source, `within="${within}"`],
            target_matchers,
            equal: ['environment']
          }))
        )
      return [
        ...targets.map((target_matchers) => ({ source_matchers: sources, target_matchers, equal: ['environment'] })),
        ...aftermath([`peer_service="${dependency}"`]),
        ...(ofService
          ? [
              ...[...targets, ['alertname=~"DependencyDown|Unanswered"', `peer_service="${dependency}"`]].map((target_matchers) => ({
                source_matchers: ['alertname="ServiceDown"', `service="${dependency}"`],
                target_matchers,
                equal: ['environment']
              })),
              ...aftermath([`service="${dependency}"`], `${victims}|${dependency}`)
            ]
          : [])
      ]
    })
  ]
}

/** For each dependency, the services that call it, directly or through others. */
function callersOf(model: Model): Record<string, string[]> {
  const direct = new Map<string, Set<string>>()
  for (const { name, calls } of model.services) for (const called of calls) direct.set(called, (direct.get(called) ?? new Set()).add(name))
  const all = (name: string, seen: Set<string>): Set<string> => {
    for (const caller of direct.get(name) ?? []) if (!seen.has(caller)) all(caller, seen.add(caller))
    return seen
  }
  return Object.fromEntries([...direct.keys()].sort().map((name) => [name, [...all(name, new Set())].sort()]))
}
