// Rule mutants: share of wrong thresholds, operators and windows that the generated promtool tests find (`--write` puts it into docs/ops.md).
import { cpus } from 'node:os'
import { allAlerts, resolveConfig } from '@rag/ops'
import { alertAreas } from '../packages/ops/src/alerts/index.js'
import type { Alert } from '../packages/ops/src/alerts/types.js'
import { full } from '../packages/ops/test/kit.js'
import { type Mutant, mutantsOf, recordingMutantsOf, survivors } from '../packages/ops/test/mutants.js'
import { putIntoDocs, type Row, table } from './docs.js'

const model = resolveConfig(full)
const wanted = process.argv[2]?.startsWith('--') ? undefined : process.argv[2]
const nameOf = ({ alert, what }: Mutant) => `${alert.name}: ${what}`
const note = (text: string) => void process.stderr.write(`${text}\n`)

const areas = alertAreas(model).map(({ area, alerts }) => ({ area, alerts: alerts.filter(({ name }) => !wanted || name === wanted) }))
const left: string[] = []
const counts = new Map<Alert, { mutants: number; found: number }>()
/** A wrong recording rule is found when the tests of one of the alerts that read it find it. */
const recordings = new Map<string, boolean>()

async function judge(alert: Alert): Promise<void> {
  const own = mutantsOf(alert)
  const alive = await survivors(model, own)
  counts.set(alert, { mutants: own.length, found: own.length - alive.length })
  left.push(...alive.map(nameOf))
  // What the tests of another alert have found already needs no second look.
  const read = recordingMutantsOf(model, alert).filter(({ what }) => !recordings.get(what))
  const unseen = new Set((await survivors(model, read)).map(({ what }) => what))
  for (const { what } of read) recordings.set(what, (recordings.get(what) ?? false) || !unseen.has(what))
  note(
    `${alert.name}: ${own.length - alive.length} of ${own.length}, of its recording rules ${read.length - unseen.size} of ${read.length}`
  )
}

// As many at once as there are cores; those over weeks stand near the end and take longest.
const waiting = areas.flatMap(({ alerts }) => alerts)
const worker = async () => {
  for (let alert = waiting.pop(); alert; alert = waiting.pop()) await judge(alert)
}
await Promise.all(cpus().map(worker))

const rows: Row[] = areas.map(({ area, alerts }) => [area, sum(alerts, 'mutants'), sum(alerts, 'found')])
let all = areas.reduce((total, { alerts }) => total + sum(alerts, 'mutants'), 0)
const unseen = [...recordings].filter(([, found]) => !found).map(([what]) => what)
rows.push(['recording rules', recordings.size, recordings.size - unseen.length])
all += recordings.size
left.push(...unseen)
for (const what of left) note(`survived: ${what}`)
const killed = ((all - left.length) / all) * 100
const summary = `${all - left.length} of ${all} wrong rules found (${killed.toFixed(1)} %), by the tests of ${allAlerts(model).length} alerts.`
const page = `${table(['area', 'wrong rules', 'found'], rows)}\n\n${summary}`

process.stdout.write(`${page}\n`)
if (process.argv.includes('--write') && !wanted) putIntoDocs('ops.md', { 'ops-mutants': page })
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ mutants: all, survived: left, killedPercent: killed })}\n`)

function sum(alerts: readonly Alert[], key: 'mutants' | 'found'): number {
  return alerts.reduce((total, alert) => total + counts.get(alert)![key], 0)
}
