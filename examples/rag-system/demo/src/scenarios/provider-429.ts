// The provider refuses for a moment with 429: the client tries again, and people notice nothing but the time.
import { clearFault, setFault } from './provider.js'
import { check, type Scenario, same } from './scenario.js'

const REFUSALS = 2
const MODEL = { gen_ai_request_model: 'extractive-1' }

export const provider429: Scenario = {
  name: 'provider-429',
  story: `The provider refuses the next ${REFUSALS} requests with status 429.`,
  look: 'Ask: the model call in the waterfall is longer and has rag.llm.attempts; Operate: refused by rate limits.',
  async run({ system, fault, ask, question, snapshot, until }) {
    const before = await snapshot()
    if (fault) await setFault(system, 'openai', { status: 429, times: REFUSALS, retryAfterSeconds: 1 })
    const asked = await ask(question())
    await clearFault(system, 'openai')
    return until((after) => {
      const since = (name: string) => after.value('llm-service', name, MODEL) - before.value('llm-service', name, MODEL)
      const span = after.spans.find(({ traceId, name }) => traceId === asked.traceId && name.startsWith('chat '))
      return [
        check('the question was answered', { status: asked.status }, asked.status === 200),
        same('refusals', {
          sent: fault ? REFUSALS : 0,
          [`rag_llm_rate_limited_total in ${after.source}`]: since('rag_llm_rate_limited_total'),
          rag_llm_retries_total: since('rag_llm_retries_total')
        }),
        same('attempts of the one call', { refusals: REFUSALS + 1, 'in its span': Number(span?.attributes['rag.llm.attempts'] ?? 1) }),
        check(
          'it counts as one call that went well',
          {
            calls:
              after.value('llm-service', 'rag_llm_calls_total', { ...MODEL, outcome: 'ok' }) -
              before.value('llm-service', 'rag_llm_calls_total', { ...MODEL, outcome: 'ok' })
          },
          after.value('llm-service', 'rag_llm_calls_total', { ...MODEL, outcome: 'ok' }) -
            before.value('llm-service', 'rag_llm_calls_total', { ...MODEL, outcome: 'ok' }) ===
            1
        )
      ]
    })
  }
}
