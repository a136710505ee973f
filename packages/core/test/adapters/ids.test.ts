import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { observeExpress } from '../../src/express.js'
import { observeFastify } from '../../src/fastify.js'
import { correlation, type Observer } from '../../src/index.js'
import { request } from '../../src/test-suite/http-client.js'

const counts: Observer = { id: 'counts', service: 'test', ids: false, end() {} }
const writes: Observer = { id: 'writes', service: 'test', end() {} }
const ask = () => correlation().requestId ?? ''

async function startExpress(lists: Observer[][]) {
  const app = express()
  for (const list of lists) app.use(observeExpress(list))
  app.get('/', (_request, response) => void response.send('ok'))
  app.get('/ask', (_request, response) => void response.send(`${ask()} ${ask()}`))
  const server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => new Promise((resolve) => server.close(resolve)) }
}

async function startFastify(lists: Observer[][]) {
  const app = fastify()
  for (const list of lists) await app.register(observeFastify(list))
  app.get('/', async () => 'ok')
  app.get('/ask', async () => `${ask()} ${ask()}`)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() }
}

for (const [name, start] of Object.entries({ Express: startExpress, Fastify: startFastify })) {
  describe(`the ids of a request to ${name}`, () => {
    it('are not on the reply when all that records it only counts, and there whoever asks', async () => {
      const running = await start([[counts]])
      for (let round = 0; round < 2; round++) {
        const { headers } = await request(running.port, '/', { headers: { 'x-request-id': 'mine' } })
        expect(headers).not.toHaveProperty('x-request-id')
        expect((await request(running.port, '/ask', { headers: { 'x-request-id': 'mine' } })).body).toBe('mine mine')
        expect((await request(running.port, '/ask')).body).toMatch(/^([0-9a-f]{32}) \1$/)
      }
      await running.close()
    })

    it('are on the reply when one of those that record it carries them, mounted first or last', async () => {
      for (const lists of [[[counts], [writes]], [[writes], [counts]], [[counts, writes]]]) {
        const running = await start(lists)
        expect((await request(running.port, '/', { headers: { 'x-request-id': 'mine' } })).headers['x-request-id']).toBe('mine')
        await running.close()
      }
    })
  })
}
