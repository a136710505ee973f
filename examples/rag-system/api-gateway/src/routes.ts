// The routes of the gateway: sign in, ask, search, documents, feedback. All but the first need a key or a session.
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { type AskRequest, type Caller, callerHeaders, MAX_DOCUMENT_BYTES, replyTo, ServiceError, tooLarge } from '@rag-example/wire'
import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express'
import { type AuthenticateOptions, authenticate } from './authenticate.js'
import { relay } from './relay.js'

export interface RoutesOptions extends AuthenticateOptions {
  readonly ragEngine: string
  readonly documentService: string
  readonly logger: { info(fields: object, message: string): void }
  feedback(feedback: { target: string; score: number }): void
}

export function routes({ ragEngine, documentService, feedback, ...options }: RoutesOptions): Router {
  const { authService, fetch, logger } = options
  const router = express.Router()
  const json = express.json({ limit: '64kb' })
  const send = (method: string, body: unknown, headers: Record<string, string> = {}) => ({
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body)
  })

  router.post('/sessions', json, (request, response) =>
    relay(response, { name: 'auth-service', url: `${authService}/sessions` }, fetch, send('POST', request.body ?? {}))
  )
  router.delete('/sessions/current', (request, response) =>
    relay(response, { name: 'auth-service', url: `${authService}/sessions/current` }, fetch, {
      method: 'DELETE',
      headers: { authorization: request.get('authorization') ?? '' }
    })
  )

  router.use(authenticate(options))
  router.post('/ask', json, async (request: Request<unknown, unknown, AskRequest>, response) => {
    const { question, stream, model } = request.body ?? {}
    logger.info({ question }, 'question')
    const body = { question, stream, model }
    await relay(response, { name: 'rag-engine', url: `${ragEngine}/answers` }, fetch, send('POST', body, callerHeaders(callerOf(response))))
  })
  router.get('/search', async (request, response) => {
    const query = new URLSearchParams({ question: String(request.query['q'] ?? ''), k: String(request.query['k'] ?? 5) })
    const headers = callerHeaders(callerOf(response))
    await relay(response, { name: 'rag-engine', url: `${ragEngine}/passages?${query}` }, fetch, { headers })
  })
  router.post('/feedback', json, (request: Request<unknown, unknown, { target?: unknown; score?: unknown }>, response) => {
    const { target, score } = request.body ?? {}
    if (typeof target !== 'string' || typeof score !== 'number') throw new ServiceError(400, 'A target and a score are needed.')
    feedback({ target, score })
    logger.info({ target, score }, 'feedback')
    response.status(204).end()
  })

  const documents = { name: 'document-service', url: `${documentService}/documents` }
  const one = (id: string) => ({ ...documents, url: `${documents.url}/${encodeURIComponent(id)}` })
  router.get('/documents', async (request, response) => {
    const url = `${documents.url}?${new URLSearchParams({ limit: String(request.query['limit'] ?? 100) })}`
    await relay(response, { ...documents, url }, fetch)
  })
  router.put('/documents/:id', async (request, response) => {
    // A service that refuses a body in the middle hangs up: what is known to be too large is not sent on.
    if (Number(request.get('content-length') ?? 0) > MAX_DOCUMENT_BYTES) throw tooLarge()
    // As it comes: the service behind decides about its kind.
    const body = Readable.toWeb(request) as ReadableStream<Uint8Array>
    const headers = { 'content-type': request.get('content-type') ?? '' }
    await relay(response, one(request.params.id), fetch, {
      method: 'PUT',
      headers,
      body: body as unknown as NonNullable<RequestInit['body']>,
      duplex: 'half'
    })
  })
  router.delete('/documents/:id', (request, response) => relay(response, one(request.params.id), fetch, { method: 'DELETE' }))
  return router
}

/** The last handler: what failed on the way is one JSON body. */
export const failure: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error)
  const { status, headers, body } = replyTo(error)
  response.status(status).set(headers).json(body)
}

function callerOf(response: Response): Caller {
  return response.locals['caller'] as Caller
}
