// What people would be told: alerts of a run of promtool, minute by minute, through the inhibition and grouping of the generated Alertmanager.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { parse } from 'yaml'
import type { Series } from '../src/alerts/types.js'
import type { Model } from '../src/config/model.js'
import { generateAlertmanager } from '../src/generate/alertmanager.js'
import { notation } from '../src/generate/promtool.js'
import { generateRules } from '../src/generate/rules.js'
import { yaml } from '../src/generate/yaml.js'

type Labels = Readonly<Record<string, string>>

/** Runs rules over series; gives the labels of what fires at each minute asked for. */
export function firing(
  rules: Readonly<Record<string, string>>,
  series: readonly Series[],
  { step, moments, expr }: { step: number; moments: readonly number[]; expr: string }
): Map<number, Labels[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rag-ops-life-'))
  try {
    const files = Object.keys(rules)
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), rules[file]!)
    }
    const document = {
      rule_files: files,
      evaluation_interval: `${step}m`,
      group_eval_order: files.map((file) => basename(file, '.rules.yml')),
      tests: [
        {
          interval: `${step}m`,
          input_series: series.map(({ metric, labels, samples }) => ({
            series: `${metric}{${Object.entries(labels)
              .map(([label, value]) => `${label}="${value}"`)
              .join(', ')}}`,
            values: notation(samples(step * 60))
          })),
          promql_expr_test: moments.map((minute) => ({ expr, eval_time: `${minute}m`, exp_samples: [] }))
        }
      ]
    }
    writeFileSync(join(folder, 'life.test.yml'), yaml(document))
    const { stdout, stderr, error } = spawnSync('promtool', ['test', 'rules', 'life.test.yml'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1e9
    })
    const said = stdout + stderr
    if (error || !/SUCCESS|FAILED:/.test(said)) throw new Error(`promtool could not run: ${said.slice(0, 1000)}`)
    const found = new Map<number, Labels[]>()
    for (const [, at, got] of said.matchAll(/time: (\S+?),\s+exp:.*\s+got:(.*)/g)) {
      const labels = [...got!.matchAll(/\{(.*?)\} \S+/g)].map(([, text]) =>
        Object.fromEntries([...text!.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))
      )
      found.set(minutesOf(at!), labels)
    }
    return found
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function minutesOf(text: string): number {
  return [...text.matchAll(/(\d+)([wdhms])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * { w: 10_080, d: 1440, h: 60, m: 1, s: 1 / 60 }[unit as 'w'],
    0
  )
}

/** The first notice of a group. */
export interface Notice {
  readonly minute: number
  readonly alert: Labels
}

interface Route {
  readonly receiver: string
  readonly matchers: readonly string[]
  readonly group_by: readonly string[]
  readonly routes: readonly Route[]
}

interface Inhibition {
  readonly source_matchers: readonly string[]
  readonly target_matchers: readonly string[]
  readonly equal: readonly string[]
}

/** The groups that are told, each with the minute of its first notice: alerts that are held back in that minute are not. */
export function notices(model: Model, timeline: ReadonlyMap<number, readonly Labels[]>, priorities: RegExp): Notice[] {
  const { inhibit_rules: rules, route } = parse(generateAlertmanager(model)['alertmanager/alertmanager.yml']!) as {
    inhibit_rules: Inhibition[]
    route: Route
  }
  const told = new Map<string, Notice>()
  for (const [minute, alerts] of [...timeline].sort(([a], [b]) => a - b))
    for (const alert of alerts) {
      if (!priorities.test(alert['priority'] ?? '')) continue
      const held = rules.some(
        ({ source_matchers, target_matchers, equal }) =>
          target_matchers.every((matcher) => matches(matcher, alert)) &&
          alerts.some(
            (source) =>
              source !== alert &&
              source_matchers.every((matcher) => matches(matcher, source)) &&
              equal.every((label) => (source[label] ?? '') === (alert[label] ?? ''))
          )
      )
      if (held) continue
      const { receiver, matchers, group_by } = {
        ...route,
        ...route.routes.find((each) => each.matchers.every((matcher) => matches(matcher, alert)))
      }
      if (receiver === 'nobody') continue
      const group = [alert['environment'], ...(matchers ?? []), ...group_by.map((label) => alert[label] ?? '')].join('|')
      if (!told.has(group)) told.set(group, { minute, alert })
    }
  return [...told.values()]
}

/** A matcher as Alertmanager reads it. */
function matches(matcher: string, labels: Labels): boolean {
  const [, name, operator, value] = /^(\w+)(=~|!~|!=|=)"(.*)"$/.exec(matcher)!
  const own = labels[name!] ?? ''
  const hit = operator!.endsWith('~') ? new RegExp(`^(?:${value})$`).test(own) : own === value
  return operator!.startsWith('!') ? !hit : hit
}

/** All rules of a model. */
export function rulesOf(model: Model, wanted = (_file: string) => true): Record<string, string> {
  return Object.fromEntries(Object.entries(generateRules(model)).filter(([file]) => wanted(file)))
}
