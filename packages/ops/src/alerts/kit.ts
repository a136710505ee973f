// Words in which scenarios are told: gauges that hold, counters that grow, histograms that see values.
import { duration, seconds } from '../config/duration.js'
import type { Model } from '../config/model.js'
import type { Series } from './types.js'

type Labels = Readonly<Record<string, string>>
/** A value (of a counter: per second) and for how long; `null` is silence, `'reset'` starts a counter over. */
export type Phase = readonly [value: number | null | 'reset', length: string]

export interface Kit {
  /** The service of the scenario, and the labels that its target has. */
  readonly service: string
  readonly target: Labels
  gauge(metric: string, phases: readonly Phase[], labels?: Labels): Series
  counter(metric: string, phases: readonly Phase[], labels?: Labels): Series
  /** A gauge that rises by so much an hour, from some hour on. */
  climb(metric: string, labels: Labels, start: number, perHour: number, hours: number, from?: number): Series
  /** Observed values and how often each is seen per second, by phase. */
  /** What is seen per second, of one in all, so that a quantile of the histogram is this value. */
  seenAt(metric: string, q: number, value: number): Readonly<Record<number, number>>
  histogram(
    metric: string,
    phases: readonly (readonly [seen: Readonly<Record<number, number>>, length: string])[],
    labels?: Labels
  ): Series[]
}

/** The words for a model: its first service speaks unless a label says otherwise. */
export function kit(model: Model): Kit {
  const service = model.services[0]!.name
  const target = { service, environment: model.environment, instance: 'a:9464' }
  const counter: Kit['counter'] = (metric, phases, labels = {}) => ({
    metric,
    labels: { ...target, ...labels },
    samples: (step) => counted(phases, step)
  })
  return {
    service,
    target,
    gauge: (metric, phases, labels = {}) => ({ metric, labels: { ...target, ...labels }, samples: (step) => held(phases, step) }),
    counter,
    climb: (metric, labels, start, perHour, hours, from = 0) => ({
      metric,
      labels: { ...target, ...labels },
      samples: (step) =>
        Array.from({ length: Math.round((hours * 3600) / step) }, (_, index) => start + perHour * Math.max(0, (index * step) / 3600 - from))
    }),
    seenAt(metric, q, value) {
      const bounds = model.metrics[metric]?.buckets ?? []
      const index = bounds.findIndex((bound) => bound >= value)
      const [low, high] = [bounds[index - 1] ?? 0, bounds[index] ?? value]
      // Within a bucket the quantile grows in a straight line.
      const within = (value - low) / (high - low)
      const below = Math.max(0, (q - within) / (1 - within))
      return { [low]: below, [high]: 1 - below }
    },
    histogram(metric, phases, labels = {}) {
      const bounds = model.metrics[metric]?.buckets ?? []
      const seen = (fits: (value: number) => boolean, weigh = (_: number) => 1): Phase[] =>
        phases.map(([rates, length]) => [
          Object.entries(rates).reduce((sum, [value, rate]) => sum + (fits(Number(value)) ? rate * weigh(Number(value)) : 0), 0),
          length
        ])
      const all = seen(() => true)
      return [
        ...bounds.map((bound) =>
          counter(
            `${metric}_bucket`,
            seen((value) => value <= bound),
            { ...labels, le: String(bound) }
          )
        ),
        counter(`${metric}_bucket`, all, { ...labels, le: '+Inf' }),
        counter(`${metric}_count`, all, labels),
        counter(
          `${metric}_sum`,
          seen(
            () => true,
            (value) => value
          ),
          labels
        )
      ]
    }
  }
}

function held(phases: readonly Phase[], step: number): (number | null)[] {
  return phases.flatMap(([value, length]) => Array(steps(length, step)).fill(value) as (number | null)[])
}

function counted(phases: readonly Phase[], step: number): (number | null)[] {
  let total = 0
  const samples: (number | null)[] = []
  for (const [rate, length] of phases) {
    if (rate === 'reset') total = 0
    for (let left = steps(length, step); left > 0; left--) {
      if (rate === null) {
        samples.push(null)
        continue
      }
      samples.push(total)
      if (rate !== 'reset') total = Number((total + rate * step).toPrecision(12))
    }
  }
  return samples
}

function steps(length: string, step: number): number {
  return Math.max(1, Math.round(seconds(length) / step))
}

/** Adds a length to a point in time, as PromQL spells it. */
export function after(start: string, length: string): string {
  const back = length.startsWith('-')
  return duration(seconds(start) + (back ? -seconds(length.slice(1)) : seconds(length)))
}

/** Minutes as a duration; `m(90)` is `90m`. */
export const m = (minutes: number): string => `${minutes}m`
