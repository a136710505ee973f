// frontend: serves the page, passes its questions on to the gateway and its readings on to the admin listeners.

import { serve } from '@hono/node-server'
import { observability } from '@rag/observability'
import { settings } from '@rag-example/wire'
import { Hono } from 'hono'
import { readEnvironment } from './environment.js'
import { operators } from './operators.js'
import { page } from './page.js'
import { toGateway } from './to-gateway.js'

const { listen, admin } = settings()
const environment = readEnvironment()

const obs = observability({ service: 'frontend', version: '0.1.0' })
// What an operator watches is not watched itself: these come before the middleware.
const app = new Hono().route('/ops', operators(environment)).use(obs.hono())
app.route('/api', toGateway({ ...obs, ...environment })).route('/', await page())
const server = serve({ fetch: app.fetch, hostname: listen.host, port: listen.port }, async ({ port }) => {
  obs.logger.info({ url: `http://${listen.host}:${port}`, admin: (await obs.admin(admin)).url }, 'listening')
})
server.on('error', (error) => {
  throw error
})
