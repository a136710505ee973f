import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { observeFastify } from '../../src/fastify.js'
import { activeOperation, type Observer } from '../../src/index.js'
import { request } from '../../src/test-suite/http-client.js'
import { httpAdapterContract, type RunningAdapter, recordingObserver } from '../../src/test-suite/index.js'

async function start(mounts: readonly (readonly Observer[])[]): Promise<RunningAdapter> {
  const app = fastify({ forceCloseConnections: true })
  for (const observers of mounts) await app.register(observeFastify(observers))
  app.get('/users/:id', async (request) => ({ id: (request.params as { id: string }).id }))
  app.options('/users/:id', async () => '')
  app.post('/echo', async () => ({ requestId: activeOperation()?.requestId }))
  await app.register(
    async (books) => {
      books.get('/books/:bookId', async () => 'book')
      books.get('/throw/:x', async () => {
        throw new Error('boom')
      })
    },
    { prefix: '/lib/:userId' }
  )
  app.get('/throw/:id', () => {
    throw new Error('boom')
  })
  app.get('/reject/:id', () => Promise.reject(new Error('boom')))
  app.get('/never/:id', () => new Promise(() => {}))
  app.get('/late/:id', (_request, reply) => void setTimeout(() => reply.send('late'), 150))
  app.get('/stream/:id', (_request, reply) => {
    reply.hijack()
    reply.raw.write('a')
    setTimeout(() => reply.raw.end('b'), 60)
  })
  app.get('/endless/:id', (_request, reply) => {
    reply.hijack()
    const timer = setInterval(() => reply.raw.write('x'), 10)
    reply.raw.on('close', () => clearInterval(timer))
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: (app.server.address() as { port: number }).port, close: () => app.close() }
}

describe('Fastify 5', () => {
  for (const { name, run } of httpAdapterContract({ name: 'Fastify 5', start })) it(name, run)

  it('puts the request id into the head of a hijacked reply', async () => {
    const recorder = recordingObserver()
    const running = await start([[recorder]])
    const { headers } = await request(running.port, '/stream/1')
    const [operation] = await recorder.settled(1)
    await running.close()
    expect(headers['x-request-id']).toBe(operation!.requestId)
  })

  it('observes requests that are injected without a socket', async () => {
    const recorder = recordingObserver()
    const app = fastify()
    await app.register(observeFastify([recorder]))
    app.get('/users/:id', async () => 'ok')
    const reply = await app.inject('/users/1')
    const [operation] = await recorder.settled(1)
    await app.close()
    expect(reply.statusCode).toBe(200)
    expect(operation!.name).toBe('GET /users/:id')
    expect(operation!.outcome).toBe('ok')
  })
})
