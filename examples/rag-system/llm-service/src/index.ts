// llm-service: the only service that talks to model providers. It chooses between them, keeps users within budgets, and keeps answers.
import { observability } from '@rag/observability'
import { settings } from '@rag-example/wire'
import Fastify from 'fastify'
import { withEmbeddedModel } from './embedded-model.js'
import { readEnvironment } from './environment.js'
import { prices } from './prices.js'
import { routes } from './routes.js'

const { listen, admin } = settings()
const environment = readEnvironment(await withEmbeddedModel(process.env))
const quiet = { disableRequestLogging: true, bodyLimit: 8 * 1024 * 1024 }

const obs = observability({ service: 'llm-service', version: '0.1.0', tracing: { incoming: 'trust' }, llm: { prices } })
const app = Fastify({ ...quiet, loggerInstance: obs.logger }).register(obs.fastify)
app.register(routes({ ...obs, ...environment }))
const url = await app.listen(listen)
obs.logger.info({ url, admin: (await obs.admin(admin)).url }, 'listening')
