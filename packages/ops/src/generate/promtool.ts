// promtool tests, one file an area and step: the scenarios of the alerts as series, and what must fire when.
import { basename } from 'node:path'
import { alertAreas } from '../alerts/index.js'
import type { Alert, Scenario, Series } from '../alerts/types.js'
import { seconds } from '../config/duration.js'
import type { Model } from '../config/model.js'
import { type RecordingGroup, recordingGroups } from '../rules/recording.js'
import type { Artifacts } from './types.js'
import { yaml } from './yaml.js'

/** The tests of all alerts; long scenarios stand apart because they are evaluated in longer steps. */
export function generateTests(model: Model): Artifacts {
  const files: Record<string, string> = {}
  for (const { area, alerts } of alertAreas(model)) {
    for (const [step, scenarios] of bySteps(alerts)) {
      const needed = groupsOf(
        model,
        scenarios.map(({ alert }) => alert.expr)
      )
      const ruleFiles = [...needed.map(({ name }) => name), area].map((name) => `../rules/${name}.rules.yml`)
      files[`prometheus/tests/${area}-${step}.test.yml`] = yaml(testDocument(model, step, scenarios, ruleFiles))
    }
  }
  return files
}

/** The recording groups that expressions read, and those that these read. */
export function groupsOf(model: Model, expressions: readonly string[]): RecordingGroup[] {
  const groups = recordingGroups(model)
  const needed = new Set<RecordingGroup>()
  const visit = (text: string): void => {
    for (const group of groups)
      if (!needed.has(group) && group.rules.some(({ record }) => text.includes(record))) {
        needed.add(group)
        for (const { expr } of group.rules) visit(expr)
      }
  }
  for (const expression of expressions) visit(expression)
  return groups.filter((group) => needed.has(group))
}

interface Case {
  readonly alert: Alert
  readonly scenario: Scenario
}

interface Placed extends Case {
  readonly environment: string
}

/**
 * One document of promtool. Cases stand side by side in one run, told apart by their environment, which is ten times as fast as one run a case.
 */
export function testDocument(
  model: Model,
  step: string,
  cases: readonly Case[],
  ruleFiles: readonly string[],
  /** Names under which the rule stands in the files. @default its own */
  as?: readonly string[]
): unknown {
  const together = cases.filter(({ alert }) => !alert.alone).map((each) => ({ ...each, environment: nameOf(each) }))
  const alone = cases.filter(({ alert }) => alert.alone).map((each) => [{ ...each, environment: model.environment }])
  return {
    rule_files: ruleFiles,
    evaluation_interval: step,
    // Without an order promtool evaluates groups at random, and alerts would miss what is recorded in the same step.
    group_eval_order: ruleFiles.map((file) => basename(file, '.rules.yml')),
    tests: [...(together.length > 0 ? [together] : []), ...alone].map((placed) => ({
      ...(placed.length === 1 && { name: nameOf(placed[0]!) }),
      interval: step,
      input_series: placed.flatMap(({ scenario, environment }) =>
        scenario.series.map((series) => inputSeries(series, environment, seconds(step)))
      ),
      promql_expr_test: placed.flatMap((each) => (as ?? [each.alert.name]).flatMap((name) => expectations(model, each, name)))
    }))
  }
}

function nameOf({ alert, scenario }: Case): string {
  return `${alert.name}: ${scenario.title}`
}

function expectations(model: Model, { alert, scenario, environment }: Placed, alertname: string): unknown[] {
  const identity = { service: model.services[0]!.name, environment, ...scenario.labels }
  const { priority, type } = alert
  // Quiet means that it fires for nobody in this case, whatever labels it would carry.
  const nobody = { alertname, alertstate: 'firing', ...(!alert.alone && { environment }) }
  return scenario.expect.split(', ').map((words) => {
    const [state, at] = words.split(' ')
    return {
      expr: `ALERTS{${pairs(state === 'fires' ? { alertname, alertstate: 'firing', ...identity } : nobody)}}`,
      eval_time: at,
      exp_samples:
        state === 'fires'
          ? [{ labels: `ALERTS{${pairs({ alertname, alertstate: 'firing', priority, type, ...identity })}}`, value: 1 }]
          : []
    }
  })
}

/** The cases of alerts by the step in which they are evaluated. */
export function bySteps(alerts: readonly Alert[]): Map<string, Case[]> {
  const steps = new Map<string, Case[]>()
  for (const alert of alerts)
    for (const scenario of alert.tests) {
      const step = scenario.step ?? '1m'
      steps.set(step, [...(steps.get(step) ?? []), { alert, scenario }])
    }
  return steps
}

function inputSeries({ metric, labels, samples }: Series, environment: string, step: number): { series: string; values: string } {
  return { series: `${metric}{${pairs({ ...labels, environment })}}`, values: notation(samples(step)) }
}

function pairs(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([label, value]) => `${label}="${value}"`)
    .join(', ')
}

/** Values in promtool's notation: runs of equal steps are written as `start+step x count`. */
export function notation(values: readonly (number | null)[]): string {
  const words: string[] = []
  let index = 0
  while (index < values.length) {
    const start = values[index]!
    let end = index + 1
    if (start === null) {
      while (end < values.length && values[end] === null) end++
      words.push(end - index === 1 ? '_' : `_x${end - index}`)
      index = end
      continue
    }
    const step = end < values.length && values[end] !== null ? round(values[end]! - start) : undefined
    if (step === undefined) {
      words.push(plain(start))
      index = end
      continue
    }
    while (
      end < values.length &&
      values[end] !== null &&
      Math.abs(values[end]! - (start + step * (end - index))) <= 1e-9 * Math.max(1, Math.abs(values[end]!))
    )
      end++
    const count = end - index - 1
    words.push(`${plain(start)}${step < 0 ? '-' : '+'}${plain(Math.abs(step))}x${count}`)
    index = end
  }
  return words.join(' ')
}

function round(value: number): number {
  return Number(value.toPrecision(12))
}

function plain(value: number): string {
  return String(round(value))
}
