// Answers 429 with Retry-After when the budgets of a caller are exhausted, before the handler does any work.
import type { Meter } from './types.js'

const BODY = JSON.stringify({ error: { code: 'RAG_LLM_BUDGET', message: 'The budget of this caller is exhausted. Try again later.' } })

export interface Reply {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}

/** Whether the reply was given. A meter that cannot tell lets the request pass. */
export async function refuseOverQuota(meter: Pick<Meter, 'quota'>, reply: Reply): Promise<boolean> {
  let seconds: number | undefined
  try {
    seconds = await meter.quota()
  } catch {
    return false
  }
  if (seconds === undefined) return false
  reply.statusCode = 429
  reply.setHeader('retry-after', String(seconds))
  reply.setHeader('content-type', 'application/json')
  reply.end(BODY)
  return true
}
