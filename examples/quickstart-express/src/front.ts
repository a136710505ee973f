// front: answers people. It starts the trace and passes it on to back.
import { observability } from '@rag/observability'
import express from 'express'

const { PORT = 3000, ADMIN_PORT = 9464, BACK_URL = 'http://127.0.0.1:3001' } = process.env
const obs = observability({ service: 'front' })
const app = express().use(obs.express())

app.get('/hello/:name', async (request, response) => {
  const greeting = await obs.fetch(`${BACK_URL}/greetings/${encodeURIComponent(request.params.name)}`)
  response.status(greeting.status).json(await greeting.json())
})

app.listen(Number(PORT), '127.0.0.1')
await obs.admin({ port: Number(ADMIN_PORT) })
