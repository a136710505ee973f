// The whole system: its backends, its services, and where each can be reached.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AuditPlace } from '../audit.js'
import { checkDatabase, dropSchema } from './database.js'
import { checkElasticsearch } from './elasticsearch.js'
import {
  type Environment,
  environmentsOf,
  local,
  type Name,
  ownModel,
  type Places,
  SERVICES,
  type Service,
  type Variables
} from './environments.js'
import { freePorts } from './ports.js'
import { createProcesses, type Running } from './processes.js'
import { awaitRedis, checkRedis, findRedisServer } from './redis.js'
import { type Sink, startSink } from './sink.js'
import { madeUpPeople, type Person, usersFile } from './users.js'
import { startWatch, type Watch } from './watch.js'

export interface System {
  /** The instrumented services, outermost first. */
  readonly services: readonly Running[]
  service(name: Service): Running
  readonly gateway: Running
  readonly sink: Sink
  readonly people: readonly Person[]
  readonly backends: { readonly database: string; readonly redis: string; readonly model: string; readonly words: string }
  readonly broken: Promise<never>
  /** Faults of the stand-in provider are set here. */
  readonly model: string
  /** The process of the stand-in provider; its encoder has processes of its own. Undefined when it is another system's. */
  readonly provider: Running | undefined
  readonly database: string
  /** The log of every access, which auth-service writes. */
  readonly audit: AuditPlace
  /** The Redis that was started for this run; undefined when it is somebody else's. */
  readonly redis: Running | undefined
  /** PostgreSQL and Redis, as far as they were started for this run. */
  readonly stores: readonly Running[]
  readonly redisUrl: string | undefined
  /** Prometheus and Alertmanager, where they were asked for and found. */
  readonly watch: Watch
  /** Starts a service anew, with other variables, or the embedded database, which is then empty. The log goes on, the counters begin at 0. */
  restart(name: Service | 'postgres', variables?: Variables): Promise<void>
  kill(name: Service | 'postgres'): Promise<void>
  signal(running: Running, signal: NodeJS.Signals): void
}

export interface SystemControl {
  start(progress: (step: string) => void): Promise<System>
  /** Stops processes, frees ports, removes folders. Safe at any time, and twice. */
  stop(): Promise<void>
}

export interface SystemOptions {
  readonly environment?: Environment
  /** Start Prometheus and Alertmanager where the machine has them. @default false */
  readonly watch?: boolean
  /** Variables that win, by service. */
  readonly variables?: Partial<Readonly<Record<Name, Variables>>>
  /** More for the Node of each service, and for its environment. */
  readonly node?: readonly string[]
  readonly everywhere?: Variables
  /** The stand-in provider of another system, used instead of an own one. */
  readonly model?: string
}

const EXAMPLE = fileURLToPath(new URL('../../../', import.meta.url))
const PORTS = [
  'api-gateway',
  'auth-service',
  'document-service',
  'rag-engine',
  'llm-service',
  'frontend',
  'model',
  'postgres',
  'redis'
] as const

export async function createSystem({
  environment = process.env,
  watch = false,
  variables = {},
  node = [],
  everywhere = {},
  model
}: SystemOptions = {}): Promise<SystemControl> {
  const folder = await mkdtemp(join(tmpdir(), 'rag-demo-'))
  const processes = createProcesses(folder)
  let sink: Sink | undefined
  let stopped: Promise<void> | undefined
  const { DATABASE_URL, REDIS_URL, ELASTICSEARCH_URL } = environment

  return {
    async start(progress) {
      if (DATABASE_URL) await checkDatabase(DATABASE_URL)
      if (REDIS_URL) await checkRedis(REDIS_URL)
      if (ELASTICSEARCH_URL) await checkElasticsearch(ELASTICSEARCH_URL)
      const found = REDIS_URL ? undefined : findRedisServer()
      const names = [...PORTS, ...SERVICES.map((name) => `${name}-admin` as const)]
      const free = await freePorts(names.length)
      const own = Object.fromEntries(names.map((name, index) => [name, free[index]!])) as Places['ports']
      const ports = model === undefined ? own : { ...own, model: Number(new URL(model).port) }
      sink = await startSink()
      const people = madeUpPeople()
      const auditKey = randomBytes(32).toString('hex')
      const file = join(folder, 'users.json')
      await writeFile(file, await usersFile(people), { mode: 0o600 })
      const watched = watch ? await startWatch({ folder, processes, targets: SERVICES.map((name) => [name, ports[`${name}-admin`]]) }) : {}
      const database = DATABASE_URL ?? `postgres://postgres:postgres@127.0.0.1:${ports.postgres}/postgres`
      const environments = environmentsOf(
        {
          folder,
          ports,
          collector: sink.url,
          database,
          redis: REDIS_URL ?? (found && `redis://127.0.0.1:${ports.redis}`),
          usersFile: file,
          guestKey: people.find(({ user }) => user === 'guest')!.apiKey,
          auditKey,
          alertmanager: watched.alertmanager
        },
        environment
      )
      const start = (name: Name, more: Variables = {}) =>
        processes.start({
          name,
          folder: join(EXAMPLE, name),
          env: { ...environments[name], ...everywhere, ...variables[name], ...more },
          ...(SERVICES.includes(name as Service) && { node })
        })

      progress('model, database, cache, api-gateway, auth-service, llm-service, frontend')
      const redis = found ? await startRedis(found, ports.redis) : undefined
      const [llm, gateway, auth, frontend, postgres, provider] = await Promise.all([
        start('llm-service'),
        start('api-gateway'),
        start('auth-service'),
        start('frontend'),
        DATABASE_URL ? undefined : start('postgres'),
        model === undefined ? start('model') : undefined
      ])
      progress('rag-engine, and document-service, which embeds and indexes the documents')
      const [engine, documents] = await Promise.all([start('rag-engine'), start('document-service')])
      const running = new Map([frontend, gateway, auth, engine, documents, llm].map((one) => [one!.name as Service, one!]))
      const stores = new Map([postgres, redis].flatMap((one) => (one ? [[one.name, one]] : [])))
      const listOf = (name: Service | 'postgres') => (name === 'postgres' ? stores : running) as Map<string, Running>
      return {
        get services() {
          return [...running.values()]
        },
        service: (name) => running.get(name)!,
        gateway: gateway!,
        sink: sink!,
        people,
        broken: processes.broken,
        model: local(ports.model),
        provider,
        database,
        audit: { file: join(folder, 'audit.log'), key: auditKey, folder: join(EXAMPLE, 'auth-service') },
        redis,
        get stores() {
          return [...stores.values()]
        },
        redisUrl: redis && `redis://127.0.0.1:${ports.redis}`,
        watch: watched,
        async restart(name, more) {
          await processes.end(listOf(name).get(name)!)
          listOf(name).set(name, await start(name, more))
        },
        kill: (name) => processes.end(listOf(name).get(name)!, 'SIGKILL'),
        signal: processes.signal,
        backends: {
          database: DATABASE_URL ? 'PostgreSQL of DATABASE_URL' : 'PGlite with pgvector, embedded',
          redis: REDIS_URL ? 'Redis of REDIS_URL' : found ? `${basename(found)}, started for this run` : 'none: caches keep to memory',
          model: ownModel(environment) ? `providers of the environment` : 'extractive-1, embedded',
          words: ELASTICSEARCH_URL ? 'Elasticsearch of ELASTICSEARCH_URL' : 'full text of PostgreSQL'
        }
      }
    },
    stop: () => (stopped ??= stop())
  }

  async function startRedis(program: string, port: number): Promise<Running> {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
    const running = await processes.start({ name: 'redis', folder, env: {}, command: [program, ...options] })
    await awaitRedis(`redis://127.0.0.1:${port}`)
    return running
  }

  async function stop(): Promise<void> {
    await processes.stop()
    sink?.close()
    if (DATABASE_URL) await dropSchema(DATABASE_URL).catch(() => {})
    await rm(folder, { recursive: true, force: true })
  }
}
