// What rag-engine reads from its environment.
import { Client } from '@elastic/elasticsearch'
import { elasticOptions, poolOptions } from '@rag-example/store'
import { secret } from '@rag-example/wire'
import { Redis } from 'ioredis'
import { Pool } from 'pg'

export interface EngineEnvironment {
  readonly version: string
  readonly pool: Pool
  readonly elasticsearch: Client | undefined
  readonly redis: Redis | undefined
  readonly llmService: string
  /** Most tokens of a prompt. */
  readonly promptTokens: number
  /** A defect of a release, for the scenarios; see faults.ts. */
  readonly fault: string | undefined
}

export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): EngineEnvironment {
  const { ELASTICSEARCH_URL, REDIS_URL, LLM_SERVICE_URL: llmService = 'http://127.0.0.1:3002' } = environment
  const { PROMPT_TOKENS = '1200', SERVICE_VERSION: version = '0.1.0', FAULT: fault } = environment
  return {
    version,
    pool: new Pool(poolOptions(secret('DATABASE_URL', environment))),
    elasticsearch: ELASTICSEARCH_URL ? new Client(elasticOptions(ELASTICSEARCH_URL)) : undefined,
    redis: REDIS_URL ? new Redis(REDIS_URL) : undefined,
    llmService,
    promptTokens: Number(PROMPT_TOKENS),
    fault
  }
}
