// The embedded database is killed and comes back empty: what was acknowledged is found again, what was refused is not.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createService, type Service } from './service.js'

let service: Service
beforeAll(async () => {
  service = await createService()
  service.state.embedding = false
  await service.documents.start()
})
afterAll(() => service.stop())

const WORDS = 'The documents cannot be reached at the moment. Please try again.'
const refused = (work: Promise<unknown>, words = WORDS) => expect(work).rejects.toMatchObject({ statusCode: 503, message: words })
const LIGHTHOUSES = ['lighthouse.md: The lighthouse is red.', 'repo:README.md: The lighthouse is described by an upload.']

it('starts without a database, and finds nothing rather than a part of the documents, until whoever embeds them is there too', async () => {
  const { documents, said, state } = service
  await refused(documents.list(9))
  await service.startDatabase()
  await expect.poll(() => documents.list(9).catch(({ message }) => message), { timeout: 20_000 }).toMatch(/are being read in again/)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await refused(documents.list(9), 'The documents are being read in again. Please try again in a moment.')
  state.embedding = true
  await expect.poll(() => said.at(-1), { timeout: 20_000 }).toBe('the index is whole again')
  expect(await service.listed()).toEqual({ 'repo:README.md': 1 })
  expect(service.told).toEqual([])
}, 60_000)

it('takes uploads, also in the place of a document of the repository', async () => {
  const { documents, told, upload } = service
  expect(await service.search('lighthouse')).toEqual(['repo:README.md: The lighthouse of Norrskar is described in this repository.'])
  await upload('lighthouse.md', 'The lighthouse is red.')
  await upload('repo:README.md', 'The lighthouse is described by an upload.')
  await upload('gone.md', 'The lighthouse is gone.')
  expect(await documents.remove('gone.md')).toBe(true)
  expect(await documents.remove('gone.md')).toBe(false)
  expect(await service.search('lighthouse')).toEqual(LIGHTHOUSES)
  expect(told.map(({ added, changed }) => [added, changed])).toEqual([
    [['lighthouse.md'], []],
    [[], ['repo:README.md']],
    [['gone.md'], []],
    [[], ['gone.md']]
  ])
  await expect.poll(() => service.untold()).toEqual([])
})

it('refuses in words while the database is away, and has afterwards what it had acknowledged, in a database that came back empty', async () => {
  const { documents, said, state, told, upload } = service
  state.listening = false
  told.length = 0
  await upload('pier.md', 'The pier is green.')
  await service.killDatabase()
  await refused(upload('lighthouse.md', 'The lighthouse is blue.'))
  await refused(upload('new.md', 'The lighthouse is new.'))
  await refused(documents.remove('lighthouse.md'))
  await refused(documents.list(9))
  // Who is told needs no database.
  state.listening = true
  await expect.poll(() => told, { timeout: 5000 }).toEqual([{ added: ['pier.md'], changed: [] }])
  expect(said).toContain('the index cannot be filled now; it is tried until it can')
  said.length = 0
  told.length = 0
  await service.startDatabase()
  await expect.poll(() => said, { timeout: 20_000 }).toContain('the index is whole again')
  expect(await service.search('lighthouse')).toEqual(LIGHTHOUSES)
  expect(await service.listed()).toEqual({ 'lighthouse.md': 1, 'pier.md': 1, 'repo:README.md': 1 })
  // Caches may hold answers from before.
  await expect.poll(() => told.flatMap(({ added }) => added).sort()).toEqual(['lighthouse.md', 'pier.md', 'repo:README.md'])
  expect(await upload('lighthouse.md', 'The lighthouse is green.')).toMatchObject({ version: 2, created: false })
  expect(await service.search('lighthouse')).toContain('lighthouse.md: The lighthouse is green.')
}, 60_000)
