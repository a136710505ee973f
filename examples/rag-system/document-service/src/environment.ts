// What document-service reads from its environment.
import { join } from 'node:path'
import { Client } from '@elastic/elasticsearch'
import { elasticOptions, poolOptions } from '@rag-example/store'
import { secret } from '@rag-example/wire'
import { Pool } from 'pg'

export interface DocumentsEnvironment {
  readonly pool: Pool
  readonly elasticsearch: Client | undefined
  readonly llmService: string
  /** Services that keep what was made from documents. */
  readonly listeners: readonly string[]
  /** Where the originals are kept; undefined keeps none. */
  readonly originals: string | undefined
  /** The folder whose Markdown is indexed, and the file that keeps its vectors; undefined is this repository. */
  readonly corpus?: { readonly root: string; readonly vectors: string } | undefined
}

export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): DocumentsEnvironment {
  const {
    ELASTICSEARCH_URL,
    LLM_SERVICE_URL: llmService = 'http://127.0.0.1:3002',
    CHANGE_LISTENERS = '',
    DOCUMENTS_FOLDER: originals,
    CORPUS_FOLDER: root
  } = environment
  return {
    pool: new Pool(poolOptions(secret('DATABASE_URL', environment))),
    elasticsearch: ELASTICSEARCH_URL ? new Client(elasticOptions(ELASTICSEARCH_URL)) : undefined,
    llmService,
    listeners: CHANGE_LISTENERS.split(',').filter((url) => url !== ''),
    originals: originals || undefined,
    corpus: root ? { root, vectors: join(root, 'node_modules/.cache/rag-example/vectors.bin') } : undefined
  }
}
