// llm-service: the only service that talks to model providers. Chat goes wherever OPENAI_BASE_URL points, sentences to the encoder.
import { observability } from '@rag/observability'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import OpenAI from 'openai'
import { createModels } from './models.js'
import { prices } from './prices.js'
import { routes } from './routes.js'

const { PORT, ADMIN_PORT, ENCODER_URL, REDIS_URL, CHAT_MODEL: chatModel = 'extractive-1' } = process.env
const redis = REDIS_URL ? new Redis(REDIS_URL) : undefined
const encoder = new OpenAI({ baseURL: ENCODER_URL, apiKey: 'none' })
// A small first layer, so that the second one is seen at work.
const caching = { name: 'vectors', ttl: '1h', memory: { maxEntries: 32 }, redis } as const

const obs = observability({ service: 'llm-service', version: '0.1.0', tracing: { incoming: 'trust' }, llm: { prices } })
const app = Fastify({ loggerInstance: obs.logger, disableRequestLogging: true }).register(obs.fastify)
const models = createModels({ chat: obs.llm(new OpenAI()), encoder: obs.llm(encoder), vectors: obs.cache(caching), chatModel })
app.register(routes(models))
const url = await app.listen({ host: '127.0.0.1', port: Number(PORT ?? 0) })
obs.logger.info({ url, admin: (await obs.admin({ port: Number(ADMIN_PORT ?? 0) })).url }, 'listening')
