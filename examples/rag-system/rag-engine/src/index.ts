// rag-engine: finds the passages for a question and has them made into an answer.
import { observability } from '@rag/observability'
import { settings } from '@rag-example/wire'
import Fastify from 'fastify'
import { readEnvironment } from './environment.js'
import { routes } from './routes.js'

const { listen, admin } = settings()
const { version, ...environment } = readEnvironment()

const obs = observability({ service: 'rag-engine', version, tracing: { incoming: 'trust' } })
const app = Fastify({ loggerInstance: obs.logger, disableRequestLogging: true }).register(obs.fastify)
app.register(routes({ ...obs, ...environment }))
const url = await app.listen(listen)
obs.logger.info({ url, admin: (await obs.admin(admin)).url }, 'listening')
