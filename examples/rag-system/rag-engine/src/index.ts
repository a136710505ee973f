// rag-engine: finds the passages for a question and has them made into an answer. It indexes its documents before it listens.
import { observability } from '@rag/observability'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { documents } from './corpus.js'
import { createEngine } from './engine.js'
import { routes } from './routes.js'

const { PORT, ADMIN_PORT, DATABASE_URL, REDIS_URL, LLM_SERVICE_URL: llmService = 'http://127.0.0.1:3002' } = process.env
const pool = new Pool({ connectionString: DATABASE_URL, max: 4 })
const caching = { name: 'answers', ttl: '10m', redis: REDIS_URL ? new Redis(REDIS_URL) : undefined } as const

const obs = observability({ service: 'rag-engine', version: '0.1.0', tracing: { incoming: 'trust' } })
const app = Fastify({ loggerInstance: obs.logger, disableRequestLogging: true }).register(obs.fastify)
const engine = createEngine({ ...obs, database: obs.client(pool), answers: obs.cache(caching), llmService })
app.register(routes(engine))
await engine.index(await documents())
const url = await app.listen({ host: '127.0.0.1', port: Number(PORT ?? 0) })
obs.logger.info({ url, admin: (await obs.admin({ port: Number(ADMIN_PORT ?? 0) })).url }, 'listening')
