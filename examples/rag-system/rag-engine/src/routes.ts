// The routes of rag-engine: passages for a question, an answer, plain or streamed, and news of documents.
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type AskRequest,
  callerOf,
  type DocumentsChanged,
  eventText,
  goneSignal,
  type PassagesReply,
  replyTo,
  ServiceError
} from '@rag-example/wire'
import type { FastifyPluginAsync } from 'fastify'
import { createEngine, type EngineOptions } from './engine.js'
import { answersSchema, changesSchema, passagesSchema } from './schemas.js'

export interface RoutesOptions extends EngineOptions {
  identify(caller: { user?: string; tenant?: string }): void
}

export const routes =
  ({ identify, ...options }: RoutesOptions): FastifyPluginAsync =>
  async (app) => {
    const engine = createEngine(options)
    app.addHook('preHandler', async ({ headers }) => {
      const { user, tenant } = callerOf(headers)
      identify({ ...(user !== undefined && { user }), ...(tenant !== undefined && { tenant }) })
    })
    app.setErrorHandler((error: { validation?: readonly { instancePath: string }[] }, _request, reply) => {
      // The words of the validator are for programmers.
      const isQuestion = error.validation?.some(({ instancePath }) => instancePath === '/question' || instancePath === '')
      const { status, headers, body } = replyTo(
        isQuestion ? new ServiceError(400, 'A question is a text of up to 4000 characters.') : error
      )
      reply.status(status).headers(headers).send(body)
    })
    app.get<{ Querystring: { question: string; k: number } }>(
      '/passages',
      { schema: passagesSchema },
      async ({ query, headers }, reply) => {
        const passages = await engine.passages(query.question, query.k, callerOf(headers), goneSignal(reply.raw))
        return { passages } satisfies PassagesReply
      }
    )
    app.post<{ Body: AskRequest }>('/answers', { schema: answersSchema }, async ({ body, headers }, reply) => {
      const signal = goneSignal(reply.raw)
      if (!body.stream) return engine.answer(body, callerOf(headers), signal)
      const events = new PassThrough()
      const work = engine.stream(body, callerOf(headers), signal, (event) => events.write(eventText(event)))
      // What fails before the first piece is an error of this reply, not of the stream.
      await Promise.race([once(events, 'readable'), work])
      work.then(
        () => events.end(),
        (error: Error) => failed(events, error)
      )
      return reply.type('text/event-stream').send(events)
    })
    app.post<{ Body: DocumentsChanged }>('/documents/changed', { schema: changesSchema }, async ({ body }, reply) => {
      await engine.changed(body)
      return reply.status(204).send()
    })
  }

/** Says what went wrong as the last event, then breaks the reply off: a stream that failed has not ended well. */
async function failed(events: PassThrough, error: Error): Promise<void> {
  events.write(eventText({ error: replyTo(error).body.message }))
  while (events.readableLength > 0 && !events.destroyed) await pause(5)
  events.destroy(error)
}
