// The whole SDK in one object: the parts made once, with one identity, one masker and one list of observers.
import type { Server } from 'node:http'
import { type Cache, type CacheOptions, createCache } from '@rag/cache'
import {
  type Account,
  type Admin,
  type AdminOptions,
  type AgentOptions,
  agent,
  type Call,
  type Identity as Caller,
  closeOnSignal,
  createFetch,
  drain,
  identify,
  type JobOptions,
  job,
  type Masker,
  type ObserveClientOptions,
  type ObserveOptions,
  type Observers,
  observe,
  observeClient,
  observeGlobals,
  observeServer,
  releaseClient,
  runScope,
  type StageOptions,
  stage,
  startAdmin,
  type ToolOptions,
  tool,
  type Work
} from '@rag/core'
import { type ExpressErrorMiddleware, expressErrors, observeExpress } from '@rag/core/express'
import { type FastifyPlugin, observeFastify } from '@rag/core/fastify'
import { type HonoMiddleware, observeHono } from '@rag/core/hono'
import type { Meter } from '@rag/llm-meter'
import { type AuditLog, type AuditOptions, createAuditLog, type Logger } from '@rag/logger'
// Taken from there because that module also types `req.log`.
import type { ExpressMiddleware } from '@rag/logger/express'
import type { Metrics, RegistryLike } from '@rag/metrics'
import type { Tracing } from '@rag/tracing'
import { adminPages } from './admin-pages.js'
import { within } from './deadline.js'
import { type ObservabilityOptions, readOptions } from './options.js'
import { makeParts } from './parts.js'

/** Where the records of each signal went: `recorded = exported + dropped + queued`. */
export interface Accounts {
  logs: Account
  metrics: Account
  traces: Account
}

/** What {@link observability} makes. Every member is bound: take it off freely. */
export interface Observability {
  readonly logger: Logger
  readonly metrics: Metrics<RegistryLike>
  readonly tracing: Tracing
  readonly meter: Meter
  readonly masker: Masker
  /** For producers that take `observers` themselves. */
  readonly observers: Observers
  /** A middleware for Express 4 and 5: logs, metrics and traces in one pass. */
  express(): ExpressMiddleware
  /** An error middleware for Express, mounted last: notes the error and passes it on. */
  errors(): ExpressErrorMiddleware
  /** A plugin for Fastify 5: `await app.register(obs.fastify)`. */
  readonly fastify: FastifyPlugin
  /** A middleware for Hono on Node's server. */
  hono(): HonoMiddleware
  /** Observes upgrades and requests that the parser refuses; adapters join the server of their first request by themselves. */
  server(server: Server): void
  /** Says for whom the running operation works, for it and all under it: logs carry it, metrics never. */
  identify(caller: Caller): void
  /** Runs work outside a request with observers and an identity. */
  run<T>(caller: Caller, fn: () => T): T
  /** Instruments a client in place: ioredis, node-redis, pg, Elasticsearch, undici. The same object back; undone by shutdown. */
  client<T extends object>(client: T, options?: Omit<ObserveClientOptions, 'observers'>): T
  /** Records a call to anything else, such as a queue. */
  observe<T>(name: string, options: ObserveOptions, fn: (call: Call) => T): T
  observe<T>(name: string, fn: (call: Call) => T): T
  /** A fetch that propagates the trace and records the call. */
  readonly fetch: typeof fetch
  /** Covers the global fetch, undici, `http` and `https` as well, for code one does not own; undone by shutdown. */
  globals(): void
  /** Meters a client of OpenAI, Anthropic or Google in place; the same object back. */
  llm<T extends object>(client: T): T
  /** A cache whose figures go to the metrics. */
  cache(options: Omit<CacheOptions, 'observers'>): Cache
  /** An audit log with the masker of the whole, whose figures go to the metrics; shutdown writes its last head and closes it. */
  audit(options: Omit<AuditOptions, 'observers'>): AuditLog
  stage<T>(name: string, attributes: StageOptions, fn: (stage: Work<'stage'>) => T): T
  stage<T>(name: string, fn: (stage: Work<'stage'>) => T): T
  job<T>(name: string, options: JobOptions, fn: (job: Work<'job'>) => T): T
  job<T>(name: string, fn: (job: Work<'job'>) => T): T
  tool<T>(name: string, attributes: ToolOptions, fn: (tool: Work<'tool'>) => T): T
  tool<T>(name: string, fn: (tool: Work<'tool'>) => T): T
  agent<T>(name: string, attributes: AgentOptions, fn: (agent: Work<'agent'>) => T): T
  agent<T>(name: string, fn: (agent: Work<'agent'>) => T): T
  /** Counts a judgement of an answer. */
  readonly feedback: Metrics['feedback']
  /** Counts the evaluation of a feature flag. */
  readonly flag: Metrics['flag']
  /** Marks a release. */
  readonly release: Metrics['release']
  /** Starts the admin listener: /metrics /health /loglevel /traces /logs. Nothing listens before. */
  admin(options?: AdminOptions): Promise<Admin>
  /** Sends what there is, without closing. */
  flush(): Promise<void>
  /** Flushes and closes everything within one deadline. A second call gives the same answer. */
  shutdown(): Promise<Accounts>
}

/**
 * Logs, metrics, traces, LLM metering and caching for one service.
 *
 * @throws RagError for an unknown option, a missing service, and whatever the parts find wrong with theirs.
 * @example
 * export const obs = observability({ service: 'rag-engine', version: '1.4.0', environment: 'production' })
 * app.use(obs.express())
 */
export function observability(options: ObservabilityOptions): Observability {
  const { identity, deadlineMs } = readOptions(options)
  const parts = makeParts(options, identity)
  const { logger, logs, metrics, tracing, meter, masker, observers } = parts
  const undoes: (() => unknown)[] = []
  const requestLogger = () => logger.child({})
  let closing: Promise<Accounts> | undefined

  const obs: Observability = {
    logger,
    metrics,
    tracing,
    meter,
    masker,
    observers,
    express: () => observeExpress(observers, { log: requestLogger }),
    errors: () => expressErrors(),
    fastify: observeFastify(observers),
    hono: () => observeHono(observers),
    server: (server) => void undoes.push(observeServer(server, observers)),
    identify: (caller) => identify(caller),
    run: (caller, fn) => runScope(caller, observers, fn),
    client(client, clientOptions = {}) {
      observeClient(client, { ...clientOptions, observers })
      undoes.push(() => releaseClient(client))
      return client
    },
    fetch: createFetch({ observers, ...(options.peers && { peers: options.peers }) }),
    globals: () => void undoes.push(observeGlobals(observers)),
    llm: (client) => meter.wrap(client),
    cache(cacheOptions) {
      const cache = createCache({ ...cacheOptions, observers })
      undoes.push(() => cache.close())
      return cache
    },
    audit(auditOptions) {
      const audit = createAuditLog({ mask: masker, ...auditOptions, observers })
      undoes.push(() => audit.close())
      return audit
    },
    observe: named(observe, observers),
    stage: named(stage, observers),
    job: named(job, observers),
    tool: named(tool, observers),
    agent: named(agent, observers),
    feedback: (judgement) => metrics.feedback(judgement),
    flag: (name, variant) => metrics.flag(name, variant),
    release: (version) => metrics.release(version),
    async admin(adminOptions = {}) {
      const all = { ...adminOptions, pages: adminPages(parts, identity) }
      // The metrics know whether a primary listens for this process.
      const listener = await (options.metrics === false ? startAdmin(all) : metrics.admin(all))
      undoes.push(() => listener.close())
      return listener
    },
    async flush() {
      drain()
      await within(deadlineMs, Promise.allSettled([tracing.flush(), metrics.flush(), logs.flush()]))
    },
    shutdown() {
      closing ??= close()
      return closing
    }
  }
  undoes.push(closeOnSignal(obs.shutdown))
  return obs

  async function close(): Promise<Accounts> {
    const end = performance.now() + deadlineMs
    drain()
    await within(deadlineMs, Promise.allSettled(undoes.map(async (undo) => undo())))
    const left = Math.max(end - performance.now(), LEAST_MS)
    // The parts keep to the time themselves; the grace is for counting what is left when it is over.
    await within(left + GRACE_MS, Promise.allSettled([tracing.shutdown(left), meter.shutdown(), metrics.shutdown()]))
    const rest = Math.max(end - performance.now(), LEAST_MS)
    const written = await within(rest + GRACE_MS, logs.shutdown(rest))
    return { logs: written ?? logs.account(), metrics: metrics.account(), traces: tracing.account() }
  }
}

/** A part always gets this much, also when those before it took all the time. */
const LEAST_MS = 50
const GRACE_MS = 250

type Run<O extends object, W> = <T>(name: string, options: O, fn: (work: W) => T) => T

/** `stage(name, fn)` or `stage(name, attributes, fn)`, recorded by these observers. */
function named<O extends object, W>(run: Run<O, W>, observers: Observers) {
  return <T>(name: string, ...rest: [O, (work: W) => T] | [(work: W) => T]): T => {
    const fn = rest[rest.length - 1] as (work: W) => T
    const given = rest.length > 1 ? (rest[0] as O) : ({} as O)
    return run(name, { observers, ...given }, fn)
  }
}
