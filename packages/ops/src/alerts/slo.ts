// Service levels: error and latency budgets that burn, with a guard for low traffic.
import type { Model, Service } from '../config/model.js'
import { fastBudget } from '../rules/budgets.js'
import { BY, increaseOf } from './expr.js'
import { kit, m, type Phase } from './kit.js'
import type { Alert, Scenario } from './types.js'
import { leastErrors, twoWindows } from './windows.js'

// The objective is one a service, whatever its environment.
const OF = 'on (service) group_left ()'
const REQUESTS = 'rag_http_server_requests_total'
const BURN_ACT = [
  'Open the routes by error share on the dashboard: one route is a bug, all routes are a dependency.',
  'If a release is younger than the errors, roll it back.'
]
const BURN_CAUSES = ['a release that fails', 'a dependency that is down or slow', 'a client that sends what the service cannot take']

export function sloAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, histogram } = kit(model)
  const [first] = model.services as [Service]
  const { availability } = first
  const budget = 1 - availability
  /** Requests of which a share fails. */
  const traffic = (phases: readonly (readonly [rate: number, failing: number, length: string])[]) => [
    counter(
      REQUESTS,
      phases.map(([rate, failing, length]): Phase => [rate * (1 - failing), length]),
      { status_class: '2xx' }
    ),
    counter(
      REQUESTS,
      phases.map(([rate, failing, length]): Phase => [rate * failing, length]),
      { status_class: '5xx' }
    )
  ]
  const speeds = (
    phases: readonly (readonly [share: number, length: string, volume?: number])[],
    { name: service, latency: { seconds } }: Service = first
  ) =>
    histogram(
      'http_server_request_duration_seconds',
      phases.map(([share, length, volume = 4]) => [
        { [seconds / 2]: 2.5 * volume * (1 - share), [seconds * 3]: 2.5 * volume * share },
        length
      ]),
      { service }
    )
  const burn = (record: string, budgetRecord: string, factor: number, long: string, short: string) =>
    `${record}${long} > ${OF} (${factor} * ${budgetRecord}) and ${record}${short} > ${OF} (${factor} * ${budgetRecord})`
  const fastly = (factor: number) => (factor === limits.burnFast ? 'fast_' : '')
  const errors = (factor: number, long: string, short: string) =>
    `${burn('service:rag_http_errors:ratio_rate', `service:rag_slo_error_${fastly(factor)}budget:ratio`, factor, long, short)} and ${increaseOf(`${REQUESTS}{status_class="5xx"}`, long)} >= ${limits.minimumErrors}`
  const slowness = (factor: number, long: string, short: string) =>
    burn('service:rag_http_slow:ratio_rate', `service:rag_slo_slow_${fastly(factor)}budget:ratio`, factor, long, short)
  const burning = (factor: number, long: string, short: string, hold: string, step: string) => [
    ...twoWindows({
      share: at(factor),
      most: 1,
      long,
      short,
      hold,
      step,
      series: (phases) => traffic(phases.map(([share, length, volume = 4]) => [volume * 2.5, share, length] as const))
    }),
    ...leastErrors(limits.minimumErrors, { long, hold, step }, (rate, length) => traffic([[rate, 1, length]]))
  ]
  // A share of requests that burns at a factor, held below certainty for loose objectives.
  const shareAt = (factor: number, budget: number) =>
    Math.min(0.95, factor * (factor < limits.burnFast * 0.8 ? budget : fastBudget(model, budget)))
  const at = (factor: number) => shareAt(factor, budget)
  const slowAt = (factor: number, { latency }: Service = first) => shareAt(factor, 1 - latency.share)
  /** For one service of each bound: services that share a bound share a selector. */
  const slowing = (factor: number, long: string, short: string, hold: string, step: string): Scenario[] =>
    [...new Map([...model.services].reverse().map((service) => [service.latency.seconds, service])).values()].flatMap((service) =>
      twoWindows({
        share: slowAt(factor, service),
        most: 0.98,
        long,
        short,
        hold,
        step,
        series: (phases) => speeds(phases, service)
      }).map((scenario) => ({ ...scenario, title: `${service.name}: ${scenario.title}`, labels: { service: service.name } }))
    )

  return [
    {
      name: 'ErrorBudgetBurnFast',
      sentence: `In the last hour and in the last 5 minutes requests failed at more than ${limits.burnFast} times the rate that the error budget allows, at least ${limits.minimumErrors} of them in the hour, for 2 minutes.`,
      priority: 'P1',
      type: 'availability',
      expr: errors(limits.burnFast, '1h', '5m'),
      for: '2m',
      summary: '{{ $labels.service }} fails {{ $value | humanizePercentage }} of its requests',
      impact:
        '{{ $value | humanizePercentage }} of requests of the last hour failed; at this rate the budget of a month is gone in two days.',
      dashboard: 'overview',
      runbook: { causes: BURN_CAUSES, look: ['topk(5, route:rag_http_requests:rate5m{status_class="5xx"})'], act: BURN_ACT },
      tests: [
        {
          title: 'a tenth above the fast rate for 70 minutes, then healthy',
          series: traffic([
            [10, at(limits.burnFast * 1.1), m(70)],
            [10, 0, m(60)]
          ]),
          expect: 'fires 4m, fires 65m, quiet 77m'
        },
        {
          title: 'healthy for an hour, then a complete outage: the hour fills first',
          series: traffic([
            [10, 0, m(60)],
            [10, at(limits.burnFast) * 12, m(30)]
          ]),
          expect: 'quiet 63m, quiet 66m, fires 70m'
        },
        {
          title: 'a tenth below the fast rate',
          series: traffic([[10, at(limits.burnFast * 0.9), m(90)]]),
          expect: 'quiet 30m, quiet 89m'
        },
        ...burning(limits.burnFast, '1h', '5m', '2m', '1m')
      ]
    },
    {
      name: 'ErrorBudgetBurn',
      sentence: `In the last 6 hours and in the last 30 minutes requests failed at more than ${limits.burnMid} times the rate that the error budget allows, at least ${limits.minimumErrors} of them, for 5 minutes.`,
      priority: 'P1',
      type: 'availability',
      expr: errors(limits.burnMid, '6h', '30m'),
      for: '5m',
      summary: '{{ $labels.service }} fails {{ $value | humanizePercentage }} of its requests for hours',
      impact:
        '{{ $value | humanizePercentage }} of requests of the last six hours failed; at this rate the budget of a month is gone in five days.',
      dashboard: 'overview',
      runbook: { causes: BURN_CAUSES, look: ['topk(5, route:rag_http_requests:rate5m{status_class="5xx"})'], act: BURN_ACT },
      tests: [
        {
          title: 'a tenth above for seven hours, then healthy',
          step: '5m',
          series: traffic([
            [10, at(limits.burnMid * 1.1), '7h'],
            [10, 0, '2h']
          ]),
          expect: 'fires 410m, quiet 475m'
        },
        {
          title: 'healthy for six hours, then failing at twelve times the rate',
          step: '5m',
          series: traffic([
            [10, 0, '6h'],
            [10, at(limits.burnMid * 12), '1h']
          ]),
          expect: 'quiet 385m, fires 405m'
        },
        {
          title: 'a tenth below',
          step: '5m',
          series: traffic([[10, at(limits.burnMid * 0.9), '7h']]),
          expect: 'quiet 300m, quiet 415m'
        },
        {
          title: 'waits five minutes',
          series: traffic([[10, at(limits.burnMid * 3), m(15)]]),
          expect: 'quiet 5m, fires 8m'
        },
        ...burning(limits.burnMid, '6h', '30m', '5m', '5m')
      ]
    },
    ...(
      [
        ['ErrorBudgetBurnSlow', limits.burnSlow, '1d', '2h', 'ten days', '3d'],
        ['ErrorBudgetTrickle', limits.burnTrickle, '3d', '6h', 'a month', '8d']
      ] as const
    ).map(
      ([name, factor, long, short, gone, length]): Alert => ({
        name,
        sentence: `Over ${long} and over ${short} requests failed at more than ${factor} times the rate that the error budget allows, at least ${limits.minimumErrors} of them, for an hour.`,
        priority: 'P3',
        type: 'availability',
        expr: errors(factor, long, short),
        for: '1h',
        summary: '{{ $labels.service }} loses its error budget slowly',
        impact: `{{ $value | humanizePercentage }} of requests failed; at this rate the budget of a month is gone in ${gone}.`,
        dashboard: 'overview',
        runbook: {
          causes: BURN_CAUSES,
          look: ['topk(5, route:rag_http_requests:rate5m{status_class="5xx"})'],
          act: ['No hurry: put it into this week, before a fast burn finds no budget left.']
        },
        tests: [
          {
            title: 'a tenth above, then healthy',
            step: name === 'ErrorBudgetTrickle' ? '1h' : '30m',
            series: traffic([
              [1, at(factor * 1.1), length],
              [1, 0, length]
            ]),
            expect:
              name === 'ErrorBudgetTrickle' ? 'quiet 1h, fires 4h, fires 191h, quiet 200h' : 'quiet 30m, fires 2h, fires 71h, quiet 76h'
          },
          {
            title: 'a tenth below',
            step: name === 'ErrorBudgetTrickle' ? '1h' : '30m',
            series: traffic([[1, at(factor * 0.9), length]]),
            expect: `quiet 20h, quiet ${long === '1d' ? '71h' : '191h'}`
          },
          {
            title: 'healthy, then burning fast: the long window needs its time',
            step: name === 'ErrorBudgetTrickle' ? '1h' : '30m',
            series: traffic([
              [1, 0, length],
              [1, at(factor * 8), '36h']
            ]),
            expect: `quiet ${name === 'ErrorBudgetTrickle' ? '199h' : '74h'}, fires ${name === 'ErrorBudgetTrickle' ? '204h' : '78h'}`
          },
          ...burning(factor, long, short, '1h', '30m')
        ]
      })
    ),
    {
      name: 'LatencyBudgetBurnFast',
      sentence: `In the last hour and in the last 5 minutes more than ${limits.burnFast} times the allowed share (at most four in five) of requests was slower than the bound of the objective, for 2 minutes.`,
      priority: 'P1',
      type: 'latency',
      expr: slowness(limits.burnFast, '1h', '5m'),
      for: '2m',
      summary: '{{ $value | humanizePercentage }} of requests of {{ $labels.service }} are slow',
      impact: '{{ $value | humanizePercentage }} of requests of the last hour took longer than the objective allows.',
      dashboard: 'overview',
      runbook: {
        causes: ['a slow dependency or model', 'an event loop that is blocked', 'a release that does more work'],
        look: ['topk(5, route:rag_http_duration_seconds:p95)'],
        act: ['Compare the routes: follow an exemplar of the slow one into its trace.']
      },
      tests: [
        {
          title: 'a tenth above for 70 minutes, then quick',
          series: speeds([
            [slowAt(limits.burnFast * 1.1), m(70)],
            [0, m(30)]
          ]),
          expect: 'quiet 2m, fires 4m, fires 65m, quiet 77m'
        },
        {
          title: 'a tenth below',
          series: speeds([[slowAt(limits.burnFast * 0.9), m(70)]]),
          expect: 'quiet 20m, quiet 69m'
        },
        {
          title: 'quick for an hour, then slow',
          series: speeds([
            [0, m(60)],
            [0.98, m(70)]
          ]),
          expect: 'quiet 70m, quiet 90m, fires 118m'
        },
        ...slowing(limits.burnFast, '1h', '5m', '2m', '1m')
      ]
    },
    {
      name: 'LatencyBudgetBurnSlow',
      sentence: `Over 1 day and over 2 hours more than ${limits.burnSlow} times the allowed share of requests was slower than the bound of the objective, for an hour.`,
      priority: 'P3',
      type: 'latency',
      expr: slowness(limits.burnSlow, '1d', '2h'),
      for: '1h',
      summary: '{{ $labels.service }} is slower than promised',
      impact: '{{ $value | humanizePercentage }} of requests of the last day took longer than the objective allows.',
      dashboard: 'overview',
      runbook: {
        causes: ['growth of data or traffic', 'a cache that hits less', 'a slower model'],
        look: ['topk(5, route:rag_http_duration_seconds:p95)'],
        act: ['Plan it: profile the slowest route, or change the objective with those who rely on it.']
      },
      tests: [
        {
          title: 'a tenth above for three days, then quick',
          step: '30m',
          series: speeds([
            [slowAt(limits.burnSlow * 1.1), '3d'],
            [0, '1d']
          ]),
          expect: 'quiet 30m, fires 120m, fires 72h, quiet 76h'
        },
        {
          title: 'a tenth below',
          step: '30m',
          series: speeds([[slowAt(limits.burnSlow * 0.9), '3d']]),
          expect: 'quiet 20h, quiet 70h'
        },
        {
          title: 'quick for three days, then slow',
          step: '30m',
          series: speeds([
            [0, '3d'],
            [0.98, '1d']
          ]),
          expect: 'quiet 74h, fires 80h'
        },
        ...slowing(limits.burnSlow, '1d', '2h', '1h', '30m')
      ]
    },
    {
      name: 'LowTrafficSustainedErrors',
      sentence: `A service with less than ${limits.lowTrafficRate} requests per second failed at least ${limits.lowTrafficErrors} requests within 6 hours and more than one in ten of them, for 15 minutes.`,
      priority: 'P2',
      type: 'availability',
      expr: `${increaseOf(`${REQUESTS}{status_class="5xx"}`, '6h')} >= ${limits.lowTrafficErrors} and ${increaseOf(REQUESTS, '6h')} < ${limits.lowTrafficRate * 21_600} and service:rag_http_errors:ratio_rate6h > 0.1`,
      for: '15m',
      summary: '{{ $labels.service }} keeps failing its few callers',
      impact: '{{ $value | humanize }} requests failed within six hours, more than one in ten.',
      dashboard: 'overview',
      runbook: { causes: BURN_CAUSES, look: [`sum by (${BY}, http_route) (increase(${REQUESTS}{status_class="5xx"}[6h]))`], act: BURN_ACT },
      tests: [
        {
          title: 'half of few requests fail for six hours, then none',
          step: '5m',
          series: traffic([
            [(limits.lowTrafficErrors * 1.2) / 10_800, 0.5, '6h'],
            [0.02, 0, '9h']
          ]),
          expect: 'quiet 4h, fires 330m, quiet 13h'
        },
        {
          title: 'a tenth too few failures, for hours',
          step: '5m',
          series: traffic([[(limits.lowTrafficErrors * 0.9) / 10_800, 0.5, '13h']]),
          expect: 'quiet 355m, quiet 12h30m'
        },
        { title: 'one in twelve fails', step: '5m', series: traffic([[0.1, 1 / 12, '6h']]), expect: 'quiet 355m' },
        { title: 'one in eight fails', step: '5m', series: traffic([[0.1, 1 / 8, '6h']]), expect: 'fires 355m' },
        { title: 'busy service', step: '5m', series: traffic([[limits.lowTrafficRate * 1.2, 0.5, '6h']]), expect: 'quiet 355m' },
        {
          title: 'just below busy',
          step: '5m',
          series: traffic([[limits.lowTrafficRate * 0.9, 0.5, '13h']]),
          expect: 'quiet 5m, quiet 15m, fires 20m, fires 12h30m'
        }
      ]
    }
  ]
}
