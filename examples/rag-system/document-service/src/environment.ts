// What document-service reads from its environment.
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
}

export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): DocumentsEnvironment {
  const {
    ELASTICSEARCH_URL,
    LLM_SERVICE_URL: llmService = 'http://127.0.0.1:3002',
    CHANGE_LISTENERS = '',
    DOCUMENTS_FOLDER: originals
  } = environment
  return {
    pool: new Pool(poolOptions(secret('DATABASE_URL', environment))),
    elasticsearch: ELASTICSEARCH_URL ? new Client(elasticOptions(ELASTICSEARCH_URL)) : undefined,
    llmService,
    listeners: CHANGE_LISTENERS.split(',').filter((url) => url !== ''),
    originals: originals || undefined
  }
}
