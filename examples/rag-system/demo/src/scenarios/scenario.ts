// What a scenario is, and what it works with.
import type { Check } from '../agreement.js'
import type { System } from '../system/system.js'
import type { Person } from '../system/users.js'
import type { Asked, Door } from '../traffic.js'
import type { Snapshot } from './snapshot.js'

export interface Scenario {
  readonly name: string
  /** What happens. */
  readonly story: string
  /** What to look at while and after it happens. */
  readonly look: string
  /** Does it, and gives the checks. Without the fault they must fail. */
  run(stage: Stage): Promise<Check[]>
}

export interface Stage {
  readonly system: System
  /** Whether the fault is injected. */
  readonly fault: boolean
  door(user?: Person['user']): Door
  /** A question that nobody has asked in this run. */
  question(): string
  ask(question: string, more?: { stream?: boolean; leave?: boolean; user?: string; model?: string }): Promise<Asked>
  /** Figures from Prometheus (or /metrics), spans and log lines, as they are now. */
  snapshot(): Promise<Snapshot>
  /** Takes snapshots until the checks hold or the time is up. */
  until(checks: (after: Snapshot) => Check[]): Promise<Check[]>
  say(text: string): void
  /** Names a trace that is worth a look; the page shows it under #/trace/<id>. */
  show(traceId: string): void
}

/** A check that a condition holds, with the figures it is about. */
export function check(name: string, values: Readonly<Record<string, number>>, ok: boolean): Check {
  return { name, values, ok: ok && Object.values(values).every((value) => !Number.isNaN(value)) }
}

/** A check that all readings are the same, and not nothing. */
export function same(name: string, values: Readonly<Record<string, number>>, least = 1): Check {
  const [first = Number.NaN, ...rest] = Object.values(values)
  return check(name, values, first >= least && rest.every((value) => value === first))
}
