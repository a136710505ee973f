// Simulated weeks: pages in ordinary life, planted incidents that are found, the dynamic threshold beside three sigma (`--only=week|incidents|thresholds`, `--write` puts them into docs/ops.md).
import { resolveConfig } from '@rag/ops'
import { compareThresholds } from '../packages/ops/test/anomalies.js'
import { shop } from '../packages/ops/test/incidents.js'
import { ordinaryLife, plant } from '../packages/ops/test/weeks.js'
import { putIntoDocs, table } from './docs.js'

const DAYS = 7
const wanted = process.argv.find((value) => value.startsWith('--only='))?.slice('--only='.length)
const figures: Record<string, unknown> = {}

/** Prints a part; with `--write` it goes into the docs. */
function publish(name: string, text: string, measured: unknown): void {
  figures[name] = measured
  process.stdout.write(`${text}\n\n`)
  if (process.argv.includes('--write')) putIntoDocs('ops.md', { [`ops-${name}`]: text })
}

if (!wanted || wanted === 'incidents') {
  const outcomes = plant()
  const measured = {
    planted: outcomes.length,
    found: outcomes.filter(({ found }) => found).length,
    withMoreThanOnePage: outcomes.filter(({ pages }) => pages.length > 1).length
  }
  const rows = outcomes.map(({ incident, found, pages, others }) => [
    incident.what,
    found ? incident.found : `not by ${incident.found}`,
    pages.join(', ') || '-',
    others.length
  ])
  const sentence = `Planted at minute 130 for an hour: ${measured.found} of ${measured.planted} found, ${measured.withMoreThanOnePage} with more than one page group.`
  publish('incidents', `${table(['incident', 'found by', 'pages', 'other notices'], rows)}\n\n${sentence}`, measured)
}
if (!wanted || wanted === 'thresholds') {
  const measured = compareThresholds(resolveConfig(shop), { calm: 20, spikes: 40 })
  const names: Readonly<Record<string, string>> = {
    TokenUseAnomaly: 'dynamic threshold',
    ThreeSigma1d: 'three sigma over a day',
    ThreeSigma1w: 'three sigma over a week'
  }
  const rows = Object.entries(measured).map(([name, { found, planted, falseAlarms }]) => [names[name]!, planted, found, falseAlarms])
  publish('thresholds', table(['rule', 'planted spikes', 'found', 'false alarms'], rows), measured)
}
if (!wanted || wanted === 'week') {
  const { notices, events, series } = ordinaryLife(DAYS * 1440)
  const pages = notices.filter(({ alert }) => /P0|P1/.test(alert['priority']!))
  const others = notices.filter((each) => !pages.includes(each))
  const say = ({ alert, minute }: (typeof notices)[number]) =>
    `${alert['priority']} ${alert['alertname']} ${alert['service'] ?? ''} at minute ${minute}`
  const sentence = `${DAYS} days of ${series} series with ${events} deploys, crashes and gaps: ${pages.length} pages, ${others.length} notices that wake nobody${others.length > 0 ? ` (${others.map(say).join('; ')})` : ''}.`
  publish('week', sentence, { days: DAYS, series, events, pages: pages.map(say), others: others.map(say) })
}
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`)
