// Responses of models: whole ones and streams. A stream is stored only after it ended cleanly, and replayed as a stream.
import { createKey, type KeyParts } from '../keys.js'
import type { Cache, EntryOptions } from '../types.js'
import { documentName } from './retrievals.js'
import { type Savings, type Spending, tokensOf } from './savings.js'

export interface ResponseCacheOptions {
  cache: Cache
  /** A request without tenant is an error. @default false */
  tenancy?: boolean
  savings?: Savings
  /** USD of a response, for the savings and as the cost of the entry. */
  priceOf?: (model: string, response: unknown) => number | undefined
  /** A stream with more chunks is not stored. @default 20000 */
  maxChunks?: number
}

export interface ResponseOptions extends EntryOptions {
  /** Ids of the documents that the answer was built from. */
  documents?: readonly string[]
}

export interface ResponseCache {
  /** The stored response to an equal request, or what `call` gives. */
  complete<R>(request: KeyParts & { model: string }, call: () => PromiseLike<R>, options?: ResponseOptions): Promise<R>
  /** The chunks of the stored response, or those of `open`, passed on as they come. */
  stream<C>(
    request: KeyParts & { model: string },
    open: () => PromiseLike<AsyncIterable<C>> | AsyncIterable<C>,
    options?: ResponseOptions
  ): AsyncIterable<C>
}

interface Stored {
  readonly body: unknown
  readonly spending: Spending
}

/**
 * A cache of model responses, keyed by everything that the response depends on: give tenant, model, messages and all parameters.
 *
 * @example
 * const responses = createResponseCache({ cache, savings, tenancy: true })
 * const answer = await responses.complete({ tenant, ...request }, () => openai.chat.completions.create(request), { documents: ['42'] })
 */
export function createResponseCache({ cache, tenancy = false, savings, priceOf, maxChunks = 20_000 }: ResponseCacheOptions): ResponseCache {
  const keyOf = createKey('response', { tenancy })
  const keep = ({ documents = [], dependsOn = [], ...rest }: ResponseOptions): EntryOptions => ({
    ...rest,
    dependsOn: [...dependsOn, ...documents.map(documentName)]
  })
  const spendingOf = (model: string, response: unknown): Spending => {
    try {
      return { tokens: tokensOf(response), usd: priceOf?.(model, response) }
    } catch {
      return {}
    }
  }

  return {
    async complete<R>(request: KeyParts & { model: string }, call: () => PromiseLike<R>, options: ResponseOptions = {}) {
      const key = keyOf({ ...request, kind: 'complete' })
      let loaded = false
      const stored = await cache.getOrSet<Stored>(
        key,
        async ({ setCost }) => {
          loaded = true
          const body = await call()
          const spending = spendingOf(request.model, body)
          if (spending.usd !== undefined) setCost(spending.usd)
          return { body, spending }
        },
        keep(options)
      )
      if (!loaded) savings?.add(request.model, stored.spending)
      return stored.body as R
    },
    async *stream<C>(
      request: KeyParts & { model: string },
      open: () => PromiseLike<AsyncIterable<C>> | AsyncIterable<C>,
      options: ResponseOptions = {}
    ) {
      const key = keyOf({ ...request, kind: 'stream' })
      const stored = await cache.get<Stored>(key)
      if (stored) {
        savings?.add(request.model, stored.spending)
        yield* stored.body as C[]
        return
      }
      const mark = cache.mark(key, keep(options))
      const chunks: C[] = []
      let spending: Spending = {}
      try {
        for await (const chunk of await open()) {
          if (chunks.length <= maxChunks) chunks.push(chunk)
          const seen = spendingOf(request.model, chunk)
          if (seen.tokens !== undefined || seen.usd !== undefined) spending = seen
          yield chunk
        }
        // A consumer that stops early leaves by `return`, a failed stream by `throw`: neither comes here.
        const cost = spending.usd === undefined ? {} : { cost: spending.usd }
        if (chunks.length <= maxChunks) await mark.keep({ body: chunks, spending }, cost)
      } finally {
        mark.end()
      }
    }
  }
}
