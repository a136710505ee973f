// The recorded load: the same requests in the same order for every variant, so that only the SDK differs.
import { KNOWN_QUESTIONS } from '../known-documents.js'
import type { System } from '../system/system.js'
import { ask, type Door, search, upload } from '../traffic.js'

/** What one request of the load is. */
type Kind = 'stream' | 'plain' | 'repeat' | 'search' | 'upload'

/** Fourteen requests that come again and again: most ask something new and read the answer as it comes, three ask again what was asked a pattern ago. */
const PATTERN: readonly (readonly [kind: Kind, back?: number])[] = [
  ['stream'],
  ['search'],
  ['plain'],
  ['stream'],
  ['repeat', 14 + 4],
  ['stream'],
  ['search'],
  ['stream'],
  ['repeat', 14 + 5],
  ['plain'],
  ['search'],
  ['stream'],
  ['repeat', 14 + 7],
  ['upload']
]
const LANES = 6
/** Who asks: people of one tenant, who share what is kept. */
const PEOPLE = 2

/** Two questions in one: enough different ones that models and stores work, about what the documents say. */
export function questionAt(index: number): string {
  const count = KNOWN_QUESTIONS.length
  const [first, second] = [index % count, (index + 1 + Math.floor(index / count)) % count]
  return `${KNOWN_QUESTIONS[first]!.question} And also: ${KNOWN_QUESTIONS[second]!.question}`
}

/** Sends `requests` requests, beginning at this place of the record. Gives how many of each kind. @throws Error when one is not answered. */
export async function replay(system: System, from: number, requests: number): Promise<Readonly<Record<Kind, number>>> {
  const sent: Record<Kind, number> = { stream: 0, plain: 0, repeat: 0, search: 0, upload: 0 }
  let next = from
  const lane = async () => {
    while (next < from + requests) {
      const at = next++
      const [kind, back = 0] = PATTERN[at % PATTERN.length]!
      sent[kind]++
      const status = await one(system, kind, at, Math.max(0, at - back))
      if (status !== 200 && status !== 201) throw new Error(`a request of the recorded load (${kind}) was answered with ${status}`)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return sent
}

async function one(system: System, kind: Kind, at: number, asked: number): Promise<number> {
  const { apiKey } = system.people[at % PEOPLE]!
  const door: Door = { url: system.gateway.url, apiKey }
  const question = questionAt(asked)
  if (kind === 'search') return (await search(door, question), 200)
  if (kind === 'upload') return upload(door, 'log-book.md', `# Log book\n\nEntry ${at}: the tide at the old mill was measured again.\n`)
  return (await ask(door, { kind: kind === 'plain' ? 'plain' : 'stream', question })).status
}

const BATCH = 32

/** Has the model embed the questions of a stretch of the record, so that no variant waits for it. */
export async function embedAhead(model: string, from: number, requests: number): Promise<void> {
  const texts = Array.from({ length: requests }, (_, index) => questionAt(from + index))
  for (let at = 0; at < texts.length; at += BATCH) {
    const body = JSON.stringify({ model: 'universal-sentence-encoder-lite', input: texts.slice(at, at + BATCH) })
    const reply = await fetch(`${model}/v1/embeddings`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    if (!reply.ok) throw new Error(`the model answered ${reply.status}`)
    await reply.arrayBuffer()
  }
}
