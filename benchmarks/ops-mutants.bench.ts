// Rule mutants: share of wrong thresholds, operators and windows that the generated promtool tests find.
import { allAlerts, resolveConfig } from '@rag/ops'
import { alertAreas } from '../packages/ops/src/alerts/index.js'
import { full } from '../packages/ops/test/kit.js'
import { type Mutant, mutantsOf, recordingMutantsOf, survivors } from '../packages/ops/test/mutants.js'

const model = resolveConfig(full)
const wanted = process.argv[2]?.startsWith('--') ? undefined : process.argv[2]
const say = (text: string) => void (process.argv.includes('--json') || process.stdout.write(`${text}\n`))
const nameOf = ({ alert, what }: Mutant) => `${alert.name}: ${what}`

let all = 0
const left: string[] = []
/** A wrong recording rule is found when the tests of one of the alerts that read it find it. */
const recordings = new Map<string, boolean>()
say('| area | wrong rules | found |\n| --- | --- | --- |')
for (const { area, alerts } of alertAreas(model)) {
  let mutants = 0
  let survived = 0
  for (const alert of alerts) {
    if (wanted && alert.name !== wanted) continue
    const own = mutantsOf(alert)
    const alive = survivors(model, own)
    mutants += own.length
    survived += alive.length
    left.push(...alive.map(nameOf))
    const read = recordingMutantsOf(model, alert)
    const unseen = new Set(read.length > 0 ? survivors(model, read).map(({ what }) => what) : [])
    for (const { what } of read) recordings.set(what, (recordings.get(what) ?? false) || !unseen.has(what))
  }
  all += mutants
  if (mutants > 0) say(`| ${area} | ${mutants} | ${mutants - survived} |`)
}
const unseen = [...recordings].filter(([, found]) => !found).map(([what]) => what)
say(`| recording rules | ${recordings.size} | ${recordings.size - unseen.length} |`)
all += recordings.size
left.push(...unseen)
const killed = ((all - left.length) / all) * 100
for (const what of left) say(`survived: ${what}`)
say(`${all - left.length} of ${all} wrong rules found (${killed.toFixed(1)} %), by the tests of ${allAlerts(model).length} alerts`)
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ mutants: all, survived: left, killedPercent: killed })}\n`)
