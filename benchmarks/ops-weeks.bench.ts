// Simulated weeks: pages in ordinary life, planted incidents that are found, the dynamic threshold beside three sigma.
import { resolveConfig } from '@rag/ops'
import { compareThresholds } from '../packages/ops/test/anomalies.js'
import { shop } from '../packages/ops/test/incidents.js'
import { ordinaryLife, plant } from '../packages/ops/test/weeks.js'

const wanted = process.argv.find((value) => value.startsWith('--only='))?.slice('--only='.length)
const result: Record<string, unknown> = {}
const say = (text: string) => void (process.argv.includes('--json') || process.stdout.write(`${text}\n`))

if (!wanted || wanted === 'incidents') {
  const outcomes = plant()
  say('| incident | found by | pages | other notices |\n| --- | --- | --- | --- |')
  for (const { incident, found, pages, others } of outcomes)
    say(
      `| ${incident.what} | ${found ? incident.found : `NOT by ${incident.found}`} | ${pages.join(', ') || '-'} | ${others.join(', ') || '-'} |`
    )
  result['incidents'] = {
    planted: outcomes.length,
    found: outcomes.filter(({ found }) => found).length,
    withMoreThanOnePage: outcomes.filter(({ pages }) => pages.length > 1).length
  }
  say(JSON.stringify(result['incidents']))
}
if (!wanted || wanted === 'thresholds') {
  result['thresholds'] = compareThresholds(resolveConfig(shop), { calm: 20, spikes: 40 })
  say(JSON.stringify(result['thresholds'], null, 2))
}
if (!wanted || wanted === 'week') {
  const { notices, events, series } = ordinaryLife(7 * 1440)
  result['week'] = {
    days: 7,
    series,
    events,
    pages: notices.filter(({ alert }) => /P0|P1/.test(alert['priority']!)).length,
    otherNotices: notices.map(({ alert, minute }) => `${alert['priority']} ${alert['alertname']} ${alert['service']} at minute ${minute}`)
  }
  say(JSON.stringify(result['week'], null, 2))
}
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(result)}\n`)
