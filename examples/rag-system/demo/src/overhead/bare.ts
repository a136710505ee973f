// The services without the SDK: the same face, but nothing is observed, or what BARE_KEEPS says. What is their own work stays: caches keep, providers are tried in turn, accesses are audited.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createCache } from '@rag/cache'
import { createAuditLog } from '@rag/logger'
import type { Observability } from '@rag/observability'
import { pino } from 'pino'
import { type Request, type Response, recordByHand } from './by-hand.js'

type Work = { set(): void; mark(): void }
const WORK: Work = { set() {}, mark() {} }
const run = <T>(_name: string, ...rest: [object, (work: Work) => T] | [(work: Work) => T]): T => (rest.at(-1) as (work: Work) => T)(WORK)
const nothing = () => {}
/** What is done all the same: `context` runs each request in a context of its own, as any tracer does; `records` makes the records by hand. */
const KEPT = process.env['BARE_KEEPS']
const storage = new AsyncLocalStorage<object>()
type Next = () => void
interface Hooked {
  addHook(name: 'onRequest', hook: (request: Asked, reply: { readonly raw: Response }, done: Next) => void): unknown
}
interface Asked {
  readonly raw: Request
  readonly routeOptions: { readonly url?: string }
}

export function observability({ service, version }: { service: string; version?: string }) {
  const logger = pino({ base: { service, version } })
  const byHand = KEPT === 'records' ? recordByHand(service, logger) : undefined
  const within = (next: Next) => (KEPT === 'context' ? storage.run({}, next) : next())
  const fastify = (app: Hooked, _options: unknown, done: Next) => {
    if (byHand) app.addHook('onRequest', (request, { raw }, next) => byHand.request(request.raw, raw, () => request.routeOptions.url, next))
    else if (KEPT) app.addHook('onRequest', (_request, _reply, next) => within(next))
    done()
  }
  const stage: typeof run = (name, ...rest) => (byHand ? byHand.stage(name, () => run(name, ...rest)) : run(name, ...rest))
  return {
    logger,
    observers: [],
    fetch: byHand?.fetch ?? globalThis.fetch,
    express: () => (request: Request & { readonly route?: { readonly path: string } }, response: Response, next: Next) =>
      byHand ? byHand.request(request, response, () => request.route?.path, next) : within(next),
    errors: () => (error: unknown, _request: unknown, _response: unknown, next: (error: unknown) => void) => next(error),
    fastify: Object.assign(fastify, { [Symbol.for('skip-override')]: true }),
    hono: () => (_context: unknown, next: () => Promise<void>) => (KEPT === 'context' ? storage.run({}, next) : next()),
    identify: nothing,
    client: <T extends object>(client: T) => byHand?.client(client) ?? client,
    llm: <T>(client: T) => client,
    cache: (options: Parameters<typeof createCache>[0]) => createCache(options),
    audit: (options: Parameters<typeof createAuditLog>[0]) => createAuditLog(options),
    stage,
    job: stage,
    tool: run,
    agent: run,
    run: <T>(_caller: object, fn: () => T): T => fn(),
    observe: stage,
    globals: nothing,
    server: nothing,
    flag: nothing,
    feedback: nothing,
    release: nothing,
    metrics: { collect: nothing, pool: nothing, defineMetric: () => ({ set: nothing }) },
    meter: { budget: nothing, failover: inTurn },
    tracing: {},
    masker: {},
    admin: async () => ({ url: '' }),
    flush: async () => {},
    shutdown: async () => ({})
  } satisfies Record<keyof Observability, unknown>
}

async function inTurn<C, T>({ targets }: { targets: readonly C[] }, call: (target: C) => Promise<T>): Promise<T> {
  let last: unknown
  for (const target of targets) {
    try {
      return await call(target)
    } catch (error) {
      last = error
    }
  }
  throw last
}
