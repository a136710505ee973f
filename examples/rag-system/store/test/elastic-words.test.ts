// Search by words through the official client of Elasticsearch, against a wire-level stub: it refuses requests that the real server refuses.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from '@elastic/elasticsearch'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createElasticWords } from '../src/elastic-words.js'

type Stored = { document: string; text: string; title: string }
const stored = new Map<string, Stored>()
let mapped = false
let refuse = false
let away = false
let client: Client
const server = createServer((request, response) => {
  answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message))
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const piece of request) body += piece
  const [path] = (request.url ?? '').split('?')
  const send = (status: number, value: object) => {
    response.writeHead(status, {
      'content-type': 'application/vnd.elasticsearch+json;compatible-with=8',
      'x-elastic-product': 'Elasticsearch'
    })
    response.end(JSON.stringify(value))
  }
  if (away) return send(503, { error: { type: 'master_not_discovered_exception' }, status: 503 })
  const type = String(request.headers['content-type'] ?? '')
  if (body !== '' && !/^application\/vnd\.elasticsearch\+(x-nd)?json; ?compatible-with=8$/.test(type))
    return send(406, { error: `type ${type}`, status: 406 })
  if (request.method === 'HEAD') return void response.writeHead(mapped ? 200 : 404, { 'x-elastic-product': 'Elasticsearch' }).end()
  if (request.method === 'PUT' && path === '/rag-demo-passages') {
    if (mapped) return send(400, { error: { type: 'resource_already_exists_exception' }, status: 400 })
    mapped = 'mappings' in (JSON.parse(body) as object)
    return send(200, { acknowledged: true })
  }
  if (!mapped) return send(404, { error: { type: 'index_not_found_exception' }, status: 404 })
  if (path === '/_bulk') {
    if (!body.endsWith('\n')) return send(400, { error: 'The bulk request must be terminated by a newline', status: 400 })
    const lines = body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { index: { _id: string } } & Stored)
    const items = []
    for (let at = 0; at < lines.length; at += 2) {
      if (!refuse) stored.set(lines[at]!.index._id, lines[at + 1]!)
      items.push({ index: { _id: lines[at]!.index._id, status: refuse ? 429 : 201 } })
    }
    return send(200, { took: 1, errors: refuse, items })
  }
  if (path === '/rag-demo-passages/_delete_by_query') {
    const { document } = (JSON.parse(body) as { query: { terms: { document: string[] } } }).query.terms
    for (const [id, one] of stored) if (document.includes(one.document)) stored.delete(id)
    return send(200, { deleted: 1 })
  }
  if (path === '/rag-demo-passages/_search') {
    const { query, size } = JSON.parse(body) as { size: number; query: { multi_match: { query: string; fields: string[] } } }
    const words = query.multi_match.query.toLowerCase().match(/\w+/g) ?? []
    const hits = [...stored.values()].filter(({ text, title }) => words.some((word) => `${text} ${title}`.toLowerCase().includes(word)))
    return send(200, { took: 1, _shards: { failed: 0 }, hits: { hits: hits.slice(0, size).map((_source) => ({ _source })) } })
  }
  send(400, { error: `unknown ${request.method} ${path}`, status: 400 })
}

const document = (id: string, ...texts: string[]) => ({
  id,
  title: id,
  hash: 'h',
  bytes: 1,
  passages: texts.map((text, position) => ({ position, heading: 'H', text, vector: [] }))
})

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = new Client({ node: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, maxRetries: 0 })
})
afterAll(async () => {
  await client.close()
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  stored.clear()
  mapped = false
  refuse = false
  away = false
})

it('makes its index once, replaces a document as a whole, finds and removes it (wire-level stub)', async () => {
  const words = createElasticWords(client)
  await words.replace([document('owls', 'Owls fly.', 'Owls sleep.'), document('bats', 'Bats fly.')])
  expect(await words.find('Who flies or will fly?', 10)).toEqual([
    { document: 'owls', title: 'owls', heading: 'H', position: 0, text: 'Owls fly.' },
    { document: 'bats', title: 'bats', heading: 'H', position: 0, text: 'Bats fly.' }
  ])
  await words.replace([document('owls', 'Owls hoot.')])
  expect([...stored.keys()].sort()).toEqual(['bats#0', 'owls#0'])
  await words.remove('bats')
  expect(await words.find('bats', 10)).toEqual([])
})

it('says when the server refused passages, so that nothing is acknowledged (wire-level stub)', async () => {
  refuse = true
  await expect(createElasticWords(client).replace([document('owls', 'Owls fly.')])).rejects.toThrow('refused some of the passages')
})

it('makes its index when the server is there, also after it was away the first time (wire-level stub)', async () => {
  const words = createElasticWords(client)
  away = true
  await expect(words.replace([document('owls', 'Owls fly.')])).rejects.toThrow()
  away = false
  await words.replace([document('owls', 'Owls fly.')])
  expect(await words.find('owls', 10)).toHaveLength(1)
})
