// The services without the SDK: the same face, but nothing is observed. What is their own work stays: caches keep, providers are tried in turn, accesses are audited.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createCache } from '@rag/cache'
import { createAuditLog } from '@rag/logger'
import type { Observability } from '@rag/observability'
import { pino } from 'pino'

type Work = { set(): void; mark(): void }
const WORK: Work = { set() {}, mark() {} }
const run = <T>(_name: string, ...rest: [object, (work: Work) => T] | [(work: Work) => T]): T => (rest.at(-1) as (work: Work) => T)(WORK)
const nothing = () => {}
/** With BARE_CONTEXT=1 each request runs in a context of its own, as under any tracer, and nothing else is done. */
const storage = process.env['BARE_CONTEXT'] === '1' ? new AsyncLocalStorage<object>() : undefined
const within = <T>(fn: () => T): T => (storage ? storage.run({}, fn) : fn())
interface Hooked {
  addHook(name: 'onRequest', hook: (request: unknown, reply: unknown, done: () => void) => void): unknown
}
const fastify = (app: Hooked, _options: unknown, done: () => void) => {
  if (storage) app.addHook('onRequest', (_request, _reply, next) => within(next))
  done()
}

export function observability({ service, version }: { service: string; version?: string }) {
  return {
    logger: pino({ base: { service, version } }),
    observers: [],
    fetch: globalThis.fetch,
    express: () => (_request: unknown, _response: unknown, next: () => void) => within(next),
    errors: () => (error: unknown, _request: unknown, _response: unknown, next: (error: unknown) => void) => next(error),
    fastify: Object.assign(fastify, { [Symbol.for('skip-override')]: true }),
    hono: () => (_context: unknown, next: () => Promise<void>) => within(next),
    identify: nothing,
    client: <T>(client: T) => client,
    llm: <T>(client: T) => client,
    cache: (options: Parameters<typeof createCache>[0]) => createCache(options),
    audit: (options: Parameters<typeof createAuditLog>[0]) => createAuditLog(options),
    stage: run,
    job: run,
    tool: run,
    agent: run,
    run: <T>(_caller: object, fn: () => T): T => fn(),
    observe: run,
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
