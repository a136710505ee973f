// The routes of auth-service: sign in, sign out, and the question that the gateway asks of every request.
import { type Caller, replyTo, ServiceError } from '@rag-example/wire'
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, type Router } from 'express'
import type { AuthEnvironment } from './environment.js'
import { createLimit } from './limit.js'
import { createSessions } from './sessions.js'
import { checkPassword, sha256 } from './users.js'

type Access = { who: string; what?: string; on?: string; outcome?: string }
export interface RoutesOptions extends Omit<AuthEnvironment, 'audit'> {
  readonly audit: { access(access: Access): Promise<unknown> }
  readonly logger: { error(fields: object, message: string): void }
  client<T extends object>(client: T): T
  identify(caller: { user?: string; tenant?: string }): void
}

/** Attempts a minute and user: a password is not found by trying. */
const SIGN_INS = 10

export function routes({ users, limit, redis, audit, logger, client, identify }: RoutesOptions): Router {
  const store = redis && client(redis)
  redis?.on('error', () => {})
  const sessions = createSessions(store)
  const overLimit = createLimit(limit, store)
  const tooManySignIns = createLimit(SIGN_INS, store)
  const byKey = new Map(users.map((user) => [user.apiKeySha256, user]))
  const byName = new Map(users.map((user) => [user.user, user]))
  const router = express.Router()
  router.use(express.json({ limit: '8kb' }))

  /** What decides about access is on record before it is granted. */
  const recorded = async (access: Access): Promise<void> => {
    try {
      await audit.access(access)
    } catch (error) {
      logger.error({ err: error }, 'an access could not be recorded')
      throw new ServiceError(503, 'Access cannot be recorded at the moment, so none is given.', 5)
    }
  }

  router.post(
    '/sessions',
    handle(async (request, response) => {
      const { user: name, password } = (request.body ?? {}) as { user?: unknown; password?: unknown }
      if (typeof name !== 'string' || typeof password !== 'string') throw new ServiceError(400, 'A user and a password are needed.')
      const who = name.slice(0, 100)
      // Also for a name that nobody has, so that nobody learns which there are. Before the password: to check one costs a while.
      const wait = await tooManySignIns(`sign in: ${who}`)
      if (wait !== undefined) {
        await recorded({ who, what: 'sign in', outcome: 'limited' })
        throw new ServiceError(429, `A user may try to sign in ${SIGN_INS} times a minute. Try again in ${wait} s.`, wait)
      }
      const user = byName.get(name)
      const right = await checkPassword(user, password)
      await recorded({ who, what: 'sign in', outcome: right ? 'ok' : 'refused' })
      if (!user || !right) throw new ServiceError(401, 'User or password is wrong.')
      response
        .status(201)
        .json({ user: user.user, tenant: user.tenant, ...(await sessions.open({ user: user.user, tenant: user.tenant })) })
    })
  )
  router.delete(
    '/sessions/current',
    handle(async (request, response) => {
      const token = tokenOf(request)
      const caller = token === undefined ? undefined : await sessions.find(token)
      if (token === undefined || !caller) throw new ServiceError(401, 'There is no such session.')
      await sessions.close(token)
      await recorded({ who: caller.user ?? '', what: 'sign out', outcome: 'ok' })
      response.status(204).end()
    })
  )
  router.get(
    '/check',
    handle(async (request, response) => {
      const token = tokenOf(request)
      const on = String(request.query['on'] ?? '').slice(0, 200)
      const known = token === undefined ? undefined : (byKey.get(sha256(token)) ?? (await sessions.find(token)))
      if (!known) {
        await recorded({ who: 'unknown', what: 'use', on, outcome: 'refused' })
        throw new ServiceError(401, sentNothing(request) ? 'Sign in, or send an API key.' : 'This key or session is not valid.')
      }
      const { user = '', tenant = '' } = known
      identify({ user, tenant })
      const wait = await overLimit(user)
      await recorded({ who: user, what: 'use', on, outcome: wait === undefined ? 'ok' : 'limited' })
      if (wait !== undefined) throw new ServiceError(429, `${limit} requests a minute are allowed. Try again in ${wait} s.`, wait)
      response.json({ user, tenant } satisfies Caller)
    })
  )
  return router
}

/** The last handler: what went wrong is one JSON body. */
export const failure: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error)
  const { status, headers, body } = replyTo(error)
  response.status(status).set(headers).json(body)
}

/** Express 4 does not wait for promises. */
function handle(work: (request: Request, response: Response) => Promise<void>): RequestHandler {
  return (request, response, next) => {
    work(request, response).catch(next)
  }
}

function sentNothing(request: Request): boolean {
  return /^(Bearer)?\s*$/i.test(request.get('authorization') ?? '')
}

function tokenOf(request: Request): string | undefined {
  return /^Bearer ([\w.~+/=-]{1,512})$/i.exec(request.get('authorization') ?? '')?.[1]
}
