import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { describe, it } from 'vitest'
import { observeHono } from '../../src/hono.js'
import { activeOperation, type Observer } from '../../src/index.js'
import { httpAdapterContract, type RunningAdapter } from '../../src/test-suite/index.js'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function start(mounts: readonly (readonly Observer[])[]): Promise<RunningAdapter> {
  const app = new Hono()
  for (const observers of mounts) app.use(observeHono(observers))
  app.get('/users/:id', (c) => {
    if (/%(?![0-9a-f]{2})/i.test(c.req.path)) return c.text('bad path', 400)
    return c.json({ id: c.req.param('id') })
  })
  app.post('/echo', async (c) => {
    await c.req.json()
    return c.json({ requestId: activeOperation()?.requestId })
  })
  const books = new Hono()
  books.get('/books/:bookId', (c) => c.text('book'))
  books.get('/throw/:x', () => {
    throw new Error('boom')
  })
  app.route('/lib/:userId', books)
  app.get('/throw/:id', () => {
    throw new Error('boom')
  })
  app.get('/reject/:id', () => Promise.reject(new Error('boom')))
  app.get('/never/:id', () => new Promise<Response>(() => {}))
  app.get('/late/:id', async (c) => {
    await pause(150)
    return c.text('late')
  })
  app.get('/stream/:id', (c) =>
    stream(c, async (out) => {
      await out.write('a')
      await pause(60)
      await out.write('b')
    })
  )
  app.get('/endless/:id', (c) =>
    stream(c, async (out) => {
      while (!out.aborted) {
        await out.write('x')
        await pause(10)
      }
    })
  )
  app.onError((_error, c) => c.text('failed', 500))
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({
        port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            ;(server as { closeAllConnections?: () => void }).closeAllConnections?.()
          })
      })
    )
  })
}

describe('Hono', () => {
  for (const { name, run } of httpAdapterContract({ name: 'Hono', start })) it(name, run)
})
