// What the service does with documents: cut, embed in batches, index, tell. It takes its telemetry as plain functions.
import { createHash } from 'node:crypto'
import { createElasticWords, createStore, type NewDocument } from '@rag-example/store'
import { createLlmClient, ServiceError, type StoredDocument } from '@rag-example/wire'
import { chunk, chunkSections, type Passage } from './chunk.js'
import { readContent } from './content.js'
import { documents as documentsIn } from './corpus.js'
import { embedAll } from './embed-all.js'
import type { DocumentsEnvironment } from './environment.js'
import { indexFigures } from './index-figures.js'
import { createKeeper } from './keeper.js'
import { createListeners } from './listeners.js'
import { draftOriginal, type Original, originalsIn, removeOriginal } from './originals.js'
import { createTurns } from './turns.js'
import { keptVectors } from './vector-file.js'

type Work = { set(attributes: { documents?: number }): void }
export interface DocumentsOptions extends DocumentsEnvironment {
  /** The folder whose Markdown is indexed, and the file that keeps its vectors. @default this repository and a file in its node_modules */
  readonly corpus?: { readonly root: string; readonly vectors: string }
  readonly fetch: typeof globalThis.fetch
  readonly logger: Record<'info' | 'warn', (fields: object, message: string) => void>
  readonly metrics: Parameters<typeof indexFigures>[0]
  client<T extends object>(client: T): T
  stage<T>(name: string, attributes: object, fn: (stage: Work) => T): T
  job<T>(name: string, options: object, fn: () => T): T
}

export interface Documents {
  /** Indexes the documents of this repository and its packages, and the uploads that are kept, as far as they are not in the index as they are; later again whenever the index was away. */
  start(): Promise<void>
  /** Resolves when the document is committed, searchable, and the caches were told. */
  put(upload: Original): Promise<StoredDocument & { created: boolean }>
  remove(id: string): Promise<boolean>
  list(limit: number): Promise<StoredDocument[]>
}

/** A book, not a library. */
const MAX_PASSAGES = 400
/** Statuses of a document that itself is the fault. */
const UNREADABLE = new Set([415, 422])

export function createDocuments(options: DocumentsOptions): Documents {
  const { pool, elasticsearch, llmService, fetch, logger, metrics, client, stage, job, originals } = options
  const keeper = createKeeper({ fill, logger })
  const words = elasticsearch && createElasticWords(client(elasticsearch))
  const store = createStore(client(pool), { words, failed: keeper.check })
  pool.on('error', (error) => {
    // Unheard, an idle connection that the database ends would end the process.
    logger.warn({ error }, 'the database ended a connection')
    keeper.check()
  })
  const llm = createLlmClient(llmService, fetch)
  const listeners = createListeners({ urls: options.listeners, fetch, logger })
  const embed = (texts: readonly string[]) => embedAll(texts, (batch) => llm.embed(batch))
  /** What changes the index and the originals does so alone: both have the same version of a document, the last one. */
  const inTurn = createTurns()

  return {
    async start() {
      await keeper.start()
      indexFigures(metrics, { pool, elasticsearch, store, waiting: listeners.waiting })
    },

    async put(upload) {
      const document = await read(upload)
      const { id, title, bytes, passages } = document
      // First the original on the disk, then the index, then in the place of the one before it: what is refused replaces nothing.
      const draft = originals ? await draftOriginal(originals, upload) : undefined
      const versions = await inTurn(async () => {
        const replaced = await stage('index', {}, async (step) => {
          step.set({ documents: 1 })
          return store.replace([document])
        }).catch(async (error: unknown) => {
          await draft?.drop()
          throw error
        })
        await draft?.keep()
        return replaced
      })
      const version = versions.get(id) ?? 1
      await listeners.tell(version === 1 ? { added: [id], changed: [] } : { added: [], changed: [id] })
      logger.info({ documentId: id, version, passages: passages.length, bytes }, 'document indexed')
      const updatedAt = new Date().toISOString()
      return { id, title, passages: passages.length, bytes, version, updatedAt, created: version === 1 }
    },

    async remove(id) {
      const removed = await inTurn(async () => {
        const found = await store.remove(id)
        if (found && originals) await removeOriginal(originals, id)
        return found
      })
      if (removed) {
        await listeners.tell({ added: [], changed: [id] })
        logger.info({ documentId: id }, 'document removed')
      }
      return removed
    },
    list: (limit) => store.list(limit)
  }

  function fill(): Promise<void> {
    return inTurn(async () => {
      const known = await store.hashes()
      await job('index-corpus', { maxAge: '1d' }, async () => store.fill(await missing(known)))
    })
  }

  /** Documents that the index has not, or not as they are now. An upload wins over what the repository has under its name. */
  async function missing(known: ReadonlyMap<string, string>): Promise<NewDocument[]> {
    const uploads = new Map<string, NewDocument | undefined>()
    for await (const original of originals ? originalsIn(originals) : [])
      uploads.set(original.id, known.get(original.id) === hashOf(original.bytes) ? undefined : await readAgain(original))
    const found = (await documentsIn(options.corpus?.root)).map(({ id, title, markdown }) => ({
      id,
      title,
      bytes: Buffer.from(markdown),
      passages: chunk(markdown)
    }))
    const changed = found.filter(({ id, bytes }) => !uploads.has(id) && known.get(id) !== hashOf(bytes))
    const { vectors } = await keptVectors(
      changed.flatMap(({ passages }) => passages.map(({ text }) => text)),
      embed,
      options.corpus?.vectors
    )
    const own = changed.map((document) => withVectors(document, vectors.splice(0, document.passages.length)))
    return [...own, ...uploads.values()].filter((document) => document !== undefined)
  }

  /** A kept upload that cannot be read any more keeps no other from being found. */
  async function readAgain(original: Original): Promise<NewDocument | undefined> {
    try {
      return await read(original)
    } catch (error) {
      if (!UNREADABLE.has((error as { statusCode?: number }).statusCode ?? 500)) throw error
      logger.warn({ error, documentId: original.id }, 'a kept upload is not indexed')
      return undefined
    }
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
