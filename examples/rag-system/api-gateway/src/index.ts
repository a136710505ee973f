// api-gateway: the public door. It asks auth-service who calls, starts a new trace for each request and passes it on.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { observability } from '@rag/observability'
import { settings } from '@rag-example/wire'
import express from 'express'
import { failure, routes } from './routes.js'

const { listen, admin } = settings()
const { AUTH_SERVICE_URL: authService = 'http://127.0.0.1:3003', RAG_ENGINE_URL: ragEngine = 'http://127.0.0.1:3001' } = process.env
const { DOCUMENT_SERVICE_URL: documentService = 'http://127.0.0.1:3004' } = process.env

const obs = observability({ service: 'api-gateway', version: '0.1.0' })
const app = express().use(obs.express())
app.use(routes({ ...obs, authService, ragEngine, documentService })).use(obs.errors(), failure)
const server = app.listen(listen.port, listen.host)
await once(server, 'listening')
const url = `http://${listen.host}:${(server.address() as AddressInfo).port}`
obs.logger.info({ url, admin: (await obs.admin(admin)).url }, 'listening')
