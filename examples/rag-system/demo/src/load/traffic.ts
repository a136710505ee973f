// The traffic of the load run: many kinds of requests from a few lanes, each noted with how it ended.
import { setTimeout as pause } from 'node:timers/promises'
import { KNOWN_QUESTIONS } from '../known-documents.js'
import type { System } from '../system/system.js'
import { ask, type Door, search, upload } from '../traffic.js'

export interface Sent {
  /** Requests that the gateway got, by kind. */
  readonly kinds: Record<string, number>
  /** Replies by status; 0 for one that the client left. */
  readonly statuses: Record<string, number>
}

const LANES = 3
const PAUSE_MS = 20

/** A fixed sequence, so that two runs do the same. */
export function sequence(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

export async function sendTraffic(system: System, until: number, sent: Sent): Promise<void> {
  const doors = system.people.map(({ apiKey }): Door => ({ url: system.gateway.url, apiKey }))
  const lane = async (seed: number) => {
    const random = sequence(seed)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
    while (Date.now() < until) {
      const [kind, status] = await one(random(), pick(doors), pick(KNOWN_QUESTIONS).question, random)
      sent.kinds[kind] = (sent.kinds[kind] ?? 0) + 1
      sent.statuses[status] = (sent.statuses[status] ?? 0) + 1
      await pause(PAUSE_MS)
    }
  }
  await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index + 1)))
}

async function one(chance: number, door: Door, question: string, random: () => number): Promise<[kind: string, status: number]> {
  // Some questions are new, so that the model is asked all the time.
  const varied = random() < 0.3 ? `${question} (${Math.floor(random() * 1000)})` : question
  if (chance < 0.4) return ['ask', (await ask(door, { kind: 'plain', question: varied })).status]
  if (chance < 0.6) return ['stream', (await ask(door, { kind: 'stream', question: varied })).status]
  if (chance < 0.65) {
    const left = await ask(door, { kind: 'abort', question: varied })
    return ['abort', left.left ? 0 : left.status]
  }
  if (chance < 0.67)
    return [
      'upload',
      await upload(door, `note-${Math.floor(random() * 5)}.md`, `# Note\n\nA note with the number ${Math.floor(random() * 1e6)}.\n`)
    ]
  if (chance < 0.69) return ['binary upload', await upload(door, 'noise.txt', new Uint8Array([0xff, 0, 0xfe]), 'text/plain')]
  if (chance < 0.72) return ['wrong key', (await ask({ ...door, apiKey: 'wrong' }, { kind: 'plain', question })).status]
  return [
    'search',
    await search(door, varied).then(
      () => 200,
      () => 500
    )
  ]
}
