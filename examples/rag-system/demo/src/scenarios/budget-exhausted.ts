// A user's budget is used up: that user is refused with the time to wait, before anything is spent; others are not.
import type { Asked } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'

const QUESTIONS = 8
/** Enough for some questions, not for all. */
const SMALL = { USER_BUDGET_USD: '0.001' }
const REFUSED = 'rag_llm_budget_refusals_total'

export const budgetExhausted: Scenario = {
  name: 'budget-exhausted',
  story: `Users may spend ${SMALL.USER_BUDGET_USD} USD a day; one asks ${QUESTIONS} new questions, another asks one.`,
  look: 'Operate: the budget user-day and its refusals; Ask as that user: the words of the refusal.',
  async run({ system, fault, ask, question, until }) {
    // A service that was started anew has spent nothing yet.
    await system.restart('llm-service', fault ? SMALL : {})
    try {
      const asked: Asked[] = []
      for (let index = 0; index < QUESTIONS; index++) asked.push(await ask(question(), { user: 'grace' }))
      const other = await ask(question(), { user: 'linus' })
      const refused = asked.filter(({ status }) => status === 429)
      const answered = asked.filter(({ status }) => status === 200)
      return await until((after) => {
        const traces = new Set(refused.map(({ traceId }) => traceId))
        return [
          check(
            'some were answered and some refused',
            { answered: answered.length, refused: refused.length },
            answered.length > 0 && refused.length > 0 && answered.length + refused.length === QUESTIONS
          ),
          same('refusals', {
            'replies with 429': refused.length,
            [`counted in ${after.source}`]: after.value('llm-service', REFUSED, { budget: 'user-day', reason: 'limit' }),
            'log lines of llm-service': after
              .lines('llm-service')
              .filter(({ traceId, statusCode }) => traces.has(String(traceId)) && statusCode === 429).length
          }),
          same('model calls: only of those who were answered', {
            answered: answered.length + 1,
            calls: after.value('llm-service', 'rag_llm_calls_total', { gen_ai_request_model: 'extractive-1', outcome: 'ok' })
          }),
          check('another user is answered', { status: other.status }, other.status === 200)
        ]
      })
    } finally {
      await system.restart('llm-service')
    }
  }
}
