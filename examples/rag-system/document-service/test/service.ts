// What document-service does, without its process: over an embedded database that tests take away, with an embedder and a listener by their names.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@elastic/elasticsearch'
import { createElasticWords, elasticOptions, poolOptions } from '@rag-example/store'
import { Pool } from 'pg'
import { freePorts } from '../../demo/src/system/ports.js'
import { createProcesses, type Running } from '../../demo/src/system/processes.js'
import { createStore } from '../../store/src/store.js'
import { createDocuments } from '../src/documents.js'

export type Service = Awaited<ReturnType<typeof createService>>

/** @param elastic Where Elasticsearch is, if words are searched there. */
export async function createService(elastic?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'rag-documents-'))
  const [root, originals] = [join(folder, 'root'), join(folder, 'originals')]
  mkdirSync(root)
  writeFileSync(join(root, 'README.md'), '# Norrskar\n\nThe lighthouse of Norrskar is described in this repository.\n')
  const processes = createProcesses(folder)
  const port = (await freePorts(1))[0]!
  const pool = new Pool(poolOptions(`postgres://postgres:postgres@127.0.0.1:${port}/postgres`))
  const elasticsearch = elastic === undefined ? undefined : new Client({ ...elasticOptions(elastic), maxRetries: 0 })
  const said: string[] = []
  const told: { added: string[]; changed: string[] }[] = []
  /** What tests change while it runs. */
  const state = { embedding: true, listening: true, refuseDocuments: false, fillings: 0 }
  const collectors: { name: string; collect(): Promise<void> }[] = []
  let database: Running

  const services = async (url: string | URL | Request, init?: RequestInit) => {
    const body = JSON.parse(String(init?.body)) as { input: string[] }
    const isEmbedding = String(url).endsWith('/embeddings')
    if (!(isEmbedding ? state.embedding : state.listening)) throw new TypeError('fetch failed')
    if (!isEmbedding) return (told.push(body as never), new Response(null, { status: 204 }))
    return Response.json({ vectors: body.input.map(() => Array(512).fill(0.1)) })
  }
  /** The database, which may refuse a document and nothing else. */
  const refusing = (target: object) => {
    if (target !== pool) return target
    const query = async (text: string, values?: unknown[]) => {
      if (state.refuseDocuments && text.includes('INTO rag_demo.documents'))
        throw Object.assign(new Error('refused'), { code: 'ECONNRESET' })
      return pool.query(text, values)
    }
    return { query, connect: () => pool.connect() }
  }
  const documents = createDocuments({
    pool,
    elasticsearch,
    llmService: 'http://llm-service',
    listeners: ['http://rag-engine'],
    originals,
    corpus: { root, vectors: join(folder, 'vectors.bin') },
    fetch: services as typeof fetch,
    logger: { info: (_, message) => void said.push(message), warn: (_, message) => void said.push(message) },
    metrics: {
      collect: (collector) => void collectors.push(collector as never),
      pool: () => {},
      defineMetric: () => ({ set: () => {} })
    },
    client: (target) => refusing(target) as typeof target,
    stage: (_name, _attributes, fn) => fn({ set: () => {} }),
    job: (_name, _options, fn) => (state.fillings++, fn())
  })
  const store = createStore(pool, { words: elasticsearch && createElasticWords(elasticsearch) })
  return {
    documents,
    said,
    told,
    state,
    async startDatabase() {
      const package_ = fileURLToPath(new URL('../../postgres', import.meta.url))
      database = await processes.start({ name: 'postgres', folder: package_, env: { PORT: String(port) } })
    },
    killDatabase: () => processes.end(database, 'SIGKILL'),
    upload: (id: string, text: string) => documents.put({ id, type: 'text/markdown', bytes: Buffer.from(`# ${id}\n\n${text}`) }),
    /** What a search by words finds. */
    search: async (words: string) => (await store.worded(words, 9)).map(({ document, text }) => `${document}: ${text}`).sort(),
    listed: async () => Object.fromEntries((await documents.list(9)).map(({ id, version }) => [id, version])),
    /** Notices that stand in the database. */
    untold: async () => (await store.untold()).map(({ document, added }) => `${added ? 'added' : 'changed'} ${document}`),
    /** Reads the figures of the index, as is done every two seconds. */
    figures: () => collectors.find(({ name }) => name === 'index')!.collect(),
    async stop() {
      await pool.end()
      await elasticsearch?.close()
      await processes.stop()
      rmSync(folder, { recursive: true })
    }
  }
}
