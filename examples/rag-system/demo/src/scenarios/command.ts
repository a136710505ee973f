// npm run demo -- scenario <name>: starts the system, plays the scenario, says what the SDK showed.
import type { Check } from '../agreement.js'
import type { System } from '../system/system.js'
import { table } from '../table.js'
import { SCENARIOS } from './index.js'
import type { Scenario } from './scenario.js'
import { createStage } from './stage.js'

export interface Played {
  readonly scenario: string
  readonly fault: boolean
  readonly ok: boolean
  readonly checks: readonly Check[]
  /** Pages with the waterfall of what happened, while the system is up. */
  readonly pages: readonly string[]
}

const LIMIT_MS = 15_000

/** Plays one scenario on a system that runs. It is ok when every check holds. */
export async function play(
  scenario: Scenario,
  system: System,
  fault: boolean,
  say: (text: string) => void,
  limitMs = LIMIT_MS
): Promise<Played> {
  const pages: string[] = []
  const show = (traceId: string) => void pages.push(`${system.service('frontend').url}/#/trace/${traceId}`)
  const checks = await scenario.run(createStage({ system, fault, limitMs, say, show }))
  return { scenario: scenario.name, fault, ok: checks.length > 0 && checks.every(({ ok }) => ok), checks, pages }
}

export function scenariosNamed(name: string | undefined): readonly Scenario[] {
  return name === 'all' ? SCENARIOS : SCENARIOS.filter((scenario) => scenario.name === name)
}

export function scenarioReport({ name, story, look }: Scenario, { ok, fault, checks, pages }: Played): string {
  const rows = checks.map((one) => [
    one.ok ? 'ok' : 'NO',
    one.name,
    Object.entries(one.values)
      .map(([exit, value]) => `${exit} ${Number(value.toFixed(3))}`)
      .join(', ')
  ])
  return [
    `\n${name}${fault ? '' : ' (without its fault)'}: ${ok ? 'the SDK showed it' : 'NOT shown'}`,
    `What happened: ${story}`,
    `Where to look: ${look}`,
    ...table(['', 'what the SDK showed', 'figures before and after'], rows),
    ...pages.map((page) => `Its waterfall, while the system is up: ${page}`),
    ''
  ].join('\n')
}
