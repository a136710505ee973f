// Models: errors, rate limits, budgets, prices.
import type { Model } from '../config/model.js'
import { wholeFalls } from './around.js'
import { quantileOf, rateOf } from './expr.js'
import { kit, m, type Phase } from './kit.js'
import type { Alert } from './types.js'

const CALLS = 'rag_llm_calls_total'
const MODEL = 'gen_ai_request_model'
const AT = { [MODEL]: 'large' }

export function llmAlerts(model: Model): Alert[] {
  const { limits } = model
  const { climb, counter, gauge, histogram } = kit(model)
  const calls = (phases: readonly (readonly [rate: number, failing: number, length: string])[], outcome = 'error') => [
    counter(
      CALLS,
      phases.map(([rate, failing, length]): Phase => [rate * (1 - failing), length]),
      { ...AT, outcome: 'ok' }
    ),
    counter(
      CALLS,
      phases.map(([rate, failing, length]): Phase => [rate * failing, length]),
      { ...AT, outcome }
    )
  ]
  const limited = { ...AT, kind: 'tokens', gen_ai_provider_name: 'openai' }
  const utilisation = 'rag_llm_rate_limit_utilisation_ratio'
  return [
    {
      name: 'LlmErrorRate',
      sentence: `Within 10 minutes more than ${limits.llmErrors} of the calls of a service to a model failed or timed out, at more than ${limits.llmCalls} calls per second, for 5 minutes.`,
      priority: 'P1',
      type: 'availability',
      expr: `${rateOf(`${CALLS}{outcome=~"error|timeout"}`, '10m', MODEL)} / (${rateOf(CALLS, '10m', MODEL)} > ${limits.llmCalls}) > ${limits.llmErrors}`,
      for: '5m',
      summary: 'Calls of {{ $labels.service }} to {{ $labels.gen_ai_request_model }} fail',
      impact: '{{ $value | humanizePercentage }} of the calls fail; their answers are missing or come from a fallback.',
      dashboard: 'spend',
      runbook: {
        causes: ['the provider has an outage', 'the key or the model name is no longer valid', 'the account ran out of credit'],
        look: [`sum by (gen_ai_request_model, outcome) (rate(${CALLS}[5m]))`, 'rate(rag_llm_reroutes_total[5m])'],
        act: ['Look at the status page of the provider; switch the failover on or to another model.']
      },
      tests: [
        {
          title: 'a tenth above, then healthy',
          series: calls([
            [1, limits.llmErrors * 1.1, m(40)],
            [1, 0, m(30)]
          ]),
          expect: 'quiet 5m, fires 7m, fires 39m, quiet 45m',
          labels: AT
        },
        {
          title: 'time-outs, and the window needs its time',
          series: calls(
            [
              [1, 0, m(40)],
              [1, limits.llmErrors * 2, m(40)]
            ],
            'timeout'
          ),
          expect: 'quiet 49m, fires 52m',
          labels: AT
        },
        { title: 'a tenth below', series: calls([[1, limits.llmErrors * 0.9, m(40)]]), expect: 'quiet 39m' },
        wholeFalls({
          limit: limits.llmErrors,
          window: '10m',
          hold: '5m',
          labels: AT,
          series: (phases) => calls(phases.map(([whole, part, length]) => [whole, part / whole, length] as const))
        }),
        { title: 'too few calls', series: calls([[limits.llmCalls * 0.9, 1, m(40)]]), expect: 'quiet 39m' },
        { title: 'just enough calls', series: calls([[limits.llmCalls * 1.1, 1, m(40)]]), expect: 'fires 39m', labels: AT },
        { title: 'aborted by the user', series: calls([[1, 0.5, m(40)]], 'aborted'), expect: 'quiet 39m' }
      ]
    },
    {
      name: 'LlmRateLimitForecast',
      sentence: `More than ${limits.rateLimitUsed} of a rate limit is used and at the pace of the last 15 minutes it is used up within ${limits.rateLimitMinutes} minutes; so for 3 minutes.`,
      priority: 'P2',
      type: 'saturation',
      expr: `predict_linear(${utilisation}{service!=""}[15m], ${limits.rateLimitMinutes * 60}) > 1 and ${utilisation} > ${limits.rateLimitUsed}`,
      for: '3m',
      summary: 'The rate limit of {{ $labels.gen_ai_request_model }} will be reached',
      impact:
        'In a quarter of an hour demand is {{ $value | humanizePercentage }} of the limit for {{ $labels.kind }}; calls beyond it are refused.',
      dashboard: 'spend',
      runbook: {
        causes: ['growing traffic', 'longer prompts', 'a batch job on the same account'],
        look: ['rag_llm_rate_limit_used / rag_llm_rate_limit', 'sum by (service) (rate(rag_llm_tokens_total[5m]))'],
        act: ['Stop batch jobs; use the cache; ask for a higher limit.']
      },
      tests: [
        {
          title: 'climbs: quiet until the limit is within the horizon',
          // Three tenths in the horizon: from 0.7 on, nine minutes after 0.525.
          series: [climb(utilisation, limited, 0.525, (0.3 * 60) / limits.rateLimitMinutes, 0.35)],
          expect:
            limits.rateLimitMinutes === 15 && limits.rateLimitUsed <= 0.5
              ? 'quiet 11m, fires 12m'
              : `fires ${m(Math.ceil(limits.rateLimitMinutes + 4))}`,
          labels: { ...limited, instance: 'a:9464' }
        },
        {
          title: 'reaches it only later',
          series: [climb(utilisation, limited, 0.52, 0.8, 0.5)],
          expect: 'quiet 15m, quiet 20m'
        },
        {
          title: 'jumps to a little less than the least use',
          series: [
            gauge(
              utilisation,
              [
                [0, m(20)],
                [limits.rateLimitUsed * 0.96, m(20)]
              ],
              limited
            )
          ],
          expect: 'quiet 28m, quiet 35m'
        },
        {
          title: 'rises steeply past the least use',
          series: [climb(utilisation, limited, 0.1, 3.6, 0.2)],
          expect: 'fires 11m',
          labels: { ...limited, instance: 'a:9464' }
        },
        { title: 'high but steady', series: [gauge(utilisation, [[0.9, m(60)]], limited)], expect: 'quiet 40m' },
        {
          title: 'rose, then level: the window forgets',
          series: [climb(utilisation, limited, 0.5, 3, 0.15), gauge('up', [[1, m(40)]])],
          expect: 'fires 7m, quiet 15m',
          labels: { ...limited, instance: 'a:9464' }
        },
        {
          title: 'one jump, then level for longer than the window',
          series: [
            gauge(
              utilisation,
              [
                [0.55, m(20)],
                [0.8, m(40)]
              ],
              limited
            )
          ],
          expect: 'fires 27m, quiet 38m',
          labels: { ...limited, instance: 'a:9464' }
        }
      ]
    },
    {
      name: 'LlmRateLimited',
      sentence: `Within 5 minutes a provider refused more than ${limits.rateLimited} as many calls as were made to a model because of its rate limit, for 5 minutes.`,
      priority: 'P2',
      type: 'saturation',
      expr: `${rateOf('rag_llm_rate_limited_total', '5m', MODEL)} / (${rateOf(CALLS, '5m', MODEL)} > 0) > ${limits.rateLimited}`,
      for: '5m',
      summary: '{{ $labels.gen_ai_request_model }} refuses calls of {{ $labels.service }}',
      impact: '{{ $value | humanizePercentage }} of the calls are refused at first and wait for a retry or fail.',
      dashboard: 'spend',
      runbook: {
        causes: ['traffic above the limit of the account'],
        look: ['rag_llm_rate_limit_reset_seconds', 'sum by (service) (rate(rag_llm_retries_total[5m]))'],
        act: ['Pace the callers; move batch work; ask for a higher limit.']
      },
      tests: [
        {
          title: 'a tenth above, then none',
          series: [
            ...calls([[1, 0, m(60)]]),
            counter(
              'rag_llm_rate_limited_total',
              [
                [limits.rateLimited * 1.1, m(20)],
                [0, m(40)]
              ],
              AT
            )
          ],
          expect: 'quiet 5m, fires 7m, fires 19m, quiet 23m',
          labels: AT
        },
        {
          title: 'none, then twice as many',
          series: [
            ...calls([[1, 0, m(60)]]),
            counter(
              'rag_llm_rate_limited_total',
              [
                [0, m(20)],
                [limits.rateLimited * 2, m(40)]
              ],
              AT
            )
          ],
          expect: 'quiet 27m, fires 29m',
          labels: AT
        },
        {
          title: 'a tenth below',
          series: [...calls([[1, 0, m(20)]]), counter('rag_llm_rate_limited_total', [[limits.rateLimited * 0.9, m(20)]], AT)],
          expect: 'quiet 19m'
        },
        wholeFalls({
          limit: limits.rateLimited,
          window: '5m',
          hold: '5m',
          labels: AT,
          series: (phases) => [
            ...calls(phases.map(([whole, , length]) => [whole, 0, length] as const)),
            counter(
              'rag_llm_rate_limited_total',
              phases.map(([, part, length]): Phase => [part, length]),
              AT
            )
          ]
        }),
        {
          title: 'no calls any more',
          series: [...calls([[0, 0, m(20)]]), counter('rag_llm_rate_limited_total', [[1, m(20)]], AT)],
          expect: 'quiet 19m'
        }
      ]
    },
    {
      name: 'LlmSlowFirstToken',
      sentence: `Within 10 minutes one streamed answer in twenty of a model began later than ${limits.llmFirstTokenSeconds} s, for 10 minutes.`,
      priority: 'P2',
      type: 'latency',
      expr: `${quantileOf(0.95, 'gen_ai_client_operation_time_to_first_chunk_seconds', '10m', MODEL)} > ${limits.llmFirstTokenSeconds}`,
      for: '10m',
      summary: '{{ $labels.gen_ai_request_model }} answers late',
      impact: 'One answer in twenty begins after more than {{ $value | humanizeDuration }}.',
      dashboard: 'spend',
      runbook: {
        causes: ['the provider is loaded', 'longer prompts', 'no prompt caching'],
        look: [
          'histogram_quantile(0.95, sum by (le, gen_ai_request_model) (rate(gen_ai_client_token_usage_bucket{gen_ai_token_type="input"}[10m])))'
        ],
        act: ['Compare the length of prompts with last week; try another region or model.']
      },
      tests: [
        {
          title: 'one in ten begins late, then none',
          series: histogram(
            'gen_ai_client_operation_time_to_first_chunk_seconds',
            [
              [{ 1: 9, [limits.llmFirstTokenSeconds * 1.4]: 1 }, m(40)],
              [{ 1: 10 }, m(30)]
            ],
            AT
          ),
          expect: 'quiet 10m, fires 12m, fires 39m, quiet 47m',
          labels: AT
        },
        {
          title: 'one in ten from now on: half of the window is enough',
          series: histogram(
            'gen_ai_client_operation_time_to_first_chunk_seconds',
            [
              [{ 1: 10 }, m(40)],
              [{ 1: 9, [limits.llmFirstTokenSeconds * 1.4]: 1 }, m(40)]
            ],
            AT
          ),
          expect: 'quiet 54m, fires 57m',
          labels: AT
        },
        {
          title: 'one in thirty begins late',
          series: histogram(
            'gen_ai_client_operation_time_to_first_chunk_seconds',
            [[{ 1: 29, [limits.llmFirstTokenSeconds * 1.4]: 1 }, m(40)]],
            AT
          ),
          expect: 'quiet 39m'
        },
        {
          title: 'all begin just in time',
          series: histogram(
            'gen_ai_client_operation_time_to_first_chunk_seconds',
            [[{ [limits.llmFirstTokenSeconds * 0.9]: 1 }, m(40)]],
            AT
          ),
          expect: 'quiet 39m'
        }
      ]
    },
    {
      name: 'LlmFailover',
      sentence: 'Within 10 minutes a call was answered by another model than asked for because the first one failed, for 5 minutes.',
      priority: 'P3',
      type: 'availability',
      expr: `${rateOf('rag_llm_reroutes_total{reason=~"failover_.+"}', '10m', 'reason')} > 0`,
      for: '5m',
      summary: '{{ $labels.service }} answers from its fallback model',
      impact: '{{ $value | humanize }} calls a second go to the fallback; quality and price differ.',
      dashboard: 'spend',
      runbook: {
        causes: ['the first provider fails or limits'],
        look: ['sum by (reason) (rate(rag_llm_reroutes_total[10m]))'],
        act: ['Nothing while the fallback holds; see LlmErrorRate for the first provider.']
      },
      tests: [
        {
          title: 'for some minutes, then no more',
          series: [
            counter(
              'rag_llm_reroutes_total',
              [
                [0, m(20)],
                [0.1, m(20)],
                [0, m(30)]
              ],
              { reason: 'failover_status' }
            )
          ],
          expect: 'quiet 19m, quiet 24m, fires 27m, fires 48m, quiet 52m',
          labels: { reason: 'failover_status' }
        },
        {
          title: 'rerouted by plan',
          series: [counter('rag_llm_reroutes_total', [[0.1, m(40)]], { reason: 'downgraded' })],
          expect: 'quiet 30m'
        }
      ]
    }
  ]
}
