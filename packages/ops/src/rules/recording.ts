// Recording rules: service levels, quantiles and the figures of ops.config.ts as series.
import { BY, boundMatcher, quantileOf, rateOf, shareOf } from '../alerts/expr.js'
import type { Model } from '../config/model.js'
import { bandRules, bands } from './bands.js'
import { fastBudget } from './budgets.js'

export interface Recording {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

export interface RecordingGroup {
  readonly name: string
  /** Evaluated this often. */
  readonly interval: string
  readonly rules: readonly Recording[]
}

const REQUESTS = 'rag_http_server_requests_total'
const DURATION = 'http_server_request_duration_seconds'
const ERROR_WINDOWS = ['5m', '10m', '30m', '1h', '2h', '6h', '1d', '3d'] as const
const SLOW_WINDOWS = ['5m', '1h', '2h', '1d'] as const

/** All groups, those that others read first. */
export function recordingGroups(model: Model): RecordingGroup[] {
  return [
    { name: 'plan', interval: '1m', rules: plan(model) },
    { name: 'requests', interval: '1m', rules: requests() },
    { name: 'error-ratios', interval: '1m', rules: errorRatios() },
    { name: 'slow-ratios', interval: '1m', rules: slowRatios(model) },
    { name: 'cache-ratios', interval: '1m', rules: cacheRatios() },
    { name: 'tracks', interval: '1m', rules: tracks() },
    { name: 'spikes', interval: '1m', rules: spikes() },
    ...bands.map((band) => ({ name: `band-${band.name.replace('rag_', '').replaceAll('_', '-')}`, interval: '2m', rules: bandRules(band) }))
  ]
}

/** What ops.config.ts promises, one constant series a figure. */
function plan(model: Model): Recording[] {
  const environment = model.environment
  return [
    ...model.services.flatMap(({ name: service, availability, latency }) => [
      constant('service:rag_expected:info', 1, { service, environment }),
      constant('service:rag_slo_error_budget:ratio', 1 - availability, { service }),
      constant('service:rag_slo_slow_budget:ratio', 1 - latency.share, { service }),
      constant('service:rag_slo_error_fast_budget:ratio', fastBudget(model, 1 - availability), { service }),
      constant('service:rag_slo_slow_fast_budget:ratio', fastBudget(model, 1 - latency.share), { service })
    ]),
    ...model.backups.flatMap(({ job, drill, rpoSeconds, rtoSeconds, drillEverySeconds }) => [
      constant('job:rag_backup_rpo:seconds', rpoSeconds, { job_name: job }),
      constant('job:rag_backup_rto:seconds', rtoSeconds, { job_name: drill }),
      constant('job:rag_backup_drill_every:seconds', drillEverySeconds, { job_name: drill })
    ]),
    ...model.budgets.map(({ name, windowSeconds }) => ({
      record: 'budget:rag_budget_reset:seconds',
      expr: `${windowSeconds} - (time() + ${offsetSeconds(model.timeZone)}) % ${windowSeconds}`,
      labels: { budget: name }
    }))
  ].map((rule) => ({ ...rule, expr: rule.expr.startsWith('vector') ? rule.expr : `vector(${rule.expr})` }))
}

function requests(): Recording[] {
  return [
    { record: 'service:rag_http_requests:rate5m', expr: rateOf(REQUESTS, '5m') },
    { record: 'route:rag_http_requests:rate5m', expr: rateOf(REQUESTS, '5m', 'http_route', 'status_class') },
    ...([0.5, 0.95, 0.99] as const).map((q) => ({
      record: `service:rag_http_duration_seconds:p${q * 100}`,
      expr: quantileOf(q, DURATION, '5m')
    })),
    { record: 'route:rag_http_duration_seconds:p95', expr: quantileOf(0.95, DURATION, '5m', 'http_route') }
  ]
}

function errorRatios(): Recording[] {
  return ERROR_WINDOWS.map((window) => ({
    record: `service:rag_http_errors:ratio_rate${window}`,
    expr: shareOf(rateOf(`${REQUESTS}{status_class="5xx"}`, window), rateOf(REQUESTS, window))
  }))
}

function slowRatios(model: Model): Recording[] {
  return SLOW_WINDOWS.map((window) => ({
    record: `service:rag_http_slow:ratio_rate${window}`,
    expr: `1 - ${shareOf(`sum by (${BY}) (${quick(model, window)})`, rateOf(`${DURATION}_count{service!=""}`, window))}`
  }))
}

function cacheRatios(): Recording[] {
  const lookups = 'rag_cache_requests_total'
  return ['10m', '6h'].map((window) => ({
    record: `cache:rag_cache_hits:ratio_rate${window}`,
    expr: shareOf(rateOf(`${lookups}{result=~"hit|stale"}`, window, 'cache'), rateOf(lookups, window, 'cache'))
  }))
}

/** Canary and stable, side by side. */
function tracks(): Recording[] {
  const of = (metric: string) => rateOf(metric, '10m', 'track')
  return [
    { record: 'track:rag_http_requests:rate10m', expr: of(`${REQUESTS}{track!=""}`) },
    {
      record: 'track:rag_http_errors:ratio_rate10m',
      expr: shareOf(of(`${REQUESTS}{track!="", status_class="5xx"}`), of(`${REQUESTS}{track!=""}`))
    },
    {
      record: 'track:rag_http_mean_seconds:rate10m',
      expr: shareOf(of(`${DURATION}_sum{track!=""}`), of(`${DURATION}_count{track!=""}`))
    }
  ]
}

/** What is compared with the day before. */
function spikes(): Recording[] {
  return [
    { record: 'service:rag_log_errors:rate15m', expr: rateOf('rag_log_events_total{level="error"}', '15m') },
    { record: 'service:rag_masked:rate15m', expr: rateOf('rag_masked_total', '15m') }
  ]
}

/** Rates of the requests within the bound of their service; services that share a bound share a selector. */
function quick(model: Model, window: string): string {
  const bounds = new Map<number, string[]>()
  for (const { name, latency } of model.services) bounds.set(latency.seconds, [...(bounds.get(latency.seconds) ?? []), name])
  return [...bounds]
    .map(([bound, names]) => `rate(${DURATION}_bucket{service=~"${names.join('|')}", ${boundMatcher(bound)}}[${window}])`)
    .join(' or ')
}

function constant(record: string, value: number, labels: Readonly<Record<string, string>>): Recording {
  return { record, expr: `vector(${Number(value.toPrecision(12))})`, labels }
}

/** Distance of the zone to UTC in seconds; in zones with summer time the budget day follows winter time. */
function offsetSeconds(timeZone: string): number {
  const winter = new Date(Date.UTC(2025, 0, 15))
  const local = new Date(winter.toLocaleString('en-US', { timeZone }))
  const utc = new Date(winter.toLocaleString('en-US', { timeZone: 'UTC' }))
  return (local.getTime() - utc.getTime()) / 1000
}
