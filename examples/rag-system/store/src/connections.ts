// How services hold connections to the stores: nobody waits for ever for one that is away, full or does not answer.

export interface Waits {
  /** Longest wait for a connection, a new one or a free one, milliseconds. @default 5000 */
  readonly connectMs?: number
  /** Longest wait for an answer, milliseconds. PostgreSQL gives the statement up then too. @default 10_000 */
  readonly answerMs?: number
}
const CONNECT_MS = 5000
const ANSWER_MS = 10_000

/** For the Pool of `pg`. */
export function poolOptions(connectionString: string | undefined, { connectMs = CONNECT_MS, answerMs = ANSWER_MS }: Waits = {}) {
  return {
    ...(connectionString !== undefined && { connectionString }),
    max: 4,
    keepAlive: true,
    connectionTimeoutMillis: connectMs,
    query_timeout: answerMs,
    statement_timeout: answerMs
  }
}

/** For the Client of Elasticsearch, which would wait four times half a minute. */
export function elasticOptions(node: string, { answerMs = ANSWER_MS }: Waits = {}) {
  return { node, requestTimeout: answerMs, maxRetries: 1 }
}
