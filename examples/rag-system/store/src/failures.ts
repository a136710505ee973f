// What a failure of a store means, and what people are told of it.
import { ServiceError } from '@rag-example/wire'

/** Connection exceptions, a statement that took too long, and a server that starts, stops or takes nobody more. */
const AWAY = /^(08|53|57)/
/** No such schema, no such table: a database that came back without the index. Elasticsearch says it in words. */
const LOST = new Set(['3F000', '42P01', 'index_not_found_exception'])
const AGAIN_SECONDS = 2

/** What is used of the errors of `pg` and of the client of Elasticsearch. */
interface Failure {
  readonly severity?: string
  readonly code?: string
  readonly meta?: { readonly body?: { readonly error?: { readonly type?: string } } }
}

export function isLost(error: unknown): boolean {
  const { code, meta } = error as Failure
  return LOST.has(code ?? meta?.body?.error?.type ?? '')
}

/** In words for people, when it is not a statement that is wrong; what has no code of PostgreSQL did not reach it. */
export function told(cause: unknown): unknown {
  if (cause instanceof ServiceError) return cause
  const { severity, code } = cause as Failure
  if (isLost(cause))
    return new ServiceError(503, 'The documents are being read in again. Please try again in a moment.', AGAIN_SECONDS, { cause })
  if (severity !== undefined && !AWAY.test(code ?? '')) return cause
  return new ServiceError(503, 'The documents cannot be reached at the moment. Please try again.', AGAIN_SECONDS, { cause })
}
