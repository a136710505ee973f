// A cold start: the services come back with empty caches, and every answer has to be made anew.

import { Redis } from 'ioredis'
import { DemoFailure } from '../system/failure.js'
import type { Asked } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'

const QUESTIONS = 4
const HITS = { cache: 'answers', result: 'hit' }

export const coldStart: Scenario = {
  name: 'cold-start',
  story: `${QUESTIONS} questions are answered from the cache; then rag-engine and llm-service are started anew with empty caches, and they are asked again.`,
  look: 'Operate: hit rates of the caches begin at 0; Ask: the waterfall of a repeated question has a model call again.',
  async run({ system, fault, ask, question, until }) {
    const questions = Array.from({ length: QUESTIONS }, question)
    for (const one of questions) await ask(one)
    const warm: Asked[] = []
    for (const one of questions) warm.push(await ask(one))
    const restartedAt = Date.now() / 1000
    if (fault) {
      await emptyRedis(system.redisUrl)
      await Promise.all([system.restart('rag-engine'), system.restart('llm-service')])
    }
    const cold: Asked[] = []
    for (const one of questions) cold.push(await ask(one))
    const fromModel = cold.filter(({ answer }) => answer?.from === 'model').length
    return until((after) => [
      same('answers that were kept before', { asked: QUESTIONS, kept: warm.filter(({ answer }) => answer?.cached).length }),
      same('answers made anew after the start', {
        asked: QUESTIONS,
        'by the model': fromModel,
        [`calls in ${after.source}`]: after.value('llm-service', 'rag_llm_calls_total', {
          gen_ai_request_model: 'extractive-1',
          outcome: 'ok'
        }),
        'spans of them': chats(after.spans, cold)
      }),
      check(
        'the cache of answers began at nothing',
        { hits: after.value('rag-engine', 'rag_cache_requests_total', HITS) },
        after.value('rag-engine', 'rag_cache_requests_total', HITS) === 0
      ),
      check(
        'both services say that they are new',
        { 'started after': after.value('rag-engine', 'process_start_time_seconds') - restartedAt },
        after.value('rag-engine', 'process_start_time_seconds') > restartedAt &&
          after.value('llm-service', 'process_start_time_seconds') > restartedAt
      )
    ])
  }
}

/** Model calls in the traces of these questions. */
function chats(spans: readonly { traceId: string; name: string }[], asked: readonly { traceId: string }[]): number {
  const traces = new Set(asked.map(({ traceId }) => traceId))
  return spans.filter(({ traceId, name }) => traces.has(traceId) && name.startsWith('chat ')).length
}

async function emptyRedis(own: string | undefined): Promise<void> {
  if (process.env['REDIS_URL']) throw new DemoFailure('this scenario empties Redis, and REDIS_URL is yours', 'unset REDIS_URL')
  if (!own) return
  const redis = new Redis(own)
  await redis.flushall()
  redis.disconnect()
}
