// Anomaly bands: where a figure lies beside the same hour of past weeks, robustly.
// score = |value - median of 1, 2 and 3 weeks ago| / spread, spread = 1.4826 x MAD of a day of residuals, at least 10 % of the baseline
// (Rousseeuw and Croux, "Alternatives to the Median Absolute Deviation", 1993, for the factor).
import { BY, rateOf } from '../alerts/expr.js'
import type { Recording } from './recording.js'

export interface Band {
  readonly name: string
  readonly title: string
  readonly value: string
  readonly unit: string
}

/** The figures that have a band. */
export const bands: readonly Band[] = [
  { name: 'rag_llm_tokens', title: 'LLM tokens per second', value: rateOf('rag_llm_tokens_total', '1h'), unit: 'short' },
  { name: 'rag_http_requests', title: 'Requests per second', value: rateOf('rag_http_server_requests_total', '1h'), unit: 'reqps' },
  {
    name: 'rag_http_mean_seconds',
    title: 'Mean duration of requests',
    value: `${rateOf('http_server_request_duration_seconds_sum', '1h')} / (${rateOf('http_server_request_duration_seconds_count', '1h')} > 0)`,
    unit: 's'
  }
]

/** Value, baseline, spread and score of a band. */
export function bandRules({ name, value }: Band): Recording[] {
  const series = `service:${name}:mean1h`
  const weeks = [1, 2, 3].map((week) => `label_replace(${series} offset ${week}w, "week", "${week}", "", "")`).join(' or ')
  return [
    { record: series, expr: value },
    { record: `service:${name}:baseline`, expr: `quantile by (${BY}) (0.5, ${weeks})` },
    { record: `service:${name}:residual`, expr: `abs(${series} - service:${name}:baseline)` },
    {
      record: `service:${name}:spread`,
      expr: `(1.4826 * quantile_over_time(0.5, service:${name}:residual[1d]) > 0.1 * service:${name}:baseline) or 0.1 * service:${name}:baseline`
    },
    // Without three weeks of memory there is no score, so nothing fires in the first days.
    {
      record: `service:${name}:score`,
      expr: `(${series} - service:${name}:baseline) / (service:${name}:spread > 0) and ${series} offset 3w`
    }
  ]
}
