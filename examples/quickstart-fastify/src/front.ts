// front: answers people. It starts the trace and passes it on to back.
import { observability } from '@rag/observability'
import Fastify from 'fastify'

const { PORT = 3000, ADMIN_PORT = 9464, BACK_URL = 'http://127.0.0.1:3001' } = process.env
const obs = observability({ service: 'front' })
const app = Fastify({ loggerInstance: obs.logger, disableRequestLogging: true }).register(obs.fastify)

app.get<{ Params: { name: string } }>('/hello/:name', async (request, reply) => {
  const greeting = await obs.fetch(`${BACK_URL}/greetings/${encodeURIComponent(request.params.name)}`)
  return reply.code(greeting.status).send(await greeting.json())
})

await app.listen({ port: Number(PORT), host: '127.0.0.1' })
await obs.admin({ port: Number(ADMIN_PORT) })
