// Rule mutants: share of wrong thresholds, operators and windows that the generated promtool tests find.
import { allAlerts, resolveConfig } from '@rag/ops'
import { full } from '../packages/ops/test/kit.js'
import { type Mutant, mutantsOf, survivors } from '../packages/ops/test/mutants.js'

const model = resolveConfig(full)
const wanted = process.argv[2]?.startsWith('--') ? undefined : process.argv[2]
let all = 0
const left: Mutant[] = []
for (const alert of allAlerts(model)) {
  if (wanted && alert.name !== wanted) continue
  const mutants = mutantsOf(alert)
  const survived = survivors(model, mutants)
  all += mutants.length
  left.push(...survived)
  process.stderr.write(`${alert.name}: ${mutants.length - survived.length} of ${mutants.length}\n`)
}
const killed = ((all - left.length) / all) * 100
if (process.argv.includes('--json'))
  process.stdout.write(
    `${JSON.stringify({ mutants: all, survived: left.map(({ alert, what }) => `${alert.name}: ${what}`), killedPercent: killed })}\n`
  )
else {
  for (const { alert, what } of left) process.stdout.write(`survived: ${alert.name}: ${what}\n`)
  process.stdout.write(`${all - left.length} of ${all} wrong rules found (${killed.toFixed(1)} %)\n`)
}
