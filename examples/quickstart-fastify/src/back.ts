// back: answers front, whose trace it continues.
import { observability } from '@rag/observability'
import Fastify from 'fastify'

const { PORT = 3001, ADMIN_PORT = 9465 } = process.env
const obs = observability({ service: 'back', tracing: { incoming: 'trust' } })
const app = Fastify({ loggerInstance: obs.logger, disableRequestLogging: true }).register(obs.fastify)

app.get<{ Params: { name: string } }>('/greetings/:name', async (request) => {
  request.log.info({ name: request.params.name, password: 'not for the log' }, 'greeting')
  return { greeting: `Hello, ${request.params.name}` }
})

await app.listen({ port: Number(PORT), host: '127.0.0.1' })
await obs.admin({ port: Number(ADMIN_PORT) })
