// document-service: takes documents, cuts them into passages, has them embedded and indexes them, and tells who has to know.
import { observability } from '@rag/observability'
import { MAX_DOCUMENT_BYTES, settings } from '@rag-example/wire'
import Fastify from 'fastify'
import { readEnvironment } from './environment.js'
import { withRoutes } from './routes.js'

const { listen, admin } = settings()
// The first filling of the index takes as long as it takes; a name that is too long is refused by the route, in words.
const limits = { disableRequestLogging: true, bodyLimit: MAX_DOCUMENT_BYTES, pluginTimeout: 0, routerOptions: { maxParamLength: 16_384 } }

const obs = observability({ service: 'document-service', version: '0.1.0', tracing: { incoming: 'trust' } })
const app = withRoutes(Fastify({ ...limits, loggerInstance: obs.logger }).register(obs.fastify), { ...obs, ...readEnvironment() })
const url = await app.listen(listen)
obs.logger.info({ url, admin: (await obs.admin(admin)).url }, 'listening')
