// Wrong rules: each threshold, comparison, set operator and window of an alert changed a little, one at a time.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Alert } from '../src/alerts/types.js'
import { duration, seconds } from '../src/config/duration.js'
import type { Model } from '../src/config/model.js'
import { bySteps, groupsOf, testDocument } from '../src/generate/promtool.js'
import { alertDocument, recordingDocument } from '../src/generate/rules.js'
import { yaml } from '../src/generate/yaml.js'
import { parseExpression, replaceRanges } from '../src/promql/parse.js'

export interface Mutant {
  readonly alert: Alert
  readonly what: string
}

const COMPARISONS: Readonly<Record<string, string>> = { '>': '<', '<': '>', '>=': '<', '<=': '>', '==': '!=', '!=': '==' }
const SETS: Readonly<Record<string, readonly string[]>> = { and: ['or', 'unless'], or: ['and'], unless: ['and'] }

/** All wrong versions of an alert. */
export function mutantsOf(alert: Alert): Mutant[] {
  const { numbers, operators, durations } = parseExpression(alert.expr)
  const changed = (from: number, to: number, text: string, what: string): Mutant => ({
    alert: { ...alert, expr: replaceRanges(alert.expr, [{ from, to, text }]) },
    what: `${what} ${alert.expr.slice(from, to)} -> ${text} at ${from}`
  })
  const withHold = (hold: number): Mutant => ({
    alert: { ...alert, for: duration(hold) },
    what: `for ${alert.for ?? '0'} -> ${duration(hold)}`
  })
  const hold = alert.for ? seconds(alert.for) : 0
  return [
    ...numbers.flatMap(({ from, to, text }) => {
      const value = Number(text)
      const others = value === 0 ? [1] : [value * 1.25, value * 0.8]
      // The quantile of a histogram ends at 1.
      return others
        .filter((other) => !(value < 1 && value > 0.9 && other > 1))
        .map((other) => changed(from, to, String(Number(other.toPrecision(6))), 'threshold'))
    }),
    ...operators.flatMap(({ from, to, text }) => (SETS[text] ?? [COMPARISONS[text]!]).map((other) => changed(from, to, other, 'operator'))),
    ...durations.flatMap(({ from, to, text }) => [2, 0.5].map((times) => changed(from, to, duration(seconds(text) * times), 'window'))),
    ...(hold > 0 ? [withHold(hold * 2), withHold(hold / 2)] : [withHold(300)])
  ]
}

/** The mutants that the tests of their own rule let pass. All wrong versions of a rule stand in one run, so its series are fed once. */
export function survivors(model: Model, mutants: readonly Mutant[]): Mutant[] {
  const folder = mkdtempSync(join(tmpdir(), 'rag-ops-mutants-'))
  const named = new Map(mutants.map((mutant, index) => [`${mutant.alert.name}Mutant${index}`, mutant] as const))
  try {
    const files: string[] = []
    for (const name of new Set(mutants.map(({ alert }) => alert.name))) {
      const at = join(folder, name)
      mkdirSync(at)
      const own = [...named].filter(([, { alert }]) => alert.name === name).map(([as, { alert }]): Alert => ({ ...alert, name: as }))
      const groups = groupsOf(
        model,
        own.map(({ expr }) => expr)
      )
      for (const group of groups) writeFileSync(join(at, `${group.name}.rules.yml`), yaml(recordingDocument(model, [group])))
      writeFileSync(join(at, 'mutants.rules.yml'), yaml(alertDocument(model, 'mutants', own)))
      const ruleFiles = [...groups.map((group) => group.name), 'mutants'].map((file) => `${file}.rules.yml`)
      for (const [step, cases] of bySteps(own.slice(0, 1))) {
        const file = join(at, `${step}.test.yml`)
        writeFileSync(
          file,
          yaml(
            testDocument(
              model,
              step,
              cases,
              ruleFiles,
              own.map((alert) => alert.name)
            )
          )
        )
        files.push(file)
      }
    }
    const { stdout, stderr } = spawnSync('promtool', ['test', 'rules', ...files], { encoding: 'utf8', maxBuffer: 1e9 })
    const said = stdout + stderr
    // A file that cannot be read would kill nobody, or everybody.
    const read = said.split('Unit Testing:').length - 1
    if (read !== files.length || /rules? (file|group).*(invalid|could not)|parse error/.test(said))
      throw new Error(`promtool read ${read} of ${files.length} files: ${said.slice(0, 2000)}`)
    const killed = new Set([...said.matchAll(/expr: "ALERTS\{alertname=\\"(\w+)\\"/g)].map(([, name]) => name!))
    return [...named].filter(([name]) => !killed.has(name)).map(([, mutant]) => mutant)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
