// back: answers front, whose trace it continues.
import { observability } from '@rag/observability'
import express from 'express'

const { PORT = 3001, ADMIN_PORT = 9465 } = process.env
const obs = observability({ service: 'back', tracing: { incoming: 'trust' } })
const app = express().use(obs.express())

app.get('/greetings/:name', (request, response) => {
  obs.logger.info({ name: request.params.name, password: 'not for the log' }, 'greeting')
  response.json({ greeting: `Hello, ${request.params.name}` })
})

app.listen(Number(PORT), '127.0.0.1')
await obs.admin({ port: Number(ADMIN_PORT) })
