// The pipeline: embed, retrieve, rerank, prompt, generate; answers are kept. It takes its telemetry as plain functions.
import { createHash } from 'node:crypto'
import { createSavings, documentName } from '@rag/cache'
import { createElasticWords, createStore, fuse } from '@rag-example/store'
import {
  type Answer,
  type AskRequest,
  type Caller,
  type Completion,
  createLlmClient,
  type DocumentsChanged,
  type FoundPassage,
  type StreamEvent
} from '@rag-example/wire'
import type { EngineEnvironment } from './environment.js'
import { misbehave } from './faults.js'
import { promptOf } from './prompt.js'
import { rerank } from './rerank.js'

type Step = { set(attributes: { documents?: number; topScore?: number; tokens?: number }): void }
type Observers = NonNullable<NonNullable<Parameters<typeof createSavings>[1]>['observers']>
type Cache = ReturnType<EngineOptions['cache']>

export interface EngineOptions extends Omit<EngineEnvironment, 'version'> {
  readonly observers: Observers
  readonly fetch: typeof globalThis.fetch
  readonly logger: Record<'info' | 'warn', (fields: object, message: string) => void>
  client<T extends object>(client: T): T
  cache(options: object): import('@rag/cache').Cache
  stage<T>(name: string, attributes: { topK?: number }, fn: (stage: Step) => T): T
  flag(name: string, variant: boolean): void
  release(): void
}

export interface Engine {
  passages(question: string, topK: number, caller: Caller, signal: AbortSignal): Promise<FoundPassage[]>
  answer(request: AskRequest, caller: Caller, signal: AbortSignal): Promise<Answer>
  /** Sends pieces of the answer as they come, then the whole. */
  stream(request: AskRequest, caller: Caller, signal: AbortSignal, send: (event: StreamEvent) => void): Promise<void>
  /** Forgets what was made from documents that changed, and everything when there are new ones. */
  changed(change: DocumentsChanged): Promise<void>
}

type Made = Omit<Answer, 'cached'>

const TOP_K = 5
/** Candidates of each search, before the second look. */
const CANDIDATES = 30

export function createEngine(options: EngineOptions): Engine {
  const { pool, elasticsearch, redis, llmService, promptTokens, fault, observers, fetch, logger, client, cache, stage, flag, release } =
    options
  const store = createStore(client(pool), { words: elasticsearch && createElasticWords(client(elasticsearch)) })
  // Unheard, an idle connection that the database ends would end the process.
  pool.on('error', (error) => logger.warn({ error }, 'the database ended a connection'))
  const llm = createLlmClient(llmService, fetch)
  const answers: Cache = cache({ name: 'answers', ttl: '10m', redis, bus: redis !== undefined })
  const savings = createSavings('answers', { observers })
  release()

  const passages: Engine['passages'] = async (question, topK, caller, signal) => {
    const [vector = []] = await stage('embed', {}, () => llm.embed([question], caller, signal))
    const candidates = await stage('retrieve', { topK: CANDIDATES }, async (step) => {
      const found = fuse(await Promise.all([store.near(vector, CANDIDATES), store.worded(question, CANDIDATES)]))
      step.set({ documents: found.length, topScore: found[0]?.score ?? 0 })
      return found
    })
    flag('rerank', true)
    return stage('rerank', { topK }, (step) => {
      const best = rerank(question, candidates).slice(0, topK)
      step.set({ documents: best.length, topScore: best[0]?.score ?? 0 })
      return best
    })
  }

  const prepare = async (request: AskRequest, caller: Caller, signal: AbortSignal) => {
    misbehave(fault)
    const found = await passages(request.question, TOP_K, caller, signal)
    return stage('prompt', {}, (step) => {
      const prompt = promptOf(request.question, found, promptTokens)
      step.set({ documents: prompt.passages.length, tokens: prompt.tokens })
      const { model } = request
      return {
        messages: prompt.messages,
        question: request.question,
        sources: prompt.passages.map(sourceOf),
        ...(model !== undefined && { model })
      }
    })
  }

  /** One line an answer: where it came from, what it cost or saved. */
  const told = (answer: Answer): Answer => {
    const { from, model, usage, costUsd, sources } = answer
    if (answer.cached)
      savings.add(model, { tokens: usage.inputTokens + usage.outputTokens, ...(costUsd !== undefined && { usd: costUsd }) })
    const money = costUsd === undefined ? {} : answer.cached ? { savedUsd: costUsd } : { costUsd }
    logger.info({ from, model, documents: sources.length, ...usage, ...money }, 'answered')
    return answer
  }

  return {
    passages,
    async answer(request, caller, signal) {
      let kept = true
      const made = await answers.getOrSet<Made>(keyOf(request, caller), async ({ addDependencies, addTags }) => {
        kept = false
        addTags('index')
        const answer = madeOf(
          await prepare(request, caller, signal).then((prompt) => stage('generate', {}, () => llm.complete(prompt, caller, signal)))
        )
        addDependencies(...dependenciesOf(answer))
        return answer
      })
      return told({ ...made, cached: kept || made.from === 'meaning', from: kept ? 'answers' : made.from })
    },

    async stream(request, caller, signal, send) {
      const key = keyOf(request, caller)
      const kept = await answers.get<Made>(key)
      if (kept) {
        send({ text: kept.answer })
        return send({ done: told({ ...kept, cached: true, from: 'answers' }) })
      }
      // A document that changes while the answer is being made ends it before it is kept.
      const mark = answers.mark(key, { tags: ['index'] })
      try {
        const prompt = await prepare(request, caller, signal)
        await stage('generate', {}, async () => {
          for await (const event of llm.stream(prompt, caller, signal)) {
            if ('error' in event) throw new Error(event.error)
            if (!('done' in event)) send(event)
            else {
              const made = madeOf(event.done)
              await mark.keep(made, { tags: ['index'], dependsOn: dependenciesOf(made) })
              send({ done: told({ ...made, cached: made.from === 'meaning' }) })
            }
          }
        })
      } finally {
        mark.end()
      }
    },

    async changed({ added, changed }) {
      // Any question might be answered better by a new document.
      if (added.length > 0) await answers.invalidate({ tags: ['index'] })
      if (changed.length > 0) await answers.invalidate({ dependency: changed.map(documentName) })
    }
  }
}

function madeOf({ text, model, usage, costUsd, sources, sameAs }: Completion): Made {
  return { answer: text, sources, model, usage, costUsd, from: sameAs === undefined ? 'model' : 'meaning' }
}

const sourceOf = ({ document, title, heading, text, score }: FoundPassage) => ({ document, title, heading, text, score })
const dependenciesOf = ({ sources }: Pick<Made, 'sources'>) => [...new Set(sources.map(({ document }) => documentName(document)))]

/** Two questions that differ in case or spacing are the same question. The text itself is no key: it may hold a secret. */
function keyOf({ question, model = '' }: AskRequest, { tenant = '' }: Caller): string {
  return createHash('sha256')
    .update(JSON.stringify([tenant, model, question.trim().toLowerCase().replace(/\s+/g, ' ')]))
    .digest('hex')
}
