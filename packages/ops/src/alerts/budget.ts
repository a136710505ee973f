// Budgets and prices: what is spent, what will be, and what nobody can price.
import type { Model } from '../config/model.js'
import { around } from './around.js'
import { BY, grewOrBorn } from './expr.js'
import { kit, m } from './kit.js'
import type { Alert } from './types.js'

const MODEL = 'gen_ai_request_model'
const AT = { [MODEL]: 'large' }

export function budgetAlerts(model: Model): Alert[] {
  const { limits } = model
  const { climb, counter, gauge } = kit(model)
  const budget = model.budgets[0]?.name ?? 'daily'
  const windowHours = (model.budgets[0]?.windowSeconds ?? 86_400) / 3600
  const used = (start: number, perHour: number, hours: number) => climb('rag_llm_budget_used_ratio', { budget }, start, perHour, hours)
  const alerts: Alert[] = [
    {
      name: 'LlmBudgetForecast',
      sentence: `More than ${limits.budgetMinimum} of a budget is spent and at the pace of the last hour more than ${limits.budgetForecast} of it is spent when it starts over; so for 15 minutes.`,
      priority: 'P2',
      type: 'cost',
      expr: `max by (${BY}, budget) (rag_llm_budget_used_ratio) + (max by (${BY}, budget) (deriv(rag_llm_budget_used_ratio[1h])) * on (budget) group_left () budget:rag_budget_reset:seconds) > ${limits.budgetForecast} and max by (${BY}, budget) (rag_llm_budget_used_ratio) > ${limits.budgetMinimum}`,
      for: '15m',
      summary: 'The budget {{ $labels.budget }} will not last',
      impact: '{{ $value | humanizePercentage }} of the budget will be spent when it starts over.',
      dashboard: 'spend',
      runbook: {
        causes: ['more traffic', 'longer prompts', 'a loop of an agent', 'a dearer model'],
        look: [
          'sum by (service, gen_ai_request_model) (rate(rag_llm_cost_usd_total[1h]) * 3600)',
          'sum by (service) (rate(rag_llm_calls_total[1h]))'
        ],
        act: ['Find who spends; downgrade the model or raise the budget, before callers are refused.']
      },
      tests: [
        // promtool begins at the first second of 1970: midnight UTC, so in another zone the day is partly over.
        ...(windowHours === 24
          ? (
              [
                ['a tenth above the forecast', 1.1, 'fires'],
                ['a tenth below the forecast', 0.9, 'quiet']
              ] as const
            ).map(([title, side, state]) => {
              const start = limits.budgetMinimum * 1.5
              const left = windowHours - (shiftHours(model.timeZone) % windowHours)
              const perHour = (limits.budgetForecast * side - start) / left
              return {
                title,
                step: '5m',
                series: [used(start, perHour, 2)],
                expect: `quiet 10m, ${state} 95m`,
                labels: { budget }
              }
            })
          : []),
        {
          title: 'a steep start with a little less than the least spent',
          step: '5m',
          series: [
            gauge(
              'rag_llm_budget_used_ratio',
              [
                [0, m(30)],
                [limits.budgetMinimum * 0.9, m(60)]
              ],
              { budget }
            )
          ],
          expect: 'quiet 60m, quiet 80m'
        },
        {
          title: 'a steep start, past the least',
          series: [used(limits.budgetMinimum * 1.1, 0.3, 1)],
          expect: 'quiet 15m, fires 18m',
          labels: { budget }
        },
        {
          title: 'spent fast, then not at all: the hour forgets',
          step: '5m',
          series: [
            gauge(
              'rag_llm_budget_used_ratio',
              [
                [0.2, m(60)],
                [0.5, m(240)]
              ],
              { budget }
            )
          ],
          expect: 'fires 95m, quiet 140m',
          labels: { budget }
        }
      ]
    },
    {
      name: 'LlmBudgetNearlySpent',
      sentence: `More than ${limits.budgetWarning} of a budget is spent, for 5 minutes.`,
      priority: 'P3',
      type: 'cost',
      expr: `max by (${BY}, budget) (rag_llm_budget_used_ratio) > ${limits.budgetWarning}`,
      for: '5m',
      summary: 'The budget {{ $labels.budget }} is nearly spent',
      impact: '{{ $value | humanizePercentage }} of the budget is spent.',
      dashboard: 'spend',
      runbook: {
        causes: ['as LlmBudgetForecast'],
        look: ['rag_llm_budget_used_ratio'],
        act: ['Decide whether to raise it or to let it end.']
      },
      tests: around({
        limit: limits.budgetWarning,
        hold: '5m',
        labels: { budget },
        series: (phases) => [gauge('rag_llm_budget_used_ratio', phases, { budget })]
      })
    },
    {
      name: 'LlmBudgetExceeded',
      sentence: `A budget is spent (${limits.budgetExceeded} of it or more) for 1 minute.`,
      priority: 'P1',
      type: 'cost',
      expr: `max by (${BY}, budget) (rag_llm_budget_used_ratio) >= ${limits.budgetExceeded}`,
      for: '1m',
      summary: 'The budget {{ $labels.budget }} is spent',
      impact: '{{ $value | humanizePercentage }} of the budget is spent: calls under it are refused or downgraded.',
      dashboard: 'spend',
      runbook: {
        causes: ['as LlmBudgetForecast'],
        look: ['rate(rag_llm_budget_refusals_total[5m])'],
        act: ['Raise the budget for today, or tell those whose calls are refused.']
      },
      tests: [
        ...around({
          limit: limits.budgetExceeded,
          hold: '1m',
          above: limits.budgetExceeded,
          below: limits.budgetExceeded * 0.95,
          labels: { budget },
          series: (phases) => [gauge('rag_llm_budget_used_ratio', phases, { budget })]
        }),
        {
          title: 'waits a minute',
          step: '30s',
          series: [
            gauge(
              'rag_llm_budget_used_ratio',
              [
                [0.5, m(10)],
                [1.2, m(10)]
              ],
              { budget }
            )
          ],
          expect: 'quiet 10m30s, fires 11m',
          labels: { budget }
        }
      ]
    },
    {
      name: 'LlmUnknownPrice',
      sentence: 'Within 1 hour a call was made to a model whose price is not known.',
      priority: 'P3',
      type: 'cost',
      expr: `${grewOrBorn('rag_llm_unpriced_calls_total', '1h', MODEL)} > 0`,
      summary: '{{ $labels.gen_ai_request_model }} has no price',
      impact: '{{ $value | humanize }} calls are missing from spend and budgets.',
      dashboard: 'spend',
      runbook: {
        causes: ['a new model', 'a misspelled name'],
        look: ['sum by (service, gen_ai_request_model) (increase(rag_llm_unpriced_calls_total[1h]))'],
        act: ['Give its price in the option `prices` of the meter.']
      },
      tests: [
        {
          title: 'the first ever, in a counter born with it',
          series: [
            gauge(
              'rag_llm_unpriced_calls_total',
              [
                [null, m(20)],
                [1, m(120)]
              ],
              AT
            )
          ],
          expect: 'quiet 19m, fires 21m, fires 75m, quiet 85m',
          labels: AT
        },
        {
          title: 'one after two hours of none',
          series: [
            counter(
              'rag_llm_unpriced_calls_total',
              [
                [0, m(120)],
                [1 / 60, m(1)],
                [0, m(120)]
              ],
              AT
            )
          ],
          expect: 'quiet 119m, fires 122m, fires 178m, quiet 185m',
          labels: AT
        },
        { title: 'some, yesterday', series: [gauge('rag_llm_unpriced_calls_total', [[7, m(200)]], AT)], expect: 'quiet 180m' }
      ]
    },
    {
      name: 'LlmPricesOld',
      sentence: `The price table is older than ${limits.priceAgeDays} days, for 1 hour.`,
      priority: 'P4',
      type: 'cost',
      expr: `max by (${BY}) (rag_llm_price_age_seconds) > ${limits.priceAgeDays * 86_400}`,
      for: '1h',
      summary: 'The price table of {{ $labels.service }} is old',
      impact: 'Prices are {{ $value | humanizeDuration }} old; spend may be wrong by as much as they changed.',
      dashboard: 'spend',
      runbook: {
        causes: ['the package was not updated'],
        look: ['rag_llm_price_age_seconds'],
        act: ['Update the package, or give your own prices.']
      },
      tests: around({ limit: limits.priceAgeDays * 86_400, hold: '1h', series: (phases) => [gauge('rag_llm_price_age_seconds', phases)] })
    }
  ]
  // Without a budget in ops.config.ts nothing says when one starts over.
  return alerts.filter(({ name }) => name !== 'LlmBudgetForecast' || model.budgets.length > 0)
}

function shiftHours(timeZone: string): number {
  const winter = new Date(Date.UTC(2025, 0, 15))
  const hours = (zone: string) => new Date(winter.toLocaleString('en-US', { timeZone: zone })).getTime() / 3_600_000
  return (hours(timeZone) - hours('UTC') + 24) % 24
}
