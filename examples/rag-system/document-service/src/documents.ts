// What the service does with documents: cut, embed in batches, index, tell. It takes its telemetry as plain functions.
import { createElasticWords, createStore, type NewDocument } from '@rag-example/store'
import { createLlmClient, type StoredDocument } from '@rag-example/wire'
import { embedAll } from './embed-all.js'
import type { DocumentsEnvironment } from './environment.js'
import { indexFigures } from './index-figures.js'
import { createKeeper } from './keeper.js'
import { createListeners } from './listeners.js'
import { missing } from './missing.js'
import { draftOriginal, type Original, removeOriginal } from './originals.js'
import { type Embed, readDocument } from './read-document.js'
import { createTurns } from './turns.js'

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
  /** Indexes the documents of this repository and its packages, and the uploads that are kept, as far as they are not in the index as they are; later again whenever the index was away. */
  start(): Promise<void>
  /** Resolves when the document is committed, searchable, and the caches were told. */
  put(upload: Original): Promise<StoredDocument & { created: boolean }>
  remove(id: string): Promise<boolean>
  list(limit: number): Promise<StoredDocument[]>
}

export function createDocuments(options: DocumentsOptions): Documents {
  const { pool, elasticsearch, llmService, fetch, logger, metrics, client, stage, job, originals, corpus } = options
  const keeper = createKeeper({ fill, logger })
  const words = elasticsearch && createElasticWords(client(elasticsearch))
  const store = createStore(client(pool), { words, failed: keeper.check })
  pool.on('error', (error) => {
    // Unheard, an idle connection that the database ends would end the process.
    logger.warn({ error }, 'the database ended a connection')
    keeper.check()
  })
  const llm = createLlmClient(llmService, fetch)
  const listeners = createListeners({ urls: options.listeners, fetch, logger, told: store.forget })
  const embed: Embed = (texts) => embedAll(texts, (batch) => llm.embed(batch))
  const read = (original: Original): Promise<NewDocument> => readDocument(original, embed, stage)
  /** What changes the index and the originals does so alone: both have the same version of a document, the last one. */
  const inTurn = createTurns()
  let filled = false

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
      const { version, telling } = await inTurn(async () => {
        const { version, notice } = await stage('index', {}, async (step) => {
          step.set({ documents: 1 })
          return store.replace(document)
        }).catch(async (error: unknown) => {
          await draft?.drop()
          throw error
        })
        const telling = listeners.tell([notice])
        await draft?.keep()
        return { version, telling }
      })
      await telling
      logger.info({ documentId: id, version, passages: passages.length, bytes }, 'document indexed')
      const updatedAt = new Date().toISOString()
      return { id, title, passages: passages.length, bytes, version, updatedAt, created: version === 1 }
    },

    async remove(id) {
      const removal = await inTurn(async () => {
        const notice = await store.remove(id)
        if (!notice) return undefined
        const telling = listeners.tell([notice])
        if (originals) await removeOriginal(originals, id)
        return { telling }
      })
      if (!removal) return false
      await removal.telling
      logger.info({ documentId: id }, 'document removed')
      return true
    },
    list: (limit) => store.list(limit)
  }

  function fill(): Promise<void> {
    return inTurn(async () => {
      const known = await store.hashes()
      // Of what was never filled, nobody has kept anything.
      const note = filled || known.size > 0
      const mended = await job('index-corpus', { maxAge: '1d' }, async () =>
        store.fill(await missing(known, { corpus, originals, embed, read, logger }), { note })
      )
      filled = true
      if (mended > 0) logger.info({ documents: mended }, 'what is searched by words has again what the database has')
      // Also what a process before this one did not come to tell.
      void listeners.tell(await store.untold())
    })
  }
}
