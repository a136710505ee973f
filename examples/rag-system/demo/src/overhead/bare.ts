// The services without the SDK: the same face, but nothing is observed. What is their own work stays: caches keep, providers are tried in turn.
import { createCache } from '@rag/cache'
import { pino } from 'pino'

type Work = { set(): void; mark(): void }
const WORK: Work = { set() {}, mark() {} }
const run = <T>(_name: string, ...rest: [object, (work: Work) => T] | [(work: Work) => T]): T => (rest.at(-1) as (work: Work) => T)(WORK)
const nothing = () => {}

export function observability({ service, version }: { service: string; version?: string }) {
  return {
    logger: pino({ base: { service, version } }),
    observers: [],
    fetch: globalThis.fetch,
    express: () => (_request: unknown, _response: unknown, next: () => void) => next(),
    errors: () => (error: unknown, _request: unknown, _response: unknown, next: (error: unknown) => void) => next(error),
    fastify: (_app: unknown, _options: unknown, done: () => void) => done(),
    hono: () => (_context: unknown, next: () => Promise<void>) => next(),
    identify: nothing,
    client: <T>(client: T) => client,
    llm: <T>(client: T) => client,
    cache: (options: Parameters<typeof createCache>[0]) => createCache(options),
    stage: run,
    job: run,
    flag: nothing,
    feedback: nothing,
    release: nothing,
    metrics: { collect: nothing, pool: nothing, defineMetric: () => ({ set: nothing }) },
    meter: { budget: nothing, failover: inTurn },
    admin: async () => ({ url: '' })
  }
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
