// Sends the questions to the gateway and notes what came back.
import { type Answer, type PassagesReply, readEvents, type StreamEvent } from '@rag-example/wire'
import { KNOWN_QUESTIONS } from './known-documents.js'
import type { PlannedQuestion } from './questions.js'

export interface Asked extends PlannedQuestion {
  readonly status: number
  /** From the headers of the reply. */
  readonly traceId: string
  readonly requestId: string
  readonly answer?: Answer
  /** Left before the end, on purpose. */
  readonly left: boolean
}

export interface Recall {
  readonly questions: number
  readonly at: number
  readonly found: number
  readonly recall: number
  readonly missed: readonly string[]
}

/** Pieces of a streamed answer after which the impatient client leaves. */
const PIECES_BEFORE_LEAVING = 3
const TOP_K = 5
const LANES = 4

/** The gateway, and the key of who asks it. */
export interface Door {
  readonly url: string
  readonly apiKey: string
}

/** Asks one question, to the end or until the client leaves. */
export async function ask({ url, apiKey }: Door, planned: PlannedQuestion): Promise<Asked> {
  const { kind, question, model } = planned
  const stream = kind === 'stream' || kind === 'abort'
  const leave = new AbortController()
  const reply = await fetch(`${url}/ask`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ question, stream, ...(model !== undefined && { model }) }),
    signal: leave.signal
  })
  const asked = { ...planned, status: reply.status, ...idsOf(reply), left: false }
  if (!stream || !reply.ok || !reply.body) {
    const body = (await reply.json()) as Answer
    return reply.ok ? { ...asked, answer: body } : asked
  }
  let pieces = 0
  try {
    for await (const event of readEvents<StreamEvent>(reply.body)) {
      if ('done' in event) return { ...asked, answer: event.done }
      if ('error' in event) return asked
      if (kind === 'abort' && ++pieces === PIECES_BEFORE_LEAVING) leave.abort()
    }
    return asked
  } catch (error) {
    if (!leave.signal.aborted) throw error
    return { ...asked, left: true }
  }
}

export interface Refusal {
  readonly status: number
  /** What people are told. */
  readonly message: string
  readonly traceId: string
}

/** Sends anything to the gateway, and gives what it says about it. */
export async function attempt({ url, apiKey }: Door, path: string, init: RequestInit): Promise<Refusal> {
  const headers = { authorization: `Bearer ${apiKey}`, ...(init.headers as Record<string, string>) }
  const reply = await fetch(`${url}${path}`, { ...init, headers })
  const { message = '' } = (await reply.json().catch(() => ({}))) as { message?: string }
  return { status: reply.status, message, traceId: idsOf(reply).traceId }
}

/** Sends a document. Gives the status of the reply. */
export async function upload(
  { url, apiKey }: Door,
  id: string,
  body: string | Uint8Array<ArrayBuffer>,
  type = 'text/markdown'
): Promise<number> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': type }
  const reply = await fetch(`${url}/documents/${encodeURIComponent(id)}`, { method: 'PUT', headers, body })
  await reply.arrayBuffer()
  return reply.status
}

/** Searches without an answer. Gives the documents found, best first. */
export async function search({ url, apiKey }: Door, question: string): Promise<string[]> {
  const query = new URLSearchParams({ q: question, k: String(TOP_K) })
  const reply = await fetch(`${url}/search?${query}`, { headers: { authorization: `Bearer ${apiKey}` } })
  if (!reply.ok) throw new Error(`the search for "${question}" was answered with ${reply.status}`)
  return ((await reply.json()) as PassagesReply).passages.map(({ document }) => document)
}

/** How often the known document is among the five best passages. */
export async function measureRecall(door: Door): Promise<Recall> {
  const missed: string[] = []
  const waiting = [...KNOWN_QUESTIONS]
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const found = await search(door, next.question)
      if (!found.includes(next.document)) missed.push(`${next.question} (${next.document})`)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const questions = KNOWN_QUESTIONS.length
  const found = questions - missed.length
  return { questions, at: TOP_K, found, recall: found / questions, missed: missed.sort() }
}

function idsOf({ headers }: Response): { traceId: string; requestId: string } {
  return { traceId: headers.get('x-trace-id') ?? '', requestId: headers.get('x-request-id') ?? '' }
}
