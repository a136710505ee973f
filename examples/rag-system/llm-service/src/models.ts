// What the service does with models: choose a provider, stay within budgets, keep answers by their meaning. Its telemetry comes as plain functions.
import { createHash } from 'node:crypto'
import { createSemanticCache, documentName } from '@rag/cache'
import type { Caller, Completion, CompletionRequest } from '@rag-example/wire'
import type { LlmEnvironment } from './environment.js'
import { costOf } from './prices.js'
import type { Provider, Said } from './providers.js'

type SemanticOptions = Parameters<typeof createSemanticCache>[0]
type Cache = SemanticOptions['cache']
export interface ModelsOptions extends LlmEnvironment {
  readonly observers: NonNullable<SemanticOptions['observers']>
  readonly meter: {
    failover<C, T>(options: { targets: readonly C[]; when(error: unknown): boolean }, call: (target: C) => Promise<T>): Promise<T>
    budget(options: { name: string; per?: 'user'; window: '1d'; limit: { usd: number } }): unknown
  }
  llm<T extends object>(client: T): T
  cache(options: object): Cache
}

export interface Models {
  embed(texts: readonly string[]): Promise<readonly (readonly number[])[]>
  complete(request: CompletionRequest, caller: Caller, signal: AbortSignal): Promise<Completion>
  /** Pieces of text as they come, then the whole. */
  stream(request: CompletionRequest, caller: Caller, signal: AbortSignal): AsyncGenerator<string | Completion>
  /** Forgets what was made from these documents. */
  forget(documents: readonly string[]): Promise<void>
}

const ENCODER = 'universal-sentence-encoder-lite'
/** Measured on this encoder: paraphrases lie above it, other questions about the same thing below. */
const SAME_MEANING = 0.92

export function createModels(options: ModelsOptions): Models {
  const { meter, llm, cache, observers, redis, userBudgetUsd, dailyBudgetUsd } = options
  const encoder = llm(options.encoder)
  for (const { client } of options.providers) llm(client)
  meter.budget({ name: 'user-day', per: 'user', window: '1d', limit: { usd: userBudgetUsd } })
  meter.budget({ name: 'all-day', window: '1d', limit: { usd: dailyBudgetUsd } })
  // A small first layer, so that the second one is seen at work.
  const vectors = cache({ name: 'vectors', ttl: '1h', memory: { maxEntries: 32 }, redis })
  const meanings = cache({ name: 'meanings', ttl: '10m', redis })

  const encode = async (texts: readonly string[]) => {
    const { data } = await encoder.embeddings.create({ model: ENCODER, input: [...texts] })
    return data.map(({ embedding }) => embedding)
  }
  const embedOne = (text: string) =>
    vectors.getOrSet(createHash('sha256').update(text).digest('hex'), async () => (await encode([text]))[0]!)
  const kept = createSemanticCache<Completion>({ cache: meanings, embed: embedOne, threshold: SAME_MEANING, observers })
  const questionOf = ({ question, model = options.providers[0]?.model ?? '' }: CompletionRequest, { tenant = 'none' }: Caller) =>
    question === undefined ? undefined : { tenant, model, text: question }
  const keep = ({ sources = [] }: CompletionRequest) => ({ dependsOn: [...new Set(sources.map(({ document }) => documentName(document)))] })
  const completionOf = ({ text, model, usage }: Said, { sources = [] }: CompletionRequest): Completion => ({
    text,
    model,
    usage,
    costUsd: costOf(model, usage),
    sources
  })
  /** The model that a request names is the first provider's; another provider answers with its own. */
  const route = <T>(request: CompletionRequest, call: (provider: Provider, model: string) => Promise<T>) =>
    meter.failover({ targets: options.providers, when: isElsewhere }, (provider) =>
      call(provider, provider === options.providers[0] ? (request.model ?? provider.model) : provider.model)
    )

  return {
    // Questions come again; a corpus is embedded once and kept by who asked for it.
    embed: async (texts) => (texts.length > 1 ? encode(texts) : [await embedOne(texts[0] ?? '')]),

    async complete(request, caller, signal) {
      const question = questionOf(request, caller)
      const hit = question && (await kept.get(question))
      if (hit) return { ...hit.value, sameAs: hit.question }
      const said = await route(request, (provider, model) => provider.complete(model, request.messages, signal))
      const made = completionOf(said, request)
      if (question) await kept.set(question, made, keep(request))
      return made
    },

    async *stream(request, caller, signal) {
      const question = questionOf(request, caller)
      const hit = question && (await kept.get(question))
      if (hit) {
        yield hit.value.text
        return yield { ...hit.value, sameAs: hit.question }
      }
      for await (const piece of await route(request, (provider, model) => provider.stream(model, request.messages, signal))) {
        if (typeof piece === 'string') yield piece
        else {
          // The client ends the loop without an error when it was aborted.
          signal.throwIfAborted()
          const made = completionOf(piece, request)
          if (question) await kept.set(question, made, keep(request))
          yield made
        }
      }
    },
    async forget(documents) {
      if (documents.length > 0) await meanings.invalidate({ dependency: documents.map(documentName) })
    }
  }
}

/** Whether another provider might answer: not when the user's money is spent, nor when what was asked for is wrong. */
function isElsewhere(error: unknown): boolean {
  const { status, code, name } = error as { status?: number; code?: string; name?: string }
  if (code?.startsWith('RAG_LLM_BUDGET') || /Abort/.test(name ?? '') || /Abort/.test((error as object).constructor.name)) return false
  return status === undefined || status === 408 || status === 409 || status === 429 || status >= 500
}
