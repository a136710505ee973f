// The routes of document-service. A document is sent as it is, its kind by the content type.
import type { IncomingMessage } from 'node:http'
import { finished } from 'node:stream/promises'
import { replyTo, ServiceError, tooLarge } from '@rag-example/wire'
import type { FastifyPluginAsync } from 'fastify'
import { createDocuments, type DocumentsOptions } from './documents.js'

/** Readable, and harmless in a path, a log line and a prompt. Marks belong to letters: to those of many languages, and to accents as some systems write them. */
const ID = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._:/@()+-]{0,199}$/u

/** The application with its routes. */
export function withRoutes<A extends { register(plugin: FastifyPluginAsync): unknown }>(app: A, options: DocumentsOptions): A {
  app.register(routes(options))
  return app
}

/** Indexes before it answers. */
const routes =
  (options: DocumentsOptions): FastifyPluginAsync =>
  async (app) => {
    const documents = createDocuments(options)
    app.addHook('onReady', documents.start)
    // Whatever the type: the content decides.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.setErrorHandler(async (error: { code?: string }, request, reply) => {
      const isLarge = error.code === 'FST_ERR_CTP_BODY_TOO_LARGE'
      if (isLarge) await readOn(request.raw)
      const { status, headers, body } = replyTo(isLarge ? tooLarge() : error)
      return reply.status(status).headers(headers).send(body)
    })

    app.put<{ Params: { id: string }; Body: Buffer | undefined }>('/documents/:id', async ({ params, body, headers }, reply) => {
      const id = checked(params.id)
      if (!body || body.length === 0) throw new ServiceError(422, 'The document is empty.')
      const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
      const { created, ...document } = await documents.put({ id, type, bytes: body })
      return reply.status(created ? 201 : 200).send(document)
    })
    app.get<{ Querystring: { limit?: string } }>('/documents', async ({ query }) => {
      const limit = Math.min(Math.max(Math.trunc(Number(query.limit ?? 100)) || 100, 1), 500)
      return { documents: await documents.list(limit) }
    })
    app.delete<{ Params: { id: string } }>('/documents/:id', async ({ params }, reply) => {
      if (!(await documents.remove(checked(params.id)))) throw new ServiceError(404, 'There is no such document.')
      return reply.status(204).send()
    })
  }

const READ_ON_MS = 5000

/** Whoever is still sending would find the connection reset instead of the reply: the rest is read and thrown away, for a while. */
async function readOn(request: IncomingMessage): Promise<void> {
  request.resume()
  await finished(request, { writable: false, signal: AbortSignal.timeout(READ_ON_MS) }).catch(() => {})
}

function checked(id: string): string {
  if (!ID.test(id))
    throw new ServiceError(400, 'A name has up to 200 letters, digits, spaces and . _ : / @ ( ) + - and begins with a letter or digit.')
  return id
}
