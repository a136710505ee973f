// Whoever keeps what was made from documents is told of every change, in order, also when it was away.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { createListeners } from '../src/listeners.js'

it('tells a listener again until it succeeds, in the order of the changes', async () => {
  const told: string[] = []
  let down = true
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    if (!down) told.push((JSON.parse(body) as { changed: string[] }).changed[0]!)
    response.writeHead(down ? 503 : 204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const warned: object[] = []
  const listeners = createListeners({
    urls: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`],
    fetch,
    logger: { warn: (fields) => void warned.push(fields) },
    pauseMs: 20
  })
  await listeners.tell({ added: [], changed: ['one'] })
  await listeners.tell({ added: [], changed: ['two'] })
  expect([listeners.waiting(), warned.length, told]).toEqual([2, 2, []])
  down = false
  await expect.poll(() => listeners.waiting(), { timeout: 5000 }).toBe(0)
  await listeners.tell({ added: [], changed: ['three'] })
  expect(told).toEqual(['one', 'two', 'three'])
  server.closeAllConnections()
  server.close()
})
