// Whoever keeps what was made from documents is told of every change, in order, also when it was away.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createListeners } from '../src/listeners.js'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function listener({ down = false } = {}) {
  const heard: { added: string[]; changed: string[] }[] = []
  const state = { down, heard, url: '' }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    if (!state.down) heard.push(JSON.parse(body) as (typeof heard)[number])
    response.writeHead(state.down ? 503 : 204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  closing.push(() => (server.closeAllConnections(), server.close()))
  return state
}

function telling(...urls: string[]) {
  const warned: object[] = []
  const told: string[] = []
  const logger = { warn: (fields: object) => void warned.push(fields) }
  return { listeners: createListeners({ urls, fetch, logger, told: (ids) => void told.push(...ids), pauseMs: 20 }), warned, told }
}
const changed = (document: string) => ({ id: `id of ${document}`, document, added: false })
const added = (document: string) => ({ ...changed(document), added: true })

it('tells a listener again until it succeeds, in the order of the changes', async () => {
  const cache = await listener({ down: true })
  const { listeners, warned, told } = telling(cache.url)
  await listeners.tell([changed('one')])
  await listeners.tell([changed('two')])
  expect([listeners.waiting(), warned.length, cache.heard, told]).toEqual([2, 2, [], []])
  cache.down = false
  await expect.poll(() => listeners.waiting(), { timeout: 5000 }).toBe(0)
  await listeners.tell([changed('three')])
  expect(cache.heard.flatMap(({ changed }) => changed)).toEqual(['one', 'two', 'three'])
  expect(told).toEqual(['id of one', 'id of two', 'id of three'])
})

it('says that a change is told when every listener was told, each in its own time', async () => {
  const [up, down] = [await listener(), await listener({ down: true })]
  const { listeners, told } = telling(up.url, down.url)
  await listeners.tell([added('one')])
  expect([up.heard, down.heard, told, listeners.waiting()]).toEqual([[{ added: ['one'], changed: [] }], [], [], 1])
  down.down = false
  await expect.poll(() => told, { timeout: 5000 }).toEqual(['id of one'])
  expect([up.heard, down.heard]).toEqual([[{ added: ['one'], changed: [] }], [{ added: ['one'], changed: [] }]])
})

it('does not tell twice what it already has to tell, and many changes at once when many wait', async () => {
  const cache = await listener({ down: true })
  const { listeners, told } = telling(cache.url)
  const many = Array.from({ length: 600 }, (_, index) => (index % 2 === 0 ? added(`${index}`) : changed(`${index}`)))
  await listeners.tell(many)
  await listeners.tell(many)
  expect(listeners.waiting()).toBe(600)
  cache.down = false
  await expect.poll(() => listeners.waiting(), { timeout: 5000 }).toBe(0)
  expect(cache.heard.map(({ added, changed }) => [added.length, changed.length])).toEqual([
    [250, 250],
    [50, 50]
  ])
  expect(new Set(told).size).toBe(600)
})

it('has nobody to wait for without listeners', async () => {
  const { listeners, told } = telling()
  await listeners.tell([added('one')])
  expect([told, listeners.waiting()]).toEqual([['id of one'], 0])
})
