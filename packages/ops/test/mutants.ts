// Wrong rules: each threshold, comparison, set operator and window of an alert changed a little, one at a time.
import { execFile } from 'node:child_process'
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
import type { RecordingGroup } from '../src/rules/recording.js'

export interface Mutant {
  readonly alert: Alert
  readonly what: string
  /** A recording group of which one rule is wrong; the alert reads it in place of the right one. */
  readonly group?: RecordingGroup
}

const COMPARISONS: Readonly<Record<string, string>> = { '>': '<', '<': '>', '>=': '<', '<=': '>', '==': '!=', '!=': '==' }
const SETS: Readonly<Record<string, readonly string[]>> = { and: ['or', 'unless'], or: ['and'], unless: ['and'] }

/** All wrong versions of an alert. */
export function mutantsOf(alert: Alert): Mutant[] {
  const withHold = (hold: number): Mutant => ({
    alert: { ...alert, for: duration(hold) },
    what: `for ${alert.for ?? '0'} -> ${duration(hold)}`
  })
  const hold = alert.for ? seconds(alert.for) : 0
  return [
    ...wrong(alert.expr).map(({ expr, what }) => ({ alert: { ...alert, expr }, what })),
    ...(hold > 0 ? [withHold(hold * 2), withHold(hold / 2)] : [withHold(300)])
  ]
}

/** All wrong versions of the recording rules that an alert reads. What ops.config.ts promises is no rule. */
export function recordingMutantsOf(model: Model, alert: Alert): Mutant[] {
  return groupsOf(model, [alert.expr])
    .filter(({ name }) => name !== 'plan')
    .flatMap((group) => {
      const needed = neededOf(group, alert.expr)
      return needed.flatMap((rule) =>
        wrong(rule.expr).map(({ expr, what }) => ({
          alert,
          what: `${rule.record}: ${what}`,
          group: { ...group, rules: needed.map((each) => (each === rule ? { ...rule, expr } : each)) }
        }))
      )
    })
}

/** The rules of a group that an expression reads, and those that these read. */
function neededOf(group: RecordingGroup, expr: string): RecordingGroup['rules'] {
  const needed = new Set<string>()
  const visit = (text: string): void => {
    for (const { record, expr: own } of group.rules)
      if (!needed.has(record) && named(record).test(text)) {
        needed.add(record)
        visit(own)
      }
  }
  visit(expr)
  return group.rules.filter(({ record }) => needed.has(record))
}

function named(record: string): RegExp {
  return new RegExp(`(?<![\\w:])${record}(?![\\w:])`, 'g')
}

/** The expression with one threshold, comparison, set operator or window changed. */
function wrong(expr: string): { expr: string; what: string }[] {
  const { numbers, operators, durations } = parseExpression(expr)
  const changed = (from: number, to: number, text: string, what: string) => ({
    expr: replaceRanges(expr, [{ from, to, text }]),
    what: `${what} ${expr.slice(from, to)} -> ${text} at ${from}`
  })
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
    ...durations.flatMap(({ from, to, text }) => [2, 0.5].map((times) => changed(from, to, duration(seconds(text) * times), 'window')))
  ]
}

/** A wrong group under names of its own, and the alert that reads it. */
function apart(name: string, { alert, group }: Mutant): { alert: Alert; group?: RecordingGroup } {
  if (!group) return { alert: { ...alert, name } }
  const rename = (expr: string) => group.rules.reduce((text, { record }) => text.replace(named(record), `${record}:${name}`), expr)
  return {
    alert: { ...alert, name, expr: rename(alert.expr) },
    group: {
      name: `${group.name}-${name}`,
      interval: group.interval,
      rules: group.rules.map((rule) => ({ ...rule, record: `${rule.record}:${name}`, expr: rename(rule.expr) }))
    }
  }
}

/** The mutants that the tests of their own rule let pass. All wrong versions of a rule stand in one run, so its series are fed once. */
export async function survivors(model: Model, mutants: readonly Mutant[]): Promise<Mutant[]> {
  if (mutants.length === 0) return []
  const folder = mkdtempSync(join(tmpdir(), 'rag-ops-mutants-'))
  const byName = new Map(mutants.map((mutant, index) => [`${mutant.alert.name}Mutant${index}`, mutant] as const))
  try {
    const files: string[] = []
    for (const name of new Set(mutants.map(({ alert }) => alert.name))) {
      const at = join(folder, name)
      mkdirSync(at)
      const made = [...byName].filter(([, { alert }]) => alert.name === name).map(([as, mutant]) => apart(as, mutant))
      const own = made.map(({ alert }) => alert)
      const extra = made.flatMap(({ group }) => group ?? [])
      const groups = [
        ...groupsOf(
          model,
          [...own, ...extra.flatMap(({ rules }) => rules)].map(({ expr }) => expr)
        ),
        ...extra
      ]
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
    // It ends with 1 when a test fails, which is what wrong rules are for.
    const said = await new Promise<string>((resolve) =>
      execFile('promtool', ['test', 'rules', ...files], { maxBuffer: 1e9 }, (_, stdout, stderr) => resolve(stdout + stderr))
    )
    // A file that cannot be read would kill nobody, or everybody.
    const read = said.split('Unit Testing:').length - 1
    if (read !== files.length || /rules? (file|group).*(invalid|could not)|parse error/.test(said))
      throw new Error(`promtool read ${read} of ${files.length} files: ${said.slice(0, 2000)}`)
    const killed = new Set([...said.matchAll(/expr: "ALERTS\{alertname=\\"(\w+)\\"/g)].map(([, name]) => name!))
    return [...byName].filter(([name]) => !killed.has(name)).map(([, mutant]) => mutant)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
