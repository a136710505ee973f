// The pipeline: embed the question, retrieve passages, generate the answer; answers are cached. It takes its telemetry as plain functions.
import { createHash } from 'node:crypto'
import type { Answer, AskRequest, FoundPassage, StreamEvent } from '@rag-example/wire'
import { chunk } from './chunk.js'
import type { Document } from './corpus.js'
import { createLlmService } from './llm-service.js'
import { promptOf } from './prompt.js'
import { createStore, type Database, type StoredPassage } from './store.js'
import { keptVectors } from './vector-file.js'

type Step = { set(attributes: { documents?: number; topScore?: number }): void }

export interface EngineOptions {
  readonly database: Database
  readonly llmService: string
  readonly answers: {
    get<T>(key: string): Promise<T | undefined>
    set(key: string, value: unknown): Promise<void>
    getOrSet<T>(key: string, load: () => Promise<T>): Promise<T>
  }
  readonly fetch: typeof globalThis.fetch
  stage<T>(name: string, attributes: { topK?: number }, fn: (stage: Step) => T): T
  job<T>(name: string, options: object, fn: () => T): T
}

export interface Engine {
  /** Replaces the index by these documents. */
  index(documents: readonly Document[]): Promise<void>
  passages(question: string, topK: number, signal: AbortSignal): Promise<FoundPassage[]>
  answer(request: AskRequest, signal: AbortSignal): Promise<Answer>
  /** Sends pieces of the answer as they come, then the whole. */
  stream(request: AskRequest, signal: AbortSignal, send: (event: StreamEvent) => void): Promise<void>
}

type Made = Omit<Answer, 'cached'>

const TOP_K = 5
const BATCH = 16

export function createEngine({ database, llmService, answers, fetch, stage, job }: EngineOptions): Engine {
  const store = createStore(database)
  const llm = createLlmService(llmService, fetch)

  const passages: Engine['passages'] = async (question, topK, signal) => {
    const [vector = []] = await stage('embed', {}, () => llm.embed([question], signal))
    return stage('retrieve', { topK }, async (step) => {
      const found = await store.search(question, vector, topK)
      step.set({ documents: found.length, topScore: found[0]?.score ?? 0 })
      return found
    })
  }

  const answer: Engine['answer'] = async (request, signal) => {
    let cached = true
    const made = await answers.getOrSet(keyOf(request), async (): Promise<Made> => {
      cached = false
      const found = await passages(request.question, TOP_K, signal)
      const { text, ...rest } = await stage('generate', {}, () => llm.complete(completionOf(request, found), signal))
      return { answer: text, sources: sourcesOf(found), ...rest }
    })
    return { ...made, cached }
  }

  return {
    passages,
    answer,
    async stream(request, signal, send) {
      const kept = await answers.get<Made>(keyOf(request))
      if (kept) {
        send({ text: kept.answer })
        return send({ done: { ...kept, cached: true } })
      }
      const found = await passages(request.question, TOP_K, signal)
      await stage('generate', {}, async () => {
        for await (const event of llm.stream(completionOf(request, found), signal)) {
          if (!('done' in event)) send(event)
          else {
            const made: Made = { ...event.done, sources: sourcesOf(found) }
            await answers.set(keyOf(request), made)
            send({ done: { ...made, cached: false } })
          }
        }
      })
    },
    index: (documents) =>
      job('index-corpus', {}, async () => {
        const cut = documents.flatMap(({ id, title, markdown }) => chunk(markdown).map((passage) => ({ document: id, title, ...passage })))
        const { vectors } = await keptVectors(
          cut.map(({ text }) => text),
          (missing) => embedAll(missing, llm.embed)
        )
        await store.fill(cut.map((passage, index): StoredPassage => ({ ...passage, vector: vectors[index]! })))
      })
  }
}

/** Embeds many texts, a few batches at a time. */
async function embedAll(texts: readonly string[], embed: (batch: readonly string[]) => Promise<readonly (readonly number[])[]>) {
  const vectors: (readonly number[])[] = new Array(texts.length)
  let next = 0
  const lane = async () => {
    while (next < texts.length) {
      const from = next
      next += BATCH
      for (const [index, vector] of (await embed(texts.slice(from, from + BATCH))).entries()) vectors[from + index] = vector
    }
  }
  await Promise.all([lane(), lane(), lane()])
  return vectors
}

const completionOf = ({ question, model }: AskRequest, found: readonly FoundPassage[]) => ({
  messages: promptOf(question, found),
  ...(model !== undefined && { model })
})

const sourcesOf = (found: readonly FoundPassage[]): Answer['sources'] =>
  found.map(({ document, heading, score }) => ({ document, heading, score }))

/** Two questions that differ in case or spacing are the same question. The text itself is no key: it may hold a secret. */
function keyOf({ question, model = '' }: AskRequest): string {
  return createHash('sha256')
    .update(`${model}\n${question.trim().toLowerCase().replace(/\s+/g, ' ')}`)
    .digest('hex')
}
