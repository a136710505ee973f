// The two routes of llm-service. A caller that goes away aborts the call to the provider.
import { Readable } from 'node:stream'
import { type CompletionRequest, type EmbeddingsReply, eventText, type StreamEvent } from '@rag-example/wire'
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import type { Models } from './models.js'

const texts = { type: 'array', minItems: 1, maxItems: 256, items: { type: 'string', minLength: 1, maxLength: 20_000 } } as const
const message = {
  type: 'object',
  required: ['role', 'content'],
  properties: { role: { enum: ['system', 'user', 'assistant'] }, content: { type: 'string' } }
} as const
const embeddingsSchema = { body: { type: 'object', required: ['input'], properties: { input: texts } } } as const
const completionsSchema = {
  body: {
    type: 'object',
    required: ['messages'],
    properties: { messages: { type: 'array', minItems: 1, items: message }, model: { type: 'string' }, stream: { type: 'boolean' } }
  }
} as const

export const routes =
  (models: Models): FastifyPluginAsync =>
  async (app) => {
    app.post<{ Body: { input: string[] } }>('/embeddings', { schema: embeddingsSchema }, async ({ body }): Promise<EmbeddingsReply> => {
      return { vectors: await models.embed(body.input).catch(badGateway) }
    })
    app.post<{ Body: CompletionRequest }>('/completions', { schema: completionsSchema }, async ({ body }, reply) => {
      const signal = goneSignal(reply)
      if (!body.stream) return models.complete(body, signal).catch(badGateway)
      const answers = models.stream(body, signal)
      // The first piece decides the status: a refusal of the provider is no stream.
      const first = await answers.next().catch(badGateway)
      return reply.type('text/event-stream').send(Readable.from(events(first, answers)))
    })
  }

async function* events(first: IteratorResult<unknown>, answers: ReturnType<Models['stream']>): AsyncGenerator<string> {
  let next = first as Awaited<ReturnType<typeof answers.next>>
  try {
    for (; !next.done; next = await answers.next()) {
      const event: StreamEvent =
        typeof next.value === 'string'
          ? { text: next.value }
          : { done: { answer: next.value.text, model: next.value.model, usage: next.value.usage } }
      yield eventText(event)
    }
  } catch (error) {
    yield eventText({ error: error instanceof Error ? error.message : String(error) } satisfies StreamEvent)
  } finally {
    await answers.return(undefined)
  }
}

/** Aborts when the client goes away before the reply is complete. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return gone.signal
}

function badGateway(error: unknown): never {
  const { message, name } = error instanceof Error ? error : new Error(String(error))
  throw Object.assign(new Error(message, { cause: error }), { name, statusCode: 502 })
}
