// document-service is killed between an acknowledged change and its telling: the process that comes after it tells.
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts } from '../../demo/src/system/ports.js'
import { createProcesses, type Running } from '../../demo/src/system/processes.js'

const folder = mkdtempSync(join(tmpdir(), 'rag-killed-'))
const root = join(folder, 'root')
const processes = createProcesses(folder)
const servers: Server[] = []
const told: Record<'up' | 'down', string[]> = { up: [], down: [] }
let isDown = true
let environment: Record<string, string>

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const start = () => processes.start({ name: 'document-service', folder: at('..'), env: environment })
const write = (text: string) => writeFileSync(join(root, 'README.md'), `# Norrskar\n\n${text}\n`)

async function serve(reply: (body: never) => object | undefined): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    const answer = reply(JSON.parse(body) as never)
    response.writeHead(answer ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}))
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const hears =
  (name: 'up' | 'down') =>
  ({ added, changed }: { added: string[]; changed: string[] }) => {
    if (name === 'down' && isDown) return undefined
    told[name].push(...added.map((id) => `added ${id}`), ...changed.map((id) => `changed ${id}`))
    return {}
  }
async function send({ url }: Running, method: 'PUT' | 'DELETE', id: string): Promise<number> {
  const body = method === 'PUT' ? { body: `# ${id}\n\nThe lighthouse.`, headers: { 'content-type': 'text/markdown' } } : {}
  return (await fetch(`${url}/documents/${id}`, { method, ...body })).status
}
async function untold(): Promise<string[]> {
  const client = new Client({ connectionString: environment['DATABASE_URL'] })
  await client.connect()
  const { rows } = await client.query<{ document: string }>('SELECT document FROM rag_demo.untold ORDER BY place')
  await client.end()
  return rows.map(({ document }) => document)
}

beforeAll(async () => {
  mkdirSync(root)
  write('The lighthouse is red.')
  const [database, port, admin] = (await freePorts(3)).map(String) as [string, string, string]
  const llmService = await serve(({ input }: { input: string[] }) => ({ vectors: input.map(() => Array(512).fill(0.1)) }))
  const listeners = [await serve(hears('up')), await serve(hears('down'))]
  await processes.start({ name: 'postgres', folder: at('../../postgres'), env: { PORT: database } })
  environment = {
    HOST: '127.0.0.1',
    PORT: port,
    ADMIN_PORT: admin,
    DATABASE_URL: `postgres://postgres:postgres@127.0.0.1:${database}/postgres`,
    ELASTICSEARCH_URL: '',
    LLM_SERVICE_URL: llmService,
    CHANGE_LISTENERS: listeners.join(','),
    DOCUMENTS_FOLDER: join(folder, 'originals'),
    CORPUS_FOLDER: root,
    OTEL_TRACES_EXPORTER: 'none'
  }
}, 60_000)
afterAll(async () => {
  await processes.stop()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(folder, { recursive: true })
})

it('tells every listener at the next start what the killed process could not tell one of them, and then nothing more', async () => {
  const killed = await start()
  expect([told, await untold()]).toEqual([{ up: [], down: [] }, []])
  expect([await send(killed, 'PUT', 'kept.md'), await send(killed, 'PUT', 'gone.md'), await send(killed, 'DELETE', 'gone.md')]).toEqual([
    201, 201, 204
  ])
  expect(told).toEqual({ up: ['added kept.md', 'added gone.md', 'changed gone.md'], down: [] })
  expect(await untold()).toEqual(['kept.md', 'gone.md', 'gone.md'])
  await processes.end(killed, 'SIGKILL')
  isDown = false
  write('The lighthouse is blue.')
  const second = await start()
  await expect
    .poll(() => told.down, { timeout: 20_000 })
    .toEqual(['added kept.md', 'added gone.md', 'changed gone.md', 'changed repo:README.md'])
  await expect.poll(untold, { timeout: 20_000 }).toEqual([])
  await processes.end(second)
  told.down.length = 0
  const third = await start()
  expect(await send(third, 'PUT', 'kept.md')).toBe(200)
  expect(told.down).toEqual(['changed kept.md'])
}, 120_000)
