// The dynamic threshold beside plain three sigma: the same weeks, the same planted spikes, one run.
import { anomalyAlerts } from '../src/alerts/anomaly.js'
import type { Series } from '../src/alerts/types.js'
import type { Model } from '../src/config/model.js'
import { alertDocument, recordingDocument } from '../src/generate/rules.js'
import { yaml } from '../src/generate/yaml.js'
import { recordingGroups } from '../src/rules/recording.js'
import { random, season } from './life.js'
import { firing } from './notices.js'

const STEP = 30
const DAY = 1440
/** Three weeks to remember, one to judge. */
const FROM = 21 * DAY
const TO = 28 * DAY
const MEAN = 'service:rag_llm_tokens:mean1h'

interface Score {
  /** Spikes of which something was said while they lasted or within an hour. */
  readonly found: number
  readonly planted: number
  /** Times it began to fire when nothing was planted. */
  readonly falseAlarms: number
}

/** Tokens of many companies: some calm, some with one spike of three hours, at 1.8 times what there would be. */
export function compareThresholds(model: Model, { calm, spikes }: { calm: number; spikes: number }): Record<string, Score> {
  const planted = new Map<string, number>()
  const series: Series[] = []
  for (let index = 0; index < calm + spikes; index++) {
    const environment = `e${index}`
    const next = random(100 + index)
    const at = FROM + Math.floor((next() * (TO - FROM - 6 * 60)) / STEP) * STEP
    if (index >= calm) planted.set(environment, at)
    series.push({
      metric: 'rag_llm_tokens_total',
      labels: { service: model.services[0]!.name, environment, kind: 'input' },
      samples: () => {
        let total = 0
        return Array.from({ length: TO / STEP }, (_, slot) => {
          const now = Math.round(total)
          const minute = slot * STEP
          const spike = index >= calm && minute >= at && minute < at + 180 ? 1.8 : 1
          total += 50 * season(minute) * spike * (0.93 + 0.14 * next()) * STEP * 60
          return now
        })
      }
    })
  }
  const sigma = (window: string) => ({
    alert: `ThreeSigma${window}`,
    expr: `${MEAN} - avg_over_time(${MEAN}[${window}]) > 3 * stddev_over_time(${MEAN}[${window}])`,
    for: '30m',
    labels: { priority: 'P2', type: 'cost' }
  })
  const rules = {
    'band-llm-tokens.rules.yml': yaml(
      recordingDocument(
        model,
        recordingGroups(model).filter(({ name }) => name === 'band-llm-tokens')
      )
    ),
    'anomaly.rules.yml': yaml(
      alertDocument(
        model,
        'anomaly',
        anomalyAlerts(model).filter(({ name }) => name === 'TokenUseAnomaly')
      )
    ),
    'sigma.rules.yml': yaml({ groups: [{ name: 'sigma', rules: [sigma('1d'), sigma('1w')] }] })
  }
  const moments = Array.from({ length: (TO - FROM) / STEP - 1 }, (_, slot) => FROM + slot * STEP)
  const timeline = firing(rules, series, { step: STEP, moments, expr: 'ALERTS{alertstate="firing"}' })
  return Object.fromEntries(
    ['TokenUseAnomaly', 'ThreeSigma1d', 'ThreeSigma1w'].map((alertname) => {
      const found = new Set<string>()
      let falseAlarms = 0
      const before = new Set<string>()
      for (const minute of moments) {
        const now = new Set(
          (timeline.get(minute) ?? []).filter((each) => each['alertname'] === alertname).map((each) => each['environment']!)
        )
        for (const environment of now) {
          const at = planted.get(environment)
          if (at !== undefined && minute >= at && minute <= at + 240) found.add(environment)
          else if (!before.has(environment)) falseAlarms++
        }
        before.clear()
        for (const environment of now) before.add(environment)
      }
      return [alertname, { found: found.size, planted: planted.size, falseAlarms }]
    })
  )
}
