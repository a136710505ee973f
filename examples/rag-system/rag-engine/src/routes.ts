// The two routes of rag-engine: passages for a question, and an answer, plain or streamed.
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { type AskRequest, eventText, type PassagesReply } from '@rag-example/wire'
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import type { Engine } from './engine.js'

const question = { type: 'string', minLength: 1, maxLength: 4000 } as const
const passagesSchema = {
  querystring: {
    type: 'object',
    required: ['question'],
    properties: { question, k: { type: 'integer', minimum: 1, maximum: 20, default: 5 } }
  }
} as const
const answersSchema = {
  body: { type: 'object', required: ['question'], properties: { question, stream: { type: 'boolean' }, model: { type: 'string' } } }
} as const

export const routes =
  (engine: Engine): FastifyPluginAsync =>
  async (app) => {
    app.get<{ Querystring: { question: string; k: number } }>('/passages', { schema: passagesSchema }, async ({ query }, reply) => {
      return { passages: await engine.passages(query.question, query.k, goneSignal(reply)) } satisfies PassagesReply
    })
    app.post<{ Body: AskRequest }>('/answers', { schema: answersSchema }, async ({ body }, reply) => {
      const signal = goneSignal(reply)
      if (!body.stream) return engine.answer(body, signal)
      const events = new PassThrough()
      const work = engine.stream(body, signal, (event) => events.write(eventText(event)))
      // What fails before the first piece is an error of this reply, not of the stream.
      await Promise.race([once(events, 'readable'), work])
      work.then(
        () => events.end(),
        (error: Error) => events.destroy(error)
      )
      return reply.type('text/event-stream').send(events)
    })
  }

/** Aborts when the client goes away before the reply is complete. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return gone.signal
}
