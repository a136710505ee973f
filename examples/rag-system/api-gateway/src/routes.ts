// The routes of the gateway. It passes questions on to rag-engine, and an abort of the client with them.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { AskRequest } from '@rag-example/wire'
import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express'

export interface RoutesOptions {
  readonly ragEngine: string
  readonly fetch: typeof globalThis.fetch
  readonly logger: { info(fields: object, message: string): void }
  identify(identity: { user?: string; tenant?: string }): void
}

export function routes({ ragEngine, fetch, logger, identify }: RoutesOptions): Router {
  const router = express.Router()
  router.use(express.json({ limit: '64kb' }))
  router.use((request, _response, next) => {
    const user = request.get('x-user')
    const tenant = request.get('x-tenant')
    identify({ ...(user !== undefined && { user }), ...(tenant !== undefined && { tenant }) })
    next()
  })
  router.post('/ask', async (request: Request<unknown, unknown, AskRequest>, response) => {
    const { question, stream, model } = request.body ?? {}
    logger.info({ question }, 'question')
    await relay(response, (signal) =>
      fetch(`${ragEngine}/answers`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ question, stream, model }),
        signal
      })
    )
  })
  router.get('/search', async (request, response) => {
    const query = new URLSearchParams({ question: String(request.query['q'] ?? ''), k: String(request.query['k'] ?? 5) })
    await relay(response, (signal) => fetch(`${ragEngine}/passages?${query}`, { signal }))
  })
  return router
}

/** The last handler: what failed on the way is one JSON body. */
export const failure: ErrorRequestHandler = (error: { status?: number; message?: string }, _request, response, next) => {
  if (response.headersSent) return next(error)
  response.status(error.status ?? 502).json({ message: error.message ?? 'failed' })
}

/** Sends the reply of another service on as it comes. */
async function relay(response: Response, call: (signal: AbortSignal) => Promise<globalThis.Response>): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  try {
    const reply = await call(gone.signal)
    response.status(reply.status).type(reply.headers.get('content-type') ?? 'application/json')
    if (reply.body) await pipeline(Readable.fromWeb(reply.body as import('node:stream/web').ReadableStream), response)
    else response.end()
  } catch (error) {
    // The client left: there is nobody to answer.
    if (!gone.signal.aborted) throw error
  }
}
