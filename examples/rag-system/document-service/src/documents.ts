// What the service does with documents: cut, embed in batches, index, tell. It takes its telemetry as plain functions.
import { createHash } from 'node:crypto'
import { createElasticWords, createStore, type NewDocument } from '@rag-example/store'
import { createLlmClient, ServiceError, type StoredDocument } from '@rag-example/wire'
import { chunk, chunkSections, type Passage } from './chunk.js'
import { readContent } from './content.js'
import { documents as corpus } from './corpus.js'
import { embedAll } from './embed-all.js'
import type { DocumentsEnvironment } from './environment.js'
import { indexFigures } from './index-figures.js'
import { createListeners } from './listeners.js'
import { keepOriginal, type Original, originalsIn, removeOriginal } from './originals.js'
import { keptVectors } from './vector-file.js'

type Work = { set(attributes: { documents?: number }): void }
export interface DocumentsOptions extends DocumentsEnvironment {
  readonly fetch: typeof globalThis.fetch
  readonly logger: Record<'info' | 'warn', (fields: object, message: string) => void>
  readonly metrics: Parameters<typeof indexFigures>[0]
  client<T extends object>(client: T): T
  stage<T>(name: string, attributes: object, fn: (stage: Work) => T): T
  job<T>(name: string, options: object, fn: () => T): T
}

export interface Documents {
  /** Indexes the documents of this repository and its packages, and the uploads that are kept, as far as they are not in the index as they are. */
  ingest(): Promise<void>
  /** Resolves when the document is committed, searchable, and the caches were told. */
  put(upload: Original): Promise<StoredDocument & { created: boolean }>
  remove(id: string): Promise<boolean>
  list(limit: number): Promise<StoredDocument[]>
}

/** A book, not a library. */
const MAX_PASSAGES = 400
const FILL = 50

export function createDocuments(options: DocumentsOptions): Documents {
  const { pool, elasticsearch, llmService, fetch, logger, metrics, client, stage, job, originals } = options
  const store = createStore(client(pool), elasticsearch && createElasticWords(client(elasticsearch)))
  // Unheard, an idle connection that the database ends would end the process.
  pool.on('error', (error) => logger.warn({ error }, 'the database ended a connection'))
  const llm = createLlmClient(llmService, fetch)
  const listeners = createListeners({ urls: options.listeners, fetch, logger })
  const embed = (texts: readonly string[]) => embedAll(texts, (batch) => llm.embed(batch))
  indexFigures(metrics, { pool, elasticsearch, store, waiting: listeners.waiting })

  return {
    ingest: () =>
      job('index-corpus', { maxAge: '1d' }, async () => {
        await store.prepare()
        const known = await store.hashes()
        const found = (await corpus()).map(({ id, title, markdown }) => ({
          id,
          title,
          bytes: Buffer.from(markdown),
          passages: chunk(markdown)
        }))
        const changed = found.filter(({ id, bytes }) => known.get(id) !== hashOf(bytes))
        const { vectors } = await keptVectors(
          changed.flatMap(({ passages }) => passages.map(({ text }) => text)),
          embed
        )
        const filled = changed.map((document) => withVectors(document, vectors.splice(0, document.passages.length)))
        for (let from = 0; from < filled.length; from += FILL) await store.replace(filled.slice(from, from + FILL))
        await store.index()
        for await (const original of originals ? originalsIn(originals) : [])
          if (known.get(original.id) !== hashOf(original.bytes))
            await again(original).catch((error: unknown) => logger.warn({ error, documentId: original.id }, 'a kept upload is not indexed'))
      }),

    async put(upload) {
      const document = await read(upload)
      const { id, title, bytes, passages } = document
      // First the original on the disk, then the index: what is found can also be shown, and found again.
      if (originals) await keepOriginal(originals, upload)
      const versions = await stage('index', {}, async (step) => {
        step.set({ documents: 1 })
        return store.replace([document])
      })
      const version = versions.get(id) ?? 1
      await listeners.tell(version === 1 ? { added: [id], changed: [] } : { added: [], changed: [id] })
      logger.info({ documentId: id, version, passages: passages.length, bytes }, 'document indexed')
      const updatedAt = new Date().toISOString()
      return { id, title, passages: passages.length, bytes, version, updatedAt, created: version === 1 }
    },

    async remove(id) {
      const removed = await store.remove(id)
      if (removed) {
        if (originals) await removeOriginal(originals, id)
        await listeners.tell({ added: [], changed: [id] })
        logger.info({ documentId: id }, 'document removed')
      }
      return removed
    },
    list: (limit) => store.list(limit)
  }

  async function again(original: Original): Promise<void> {
    await store.replace([await read(original)])
  }

  async function read({ id, type, bytes }: Original): Promise<NewDocument> {
    const sections = await stage('read', { type }, () => readContent(type, bytes))
    const passages = chunkSections(sections, { minCharacters: 1, maxPassages: MAX_PASSAGES })
    if (passages.length === 0) throw new ServiceError(422, 'This document has no text that could be searched.')
    const vectors = await stage('embed', { passages: passages.length }, () => embed(passages.map(({ text }) => text)))
    return withVectors({ id, title: sections[0]?.headings[0] ?? id, bytes, passages }, vectors)
  }
}

interface Cut {
  readonly id: string
  readonly title: string
  readonly bytes: Buffer
  readonly passages: readonly Passage[]
}

function withVectors({ id, title, bytes, passages }: Cut, vectors: readonly (readonly number[])[]): NewDocument {
  return {
    id,
    title,
    hash: hashOf(bytes),
    bytes: bytes.length,
    passages: passages.map((passage, at) => ({ ...passage, vector: vectors[at]! }))
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
