// Redis stops answering: questions are answered all the same, the loss is counted, and the way back is taken without anybody's help.

import { DemoFailure } from '../system/failure.js'
import type { Asked } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'

const QUESTIONS = 5
const ERRORS = 'rag_cache_errors_total'
const BREAKER = 'rag_cache_breaker_state'

export const redisDown: Scenario = {
  name: 'redis-down',
  story: `Redis is stopped (SIGSTOP); ${QUESTIONS} questions are asked; Redis goes on.`,
  look: 'Operate: hit rates of the Redis layers; /metrics of rag-engine: rag_cache_errors_total and rag_cache_breaker_state.',
  async run({ system, fault, ask, question, snapshot, until }) {
    const { redis } = system
    if (!redis)
      throw new DemoFailure(
        'this scenario stops the Redis that the demo started, and there is none',
        'install redis-server, and unset REDIS_URL'
      )
    const before = await snapshot()
    const asked: Asked[] = []
    if (fault) system.signal(redis, 'SIGSTOP')
    try {
      for (let index = 0; index < QUESTIONS; index++) asked.push(await ask(question()))
      const during = await until((after) => [
        same('questions answered while Redis was away', {
          asked: QUESTIONS,
          answered: asked.filter(({ status, answer }) => status === 200 && answer?.answer).length
        }),
        check(
          `faults of the Redis layers in ${after.source}`,
          { before: before.value('rag-engine', ERRORS), during: after.value('rag-engine', ERRORS) },
          after.value('rag-engine', ERRORS) > before.value('rag-engine', ERRORS)
        ),
        check(
          'the circuit breaker of the answers is open',
          { state: after.value('rag-engine', BREAKER, { cache: 'answers' }) },
          after.value('rag-engine', BREAKER, { cache: 'answers' }) > 0
        )
      ])
      if (fault) system.signal(redis, 'SIGCONT')
      const recovered = await until((after) => [
        check(
          'the circuit breaker closes when Redis is back',
          { state: after.value('rag-engine', BREAKER, { cache: 'answers' }) },
          after.value('rag-engine', BREAKER, { cache: 'answers' }) === 0
        )
      ])
      return [...during, ...recovered]
    } finally {
      system.signal(redis, 'SIGCONT')
    }
  }
}
