// Asks auth-service who calls, once a request, before anything else is done for it.
import { type Caller, unreachable } from '@rag-example/wire'
import type { RequestHandler } from 'express'

export interface AuthenticateOptions {
  readonly authService: string
  readonly fetch: typeof globalThis.fetch
  identify(caller: { user?: string; tenant?: string }): void
}

/** Puts the caller into `response.locals`; whoever is refused gets the words of auth-service. */
export function authenticate({ authService, fetch, identify }: AuthenticateOptions): RequestHandler {
  return async (request, response, next) => {
    const query = new URLSearchParams({ on: `${request.method} ${request.path}` })
    const authorization = request.get('authorization')
    const reply = await fetch(`${authService}/check?${query}`, { headers: authorization === undefined ? {} : { authorization } }).catch(
      (error: unknown) => {
        throw unreachable('auth-service', error)
      }
    )
    const body = (await reply.json()) as Caller & { message?: string }
    if (!reply.ok) {
      const retryAfter = reply.headers.get('retry-after')
      if (retryAfter) response.set('retry-after', retryAfter)
      response.status(reply.status).json({ message: body.message ?? 'refused' })
      return
    }
    const { user = '', tenant = '' } = body
    identify({ user, tenant })
    response.locals['caller'] = { user, tenant }
    next()
  }
}
