// api-gateway: the public door. It starts a new trace for each question and passes it on to rag-engine.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { observability } from '@rag/observability'
import express from 'express'
import { failure, routes } from './routes.js'

const { PORT, ADMIN_PORT, RAG_ENGINE_URL: ragEngine = 'http://127.0.0.1:3001' } = process.env

const obs = observability({ service: 'api-gateway', version: '0.1.0' })
const app = express().use(obs.express())
app.use(routes({ ...obs, ragEngine })).use(obs.errors(), failure)
const server = app.listen(Number(PORT ?? 0), '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
obs.logger.info({ url, admin: (await obs.admin({ port: Number(ADMIN_PORT ?? 0) })).url }, 'listening')
