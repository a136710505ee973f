// Elasticsearch, by a wire-level stub, loses its index or a part of it while PostgreSQL stays: it gets again what the database has, and nobody starts a service again.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type ElasticStub, startElasticStub } from '../../store/test/elastic-stub.js'
import { createService, type Service } from './service.js'

const RED = 'lighthouse.md: The lighthouse is red.'
const README = 'repo:README.md: The lighthouse of Norrskar is described in this repository.'
const FAILING = 'the index cannot be filled now; it is tried until it can'
const MENDED = 'what is searched by words has again what the database has'
let elastic: ElasticStub
let service: Service

beforeAll(async () => {
  elastic = await startElasticStub()
  service = await createService(elastic.url)
  await service.startDatabase()
  await service.documents.start()
  await service.upload('lighthouse.md', 'The lighthouse is red.')
}, 60_000)
afterAll(async () => {
  await service.stop()
  elastic.close()
})
beforeEach(async () => {
  // What the test before left behind is told while it is looked at, and not in the next.
  await isQuiet()
  service.said.length = 0
  service.told.length = 0
})

/** What is found in the end, while the figures of the index are read as they always are. */
const inTheEnd = (search = 'lighthouse') =>
  expect.poll(async () => (await service.figures(), service.search(search).catch(({ message }) => message)), { timeout: 20_000 })
const refused = (work: Promise<unknown>) => expect(work).rejects.toMatchObject({ statusCode: 503 })
/** No filling is asked for any more. */
async function isQuiet(): Promise<void> {
  await expect.poll(() => Promise.all([service.figures(), service.untold()]).then(([, untold]) => untold)).toEqual([])
  const { fillings } = service.state
  for (let times = 0; times < 5; times++) await service.figures()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(service.state.fillings).toBe(fillings)
}

it('says of a lost index that it is being read in again, fills it from the database, and tells the caches', async () => {
  expect(await service.search('lighthouse')).toEqual([RED, README])
  elastic.lose()
  expect(await service.search('lighthouse').catch(({ message }) => message)).toMatch(/are being read in again/)
  await inTheEnd().toEqual([RED, README])
  expect(await service.listed()).toEqual({ 'lighthouse.md': 1, 'repo:README.md': 1 })
  await expect.poll(() => service.told.flatMap(({ added }) => added).sort()).toEqual(['lighthouse.md', 'repo:README.md'])
  expect(service.said).toEqual([MENDED])
  await isQuiet()
})

it('takes uploads and removals while the index is lost, and finds afterwards what they left', async () => {
  elastic.lose()
  await service.upload('pier.md', 'The pier is green.')
  await inTheEnd().toEqual([RED, README])
  elastic.lose()
  expect(await service.documents.remove('pier.md')).toBe(true)
  await inTheEnd().toEqual([RED, README])
  await inTheEnd('pier').toEqual([])
})

it('puts back a single passage that is gone, and takes out a document that the database has not', async () => {
  elastic.drop('lighthouse.md#0')
  await inTheEnd().toEqual([RED, README])
  await isQuiet()
  service.state.refuseDocuments = true
  await refused(service.upload('refused.md', 'The lighthouse is refused.'))
  await inTheEnd().toEqual([RED, README])
  expect(elastic.ids()).toEqual(['lighthouse.md#0', 'repo:README.md#0'])
  // Of the same size as what it would have replaced.
  await refused(service.upload('lighthouse.md', 'The lighthouse is blue.'))
  await inTheEnd().toEqual([RED, README])
  service.state.refuseDocuments = false
  await isQuiet()
})

it('has what was acknowledged, and nothing else, after the server refused uploads in the middle', async () => {
  elastic.refuse = true
  await refused(service.upload('lighthouse.md', 'The lighthouse is blue.'))
  await refused(service.upload('refused.md', 'The lighthouse is refused.'))
  elastic.refuse = false
  await inTheEnd().toEqual([RED, README])
  expect(Object.keys(await service.listed()).sort()).toEqual(['lighthouse.md', 'repo:README.md'])
})

it('removes nothing while the server is away, says so once however long it lasts, and goes on by itself', async () => {
  elastic.away = true
  await refused(service.documents.remove('lighthouse.md'))
  const { fillings } = service.state
  for (let times = 0; times < 30; times++) await service.figures()
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect([service.said, service.state.fillings]).toEqual([[FAILING], fillings])
  elastic.away = false
  await inTheEnd().toEqual([RED, README])
  await expect.poll(() => service.said, { timeout: 10_000 }).toEqual([FAILING, 'the index is whole again'])
  expect(await service.documents.remove('lighthouse.md')).toBe(true)
  await inTheEnd().toEqual([README])
})
