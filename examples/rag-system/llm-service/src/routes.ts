// The routes of llm-service. A caller that goes away aborts the call to the provider.
import { Readable } from 'node:stream'
import {
  type CompletionEvent,
  type CompletionRequest,
  callerOf,
  type DocumentsChanged,
  type EmbeddingsReply,
  eventText,
  goneSignal,
  replyTo,
  ServiceError
} from '@rag-example/wire'
import type { FastifyPluginAsync } from 'fastify'
import { createModels, type Models, type ModelsOptions } from './models.js'
import { changesSchema, completionsSchema, embeddingsSchema } from './schemas.js'

export interface RoutesOptions extends ModelsOptions {
  identify(caller: { user?: string; tenant?: string }): void
}

export const routes =
  ({ identify, ...options }: RoutesOptions): FastifyPluginAsync =>
  async (app) => {
    const models = createModels(options)
    app.addHook('preHandler', async ({ headers }) => {
      const { user, tenant } = callerOf(headers)
      identify({ ...(user !== undefined && { user }), ...(tenant !== undefined && { tenant }) })
    })
    app.setErrorHandler((error, _request, reply) => {
      const { status, headers, body } = replyTo(error)
      reply.status(status).headers(headers).send(body)
    })
    app.post<{ Body: { input: string[] } }>('/embeddings', { schema: embeddingsSchema }, async ({ body }): Promise<EmbeddingsReply> => {
      return { vectors: await models.embed(body.input).catch(refused) }
    })
    app.post<{ Body: CompletionRequest }>('/completions', { schema: completionsSchema }, async ({ body, headers }, reply) => {
      const signal = goneSignal(reply.raw)
      if (!body.stream) return models.complete(body, callerOf(headers), signal).catch(refused)
      const answers = models.stream(body, callerOf(headers), signal)
      // The first piece decides the status: a refusal of the provider is no stream.
      const first = await answers.next().catch(refused)
      return reply.type('text/event-stream').send(Readable.from(events(first, answers)))
    })
    app.post<{ Body: DocumentsChanged }>('/documents/changed', { schema: changesSchema }, async ({ body }, reply) => {
      await models.forget(body.changed)
      return reply.status(204).send()
    })
  }

async function* events(first: IteratorResult<unknown>, answers: ReturnType<Models['stream']>): AsyncGenerator<string> {
  let next = first as Awaited<ReturnType<typeof answers.next>>
  try {
    for (; !next.done; next = await answers.next()) {
      yield eventText((typeof next.value === 'string' ? { text: next.value } : { done: next.value }) satisfies CompletionEvent)
    }
  } catch (error) {
    yield eventText({ error: error instanceof Error ? error.message : String(error) } satisfies CompletionEvent)
  } finally {
    await answers.return(undefined)
  }
}

/** An exhausted budget is the caller's to know, with the time to wait; whatever else a provider says is a fault behind this service. */
function refused(error: unknown): never {
  const { message, name, code, retryAfterMs } = error as Error & { code?: string; retryAfterMs?: number }
  if (code === 'RAG_LLM_BUDGET')
    throw new ServiceError(
      429,
      'Your budget for today is used up. Questions that were answered before are still free.',
      Math.ceil((retryAfterMs ?? 1000) / 1000)
    )
  throw Object.assign(new ServiceError(502, message, undefined, { cause: error }), { name })
}
