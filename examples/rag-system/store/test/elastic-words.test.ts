// Search by words through the official client of Elasticsearch, against a wire-level stub: it refuses requests that the real server refuses.
import { Client } from '@elastic/elasticsearch'
import { replyTo } from '@rag-example/wire'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createElasticWords } from '../src/elastic-words.js'
import { createStore } from '../src/store.js'
import type { Words } from '../src/words.js'
import { type ElasticStub, startElasticStub } from './elastic-stub.js'

let server: ElasticStub
let client: Client
let words: Words

const document = (id: string, ...texts: string[]) => ({
  id,
  title: id,
  hash: texts.join(),
  passages: texts.map((text, position) => ({ position, heading: 'H', text }))
})

beforeAll(async () => {
  server = await startElasticStub()
  client = new Client({ node: server.url, maxRetries: 0 })
})
afterAll(async () => {
  await client.close()
  server.close()
})
beforeEach(() => {
  server.lose()
  server.refuse = false
  server.away = false
  words = createElasticWords(client)
})

it('makes its index once, replaces a document as a whole, finds and removes it (wire-level stub)', async () => {
  await words.replace([document('owls', 'Owls fly.', 'Owls sleep.'), document('bats', 'Bats fly.')])
  expect(await words.find('Who flies or will fly?', 10)).toEqual([
    { document: 'owls', title: 'owls', heading: 'H', position: 0, text: 'Owls fly.' },
    { document: 'bats', title: 'bats', heading: 'H', position: 0, text: 'Bats fly.' }
  ])
  await words.replace([document('owls', 'Owls hoot.')])
  expect(server.ids()).toEqual(['bats#0', 'owls#0'])
  await words.remove(['bats'])
  expect(await words.find('bats', 10)).toEqual([])
})

it('says when the server refused passages, so that nothing is acknowledged (wire-level stub)', async () => {
  server.refuse = true
  await expect(words.replace([document('owls', 'Owls fly.')])).rejects.toThrow('refused some of the passages')
})

it('makes its index when the server is there, also after it was away the first time (wire-level stub)', async () => {
  server.away = true
  await expect(words.replace([document('owls', 'Owls fly.')])).rejects.toThrow()
  server.away = false
  await words.replace([document('owls', 'Owls fly.')])
  expect(await words.find('owls', 10)).toHaveLength(1)
})

it('makes an index anew that was lost while it runs, and removes from none without a failure (wire-level stub)', async () => {
  await words.replace([document('owls', 'Owls fly.')])
  server.lose()
  await words.remove(['owls'])
  expect([await words.passages(), await words.documents()]).toEqual([0, new Map()])
  await words.replace([document('bats', 'Bats fly.')])
  expect([server.ids(), await words.passages()]).toEqual([['bats#0'], 1])
})

it('does not let the server make an index without mappings when it is lost in the middle of a replacement (wire-level stub)', async () => {
  await words.replace([document('owls', 'Owls fly.')])
  server.loseBefore = /_bulk/
  await expect(words.replace([document('bats', 'Bats fly.')])).rejects.toThrow('refused some of the passages')
  expect(server.ids()).toBeUndefined()
  await words.replace([document('bats', 'Bats fly.')])
  expect(await words.documents()).toEqual(new Map([['bats', { hash: 'Bats fly.', passages: 1 }]]))
})

it('lists what is there of every document, however many there are (wire-level stub)', async () => {
  const many = Array.from({ length: 2001 }, (_, index) => document(`d${index}`, `one ${index}`, `two ${index}`))
  await words.replace(many)
  const listed = await words.documents()
  expect(listed.size).toBe(2001)
  expect(listed.get('d2000')).toEqual({ hash: 'one 2000,two 2000', passages: 2 })
  expect(await words.passages()).toBe(4002)
})

it('knows no version of a document of which two are there (wire-level stub)', async () => {
  await words.replace([document('owls', 'Owls fly.', 'Owls sleep.')])
  await client.bulk({
    refresh: 'wait_for',
    operations: [{ index: { _index: 'rag-demo-words', _id: 'owls#1' } }, { document: 'owls', hash: 'x' }]
  })
  expect((await words.documents()).get('owls')?.hash).toBeUndefined()
})

it('says that the documents are being read in again while its index is lost, and when it is away that they cannot be reached (wire-level stub)', async () => {
  const none = async () => Promise.reject(new Error('not asked'))
  const store = createStore({ query: none, connect: none }, { words })
  const told = () => store.worded('owls', 1).then(() => undefined, replyTo)
  expect(await told()).toEqual({
    status: 503,
    headers: { 'retry-after': '2' },
    body: { message: 'The documents are being read in again. Please try again in a moment.' }
  })
  server.away = true
  expect(await told()).toMatchObject({ status: 503, body: { message: expect.stringContaining('cannot be reached') } })
})
