// The whole system: its backends, its services, and where each can be reached.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkDatabase, dropSchema } from './database.js'
import { freePorts } from './ports.js'
import { createProcesses, type Running } from './processes.js'
import { awaitRedis, checkRedis, findRedisServer } from './redis.js'
import { type Sink, startSink } from './sink.js'

export interface System {
  /** The three instrumented services, outermost first. */
  readonly services: readonly Running[]
  readonly gateway: Running
  readonly sink: Sink
  readonly backends: { readonly database: string; readonly redis: string; readonly model: string }
  readonly broken: Promise<never>
}

export interface SystemControl {
  start(progress: (step: string) => void): Promise<System>
  /** Stops processes, frees ports, removes folders. Safe at any time, and twice. */
  stop(): Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

const EXAMPLE = fileURLToPath(new URL('../../../', import.meta.url))

export async function createSystem(environment: Environment = process.env): Promise<SystemControl> {
  const folder = await mkdtemp(join(tmpdir(), 'rag-demo-'))
  const processes = createProcesses(folder)
  let sink: Sink | undefined
  let stopped: Promise<void> | undefined
  const { DATABASE_URL, REDIS_URL } = environment

  return {
    async start(progress) {
      if (DATABASE_URL) await checkDatabase(DATABASE_URL)
      if (REDIS_URL) await checkRedis(REDIS_URL)
      const found = REDIS_URL ? undefined : findRedisServer()
      const [redisPort = 0, postgresPort = 0, modelPort = 0, llmPort = 0, enginePort = 0, gatewayPort = 0, ...admin] = await freePorts(11)
      sink = await startSink()
      const common = telemetry(sink.url)
      const start = (name: string, port: number, env: Record<string, string> = {}) =>
        processes.start({
          name,
          folder: join(EXAMPLE, name),
          env: { ...common, PORT: String(port), ADMIN_PORT: String(admin.pop() ?? 0), ...env }
        })

      const own = Boolean(environment['OPENAI_API_KEY'] || environment['OPENAI_BASE_URL'])
      const encoder = `${local(modelPort)}/v1`
      const chat: Record<string, string> = own
        ? { CHAT_MODEL: environment['CHAT_MODEL'] ?? 'gpt-4o-mini', OPENAI_API_KEY: environment['OPENAI_API_KEY'] ?? 'none' }
        : { CHAT_MODEL: 'extractive-1', OPENAI_API_KEY: 'none', OPENAI_BASE_URL: encoder }
      const redis = REDIS_URL ?? (found && `redis://127.0.0.1:${redisPort}`)
      const cache: Record<string, string> = redis ? { REDIS_URL: redis } : {}

      progress('model, database, cache, api-gateway, llm-service')
      if (found) await startRedis(found, redisPort)
      const [llm, gateway, database] = await Promise.all([
        start('llm-service', llmPort, { ENCODER_URL: encoder, ...chat, ...cache }),
        start('api-gateway', gatewayPort, { RAG_ENGINE_URL: local(enginePort) }),
        DATABASE_URL ?? start('postgres', postgresPort).then(({ url }) => url),
        start('model', modelPort)
      ])
      progress('rag-engine, which embeds and indexes the documents')
      const engine = await start('rag-engine', enginePort, { DATABASE_URL: database, LLM_SERVICE_URL: llm.url, ...cache })
      return {
        services: [gateway, engine, llm],
        gateway,
        sink,
        broken: processes.broken,
        backends: {
          database: DATABASE_URL ? 'PostgreSQL of DATABASE_URL' : 'PGlite with pgvector, embedded',
          redis: REDIS_URL ? 'Redis of REDIS_URL' : found ? `${found}, started for this run` : 'none: caches keep to memory',
          model: own ? `${chat['CHAT_MODEL']} at ${environment['OPENAI_BASE_URL'] ?? 'api.openai.com'}` : 'extractive-1, embedded'
        }
      }
    },
    stop: () => (stopped ??= stop())
  }

  async function startRedis(program: string, port: number): Promise<void> {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
    await processes.start({ name: 'redis', folder, env: {}, command: [program, ...options] })
    await awaitRedis(`redis://127.0.0.1:${port}`)
  }

  async function stop(): Promise<void> {
    await processes.stop()
    sink?.close()
    if (DATABASE_URL) await dropSchema(DATABASE_URL).catch(() => {})
    await rm(folder, { recursive: true, force: true })
  }
}

const local = (port: number) => `http://127.0.0.1:${port}`

/** The standard variables that send spans to the demo: all of them, soon. They win over what the shell may have set. */
function telemetry(collector: string): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector}/v1/traces`,
    OTEL_EXPORTER_OTLP_HEADERS: '',
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_SDK_DISABLED: 'false',
    OTEL_BSP_SCHEDULE_DELAY: '500',
    LOG_LEVEL: 'info',
    NODE_ENV: 'development'
  }
}
