// auth-service: knows who calls. Sessions and API keys, a limit of requests a minute, and a log of every access.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { observability } from '@rag/observability'
import { settings } from '@rag-example/wire'
import express from 'express'
import { readEnvironment } from './environment.js'
import { failure, routes } from './routes.js'

const { audit, ...environment } = readEnvironment()
const { listen, admin } = settings()

const obs = observability({ service: 'auth-service', version: '0.1.0', tracing: { incoming: 'trust' } })
const app = express().use(obs.express(), routes({ ...obs, ...environment, audit: obs.audit(audit) }), obs.errors(), failure)
const server = app.listen(listen.port, listen.host)
await once(server, 'listening')
const url = `http://${listen.host}:${(server.address() as AddressInfo).port}`
obs.logger.info({ url, admin: (await obs.admin(admin)).url }, 'listening')
