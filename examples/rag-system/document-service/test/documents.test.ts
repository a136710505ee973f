// The embedded database is killed and comes back empty: what was acknowledged is found again, what was refused is not.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { poolOptions } from '@rag-example/store'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts } from '../../demo/src/system/ports.js'
import { createProcesses, type Running } from '../../demo/src/system/processes.js'
import { createStore } from '../../store/src/store.js'
import { createDocuments, type Documents } from '../src/documents.js'

const folder = mkdtempSync(join(tmpdir(), 'rag-documents-'))
const [root, originals] = [join(folder, 'root'), join(folder, 'originals')]
const processes = createProcesses(folder)
const said: string[] = []
const told: { added: string[]; changed: string[] }[] = []
let embedding = false
let port = 0
let database: Running
let pool: Pool
let documents: Documents

const start = async () => {
  database = await processes.start({
    name: 'postgres',
    folder: fileURLToPath(new URL('../../postgres', import.meta.url)),
    env: { PORT: String(port) }
  })
}
const upload = (id: string, text: string) => documents.put({ id, type: 'text/markdown', bytes: Buffer.from(`# ${id}\n\n${text}`) })
const found = async () => (await createStore(pool).worded('lighthouse', 9)).map(({ document, text }) => `${document}: ${text}`).sort()
const listed = async () => Object.fromEntries((await documents.list(9)).map(({ id, version }) => [id, version]))
/** llm-service and a listener, by their addresses. */
const services = async (url: string | URL | Request, init?: RequestInit) => {
  const body = JSON.parse(String(init?.body)) as { input: string[] }
  if (!String(url).endsWith('/embeddings')) return (told.push(body as never), new Response(null, { status: 204 }))
  if (!embedding) throw new TypeError('fetch failed')
  return Response.json({ vectors: body.input.map(() => Array(512).fill(0.1)) })
}

beforeAll(async () => {
  mkdirSync(root)
  writeFileSync(join(root, 'README.md'), '# Norrskar\n\nThe lighthouse of Norrskar is described in this repository.\n')
  port = (await freePorts(1))[0]!
  pool = new Pool(poolOptions(`postgres://postgres:postgres@127.0.0.1:${port}/postgres`))
  documents = createDocuments({
    pool,
    elasticsearch: undefined,
    llmService: 'http://llm-service',
    listeners: ['http://rag-engine'],
    originals,
    corpus: { root, vectors: join(folder, 'vectors.bin') },
    fetch: services as typeof fetch,
    logger: { info: (_, message) => void said.push(message), warn: (_, message) => void said.push(message) },
    metrics: { collect: () => {}, pool: () => {}, defineMetric: () => ({ set: () => {} }) },
    client: (client) => client,
    stage: (_name, _attributes, fn) => fn({ set: () => {} }),
    job: (_name, _options, fn) => fn()
  })
  await documents.start()
})
afterAll(async () => {
  await pool.end()
  await processes.stop()
  rmSync(folder, { recursive: true })
})

const WORDS = 'The documents cannot be reached at the moment. Please try again.'
const refused = (work: Promise<unknown>, words = WORDS) => expect(work).rejects.toMatchObject({ statusCode: 503, message: words })
const LIGHTHOUSES = ['lighthouse.md: The lighthouse is red.', 'repo:README.md: The lighthouse is described by an upload.']

it('starts without a database, and finds nothing rather than a part of the documents, until whoever embeds them is there too', async () => {
  await refused(documents.list(9))
  await start()
  await expect.poll(() => documents.list(9).catch(({ message }) => message), { timeout: 20_000 }).toMatch(/are being read in again/)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await refused(documents.list(9), 'The documents are being read in again. Please try again in a moment.')
  embedding = true
  await expect.poll(() => said.at(-1), { timeout: 20_000 }).toBe('the index is whole again')
  expect(await listed()).toEqual({ 'repo:README.md': 1 })
}, 60_000)

it('takes uploads, also in the place of a document of the repository', async () => {
  expect(await found()).toEqual(['repo:README.md: The lighthouse of Norrskar is described in this repository.'])
  await upload('lighthouse.md', 'The lighthouse is red.')
  await upload('repo:README.md', 'The lighthouse is described by an upload.')
  await upload('gone.md', 'The lighthouse is gone.')
  expect(await documents.remove('gone.md')).toBe(true)
  expect(await found()).toEqual(LIGHTHOUSES)
  expect(told.map(({ added, changed }) => [added, changed])).toEqual([
    [['lighthouse.md'], []],
    [[], ['repo:README.md']],
    [['gone.md'], []],
    [[], ['gone.md']]
  ])
})

it('refuses in words while the database is away, and has afterwards what it had acknowledged, in a database that came back empty', async () => {
  await processes.end(database, 'SIGKILL')
  await refused(upload('lighthouse.md', 'The lighthouse is blue.'))
  await refused(upload('new.md', 'The lighthouse is new.'))
  await refused(documents.remove('lighthouse.md'))
  await refused(documents.list(9))
  expect(said).toContain('the index cannot be filled now; it is tried until it can')
  said.length = 0
  await start()
  await expect.poll(() => said, { timeout: 20_000 }).toContain('the index is whole again')
  expect(await found()).toEqual(LIGHTHOUSES)
  expect(await listed()).toEqual({ 'lighthouse.md': 1, 'repo:README.md': 1 })
  expect(await upload('lighthouse.md', 'The lighthouse is green.')).toMatchObject({ version: 2, created: false })
  expect(await found()).toContain('lighthouse.md: The lighthouse is green.')
}, 60_000)
