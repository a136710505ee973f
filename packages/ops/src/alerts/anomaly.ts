// Dynamic thresholds: figures outside the band of the same hour of past weeks.
import type { Model } from '../config/model.js'
import { type Band, bands } from '../rules/bands.js'
import { kit } from './kit.js'
import type { Alert, Scenario, Series } from './types.js'

const NAMES = { rag_llm_tokens: 'TokenUseAnomaly', rag_http_requests: 'TrafficAnomaly', rag_http_mean_seconds: 'LatencyAnomaly' } as const
const TYPES = { rag_llm_tokens: 'cost', rag_http_requests: 'availability', rag_http_mean_seconds: 'latency' } as const
const DAY = 86_400

export function anomalyAlerts(model: Model): Alert[] {
  const { limits } = model
  return bands.map((band): Alert => {
    const up = band.name !== 'rag_http_requests'
    const score = `service:${band.name}:score`
    const traffic = band.name === 'rag_llm_tokens' ? 'service:rag_llm_tokens:mean1h' : 'service:rag_http_requests:mean1h'
    // A drop is judged by what there should be, a rise by what there is.
    const enough = up ? traffic : 'service:rag_http_requests:baseline'
    return {
      name: NAMES[band.name as keyof typeof NAMES],
      sentence: `${band.title}, as a mean of 1 hour, ${up ? 'lie above' : 'lie below'} the median of the same hour of 3 past weeks by more than ${limits.anomalyScore} robust deviations, at more than ${limits.anomalyTraffic} a second; for 30 minutes.`,
      priority: 'P2',
      type: TYPES[band.name as keyof typeof TYPES],
      expr: `${score} ${up ? `> ${limits.anomalyScore}` : `< -${limits.anomalyScore}`} and on (service, environment) (${enough} > ${limits.anomalyTraffic})`,
      for: '30m',
      keepFiringFor: '30m',
      summary: `${band.title} of {{ $labels.service }} are not as usual at this hour`,
      impact: '{{ $value | humanize }} robust deviations from the usual; the band on the dashboard shows how much that is.',
      dashboard: 'anomalies',
      runbook: {
        causes: ['a campaign, a holiday or a new client', 'a loop', 'a release', 'callers that cannot reach the service'],
        look: [`service:${band.name}:mean1h`, `service:${band.name}:baseline`],
        act: ['Compare with the release markers and with the other bands: what moved together has one cause.']
      },
      tests: scenarios(model, band, up, limits.anomalyScore, limits.anomalyTraffic)
    }
  })
}

function scenarios(model: Model, band: Band, up: boolean, score: number, least: number): Scenario[] {
  const sign = up ? 1 : -1
  // Quiet days have no residual, so the spread is its floor: a tenth of the baseline.
  const off = (share: number) => 1 + sign * 0.1 * score * share
  const season = (second: number) => 1 + 0.5 * Math.sin((second / DAY) * 2 * Math.PI)
  const build = (level: number, factor: (second: number) => number, days = 23, requests = 1) =>
    feed(model, band, (second) => level * season(second) * factor(second), days, requests)
  // Traffic is judged as a mean of the hour before: what is measured of a rise, what is usual of a drop.
  const measured = season(22.2 * DAY - 1800) * (up ? off(1.4) : 1)
  const during = (from: number, to: number, factor: number) => (second: number) => (second >= from * DAY && second < to * DAY ? factor : 1)
  const at = (days: number) => `${Math.round(days * 24 * 2) / 2}h`.replace(/^(\d+)\.5h$/, '$1h30m')
  const level = band.name === 'rag_http_mean_seconds' ? 0.4 : 5
  // A day that drifts away from the usual: seen as a mean of the hour before, half of its hours are nearer than 13.5 of 24.
  const drift = (part: number) => 0.035 + 0.14 * part
  const restless = (times: number) => (second: number) => {
    const day = second / DAY - 21.125
    const away = day >= 1 && day < 1.25 ? score * 1.4826 * drift(13.5 / 24) * times : day >= 0 && day < 1 ? drift(day) : 0
    return 1 + (sign * away) / season(second)
  }
  // Three weeks that differ at that hour; the one in the middle is what is usual.
  const weeks = (factors: readonly number[], now: number) => (second: number) =>
    factors.reduce((usual, factor, week) => usual * during(15 - 7 * week, 15.25 - 7 * week, factor)(second), during(22, 22.25, now)(second))
  return [
    ...(
      [
        ['a little beyond the spread of a restless day', 1.08, 'fires'],
        ['a little within the spread of a restless day', 0.92, 'quiet']
      ] as const
    ).map(([title, times, state]) => ({ title, step: '30m', series: build(level, restless(times)), expect: `${state} 533h` })),
    ...(
      [
        ['last week', [1, 1.3, 0.7], 1.03, 'fires'],
        ['the week before the last', [1.3, 1, 0.7], 1.03, 'fires'],
        ['the third week', [1.3, 0.7, 1], 1.03, 'fires'],
        ['a little within the band of last week', [1, 1.3, 0.7], 0.97, 'quiet']
      ] as const
    ).map(([title, factors, times, state]) => ({
      title: `weeks that differ: ${title}`,
      step: '30m',
      series: build(level, weeks(factors, off(times))),
      expect: `${state} ${at(22.2)}`
    })),
    {
      title: 'a fifth beyond the band for six hours, then as usual',
      step: '15m',
      series: build(level, during(22, 22.25, off(1.2))),
      expect: `quiet ${at(21.9)}, quiet 529h15m, fires 529h30m, fires ${at(22.15)}, fires ${at(22.25)}, quiet ${at(22.4)}`
    },
    {
      title: 'a fifth within the band',
      step: '30m',
      series: build(level, during(22, 22.25, off(0.8))),
      expect: `quiet ${at(22.15)}, quiet ${at(22.25)}`
    },
    {
      title: 'the other way',
      step: '30m',
      series: build(level, during(22, 22.25, 1 - sign * 0.1 * Math.min(score * 1.2, 9))),
      expect: `quiet ${at(22.2)}`
    },
    {
      title: 'no three weeks of memory',
      step: '30m',
      series: build(level, during(12, 12.25, off(1.5)), 13),
      expect: `quiet ${at(12.2)}`
    },
    ...(band.name === 'rag_http_mean_seconds'
      ? (
          [
            ['hardly any traffic', 0.9, 'quiet'],
            ['just enough traffic', 1.1, 'fires']
          ] as const
        ).map(([title, times, state]) => ({
          title,
          step: '30m',
          series: build(level, during(22, 22.25, off(1.4)), 23, least * times),
          expect: `${state} ${at(22.2)}`
        }))
      : [
          {
            title: 'hardly any traffic',
            step: '30m',
            series: build((least * 0.92) / measured, during(22, 22.25, off(1.4))),
            expect: `quiet ${at(22.2)}`
          },
          {
            title: 'just enough traffic',
            step: '30m',
            series: build((least * 1.08) / measured, during(22, 22.25, off(1.4))),
            expect: `fires ${at(22.2)}`
          }
        ])
  ]
}

/** The series behind a band that make it take these values. */
function feed(model: Model, band: Band, value: (second: number) => number, days: number, requests: number): Series[] {
  const { target } = kit(model)
  const grown = (rate: (second: number) => number) => (step: number) => {
    let total = 0
    return Array.from({ length: (days * DAY) / step }, (_, index) => {
      const now = Number(total.toPrecision(12))
      total += rate(index * step) * step
      return now
    })
  }
  const series = (metric: string, labels: Record<string, string>, rate: (second: number) => number): Series => ({
    metric,
    labels: { ...target, ...labels },
    samples: grown(rate)
  })
  if (band.name === 'rag_llm_tokens') return [series('rag_llm_tokens_total', { kind: 'input' }, value)]
  if (band.name === 'rag_http_requests') return [series('rag_http_server_requests_total', { status_class: '2xx' }, value)]
  return [
    series('http_server_request_duration_seconds_sum', {}, (second) => value(second) * requests),
    series('http_server_request_duration_seconds_count', {}, () => requests),
    series('rag_http_server_requests_total', { status_class: '2xx' }, () => requests)
  ]
}
