// The same small application on Express 4, Express 5 and Fastify 5.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ExpressMiddleware } from '@rag/core/express'
import type { FastifyPlugin } from '@rag/core/fastify'
import express5 from 'express'
import express4 from 'express4'
import fastify from 'fastify'
import type { Observability } from '../src/index.js'

export interface App {
  port: number
  close(): Promise<void>
}
export interface Mounts {
  express: readonly ExpressMiddleware[]
  fastify: readonly FastifyPlugin[]
}
export interface Framework {
  name: string
  start(mounts: Mounts): Promise<App>
}

/** What `obs` alone mounts. */
export function mountsOf(obs: Pick<Observability, 'express' | 'fastify'>): Mounts {
  return { express: [obs.express()], fastify: [obs.fastify] }
}

const boom = () => new Error('boom')

async function startExpress(express: typeof express5, { express: mounts }: Mounts): Promise<App> {
  const app = express()
  for (const mount of mounts) app.use(mount)
  app.get('/users/:id', (request, response) => void response.json({ id: request.params.id }))
  const router = express.Router({ mergeParams: true })
  router.get('/books/:bookId', (_request, response) => void response.send('book'))
  router.get('/throw/:x', () => {
    throw boom()
  })
  app.use('/lib/:userId', router)
  app.get('/throw/:id', () => {
    throw boom()
  })
  app.get('/reject/:id', (_request, _response, next) => void Promise.reject(boom()).catch(next))
  app.get('/never/:id', () => {})
  app.get('/stream/:id', (_request, response) => {
    response.write('a')
    setTimeout(() => response.end('b'), 40)
  })
  app.get('/endless/:id', (_request, response) => {
    const timer = setInterval(() => response.write('x'), 5)
    response.on('close', () => clearInterval(timer))
  })
  app.post('/echo', express.json(), (request, response) => void response.json(request.body))
  app.use(((_error, _request, response, _next) => void response.status(500).send('failed')) as express5.ErrorRequestHandler)
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return running(server)
}

async function startFastify({ fastify: mounts }: Mounts): Promise<App> {
  const app = fastify({ forceCloseConnections: true })
  for (const mount of mounts) await app.register(mount)
  app.get('/users/:id', async (request) => ({ id: (request.params as { id: string }).id }))
  await app.register(
    async (books) => {
      books.get('/books/:bookId', async () => 'book')
      books.get('/throw/:x', async () => {
        throw boom()
      })
    },
    { prefix: '/lib/:userId' }
  )
  app.get('/throw/:id', () => {
    throw boom()
  })
  app.get('/reject/:id', () => Promise.reject(boom()))
  app.get('/never/:id', () => new Promise(() => {}))
  app.get('/stream/:id', (_request, reply) => {
    reply.hijack()
    reply.raw.write('a')
    setTimeout(() => reply.raw.end('b'), 40)
  })
  app.get('/endless/:id', (_request, reply) => {
    reply.hijack()
    const timer = setInterval(() => reply.raw.write('x'), 5)
    reply.raw.on('close', () => clearInterval(timer))
  })
  app.post('/echo', async (request) => request.body)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { ...running(app.server), close: () => app.close() as Promise<unknown> as Promise<void> }
}

function running(server: Server): App {
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

export const frameworks: readonly Framework[] = [
  { name: 'Express 4', start: (mounts) => startExpress(express4, mounts) },
  { name: 'Express 5', start: (mounts) => startExpress(express5, mounts) },
  { name: 'Fastify 5', start: startFastify }
]
