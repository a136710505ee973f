// Sets the stage of a scenario: who asks, what is asked, how readings are waited for.

import { KNOWN_QUESTIONS } from '../known-documents.js'
import { settled } from '../settle.js'
import type { System } from '../system/system.js'
import { ask } from '../traffic.js'
import type { Stage } from './scenario.js'
import { takeSnapshot } from './snapshot.js'

export interface StageOptions {
  readonly system: System
  readonly fault: boolean
  /** Longest wait for figures to settle, milliseconds. */
  readonly limitMs: number
  say(text: string): void
  show(traceId: string): void
}

const asked = new WeakMap<System, number>()

export function createStage({ system, fault, limitMs, say, show }: StageOptions): Stage {
  const door: Stage['door'] = (user = 'ada') => ({
    url: system.gateway.url,
    apiKey: system.people.find((person) => person.user === user)!.apiKey
  })
  return {
    system,
    fault,
    say,
    show,
    door,
    question() {
      const next = asked.get(system) ?? 0
      asked.set(system, next + 1)
      const { question } = KNOWN_QUESTIONS[next % KNOWN_QUESTIONS.length]!
      // Beyond the list the same questions are asked in other words.
      const round = Math.floor(next / KNOWN_QUESTIONS.length)
      return round === 0
        ? question
        : `${question} (${['in short', 'with an example', 'for a beginner', 'in detail'][round - 1] ?? `again ${round}`})`
    },
    ask: (question, { stream = false, leave = false, user, model } = {}) =>
      ask(door(user), { kind: leave ? 'abort' : stream ? 'stream' : 'plain', question, ...(model !== undefined && { model }) }),
    snapshot: () => takeSnapshot(system),
    async until(checks) {
      const taken = await settled(
        async () => checks(await takeSnapshot(system)),
        (found) => found.every(({ ok }) => ok),
        limitMs
      )
      return taken
    }
  }
}
