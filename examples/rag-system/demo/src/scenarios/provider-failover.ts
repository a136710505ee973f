// The first provider is broken: the second one answers, and the first is used again when it is well.
import type { Asked } from '../traffic.js'
import { clearFault, setFault } from './provider.js'
import { check, type Scenario, same } from './scenario.js'

const QUESTIONS = 2
const CALLS = 'rag_llm_calls_total'

export const providerFailover: Scenario = {
  name: 'provider-failover',
  story: `The first provider answers everything with status 500; ${QUESTIONS} questions are asked; then it is well again.`,
  look: 'Ask: two model calls in the waterfall, the first with an error; Operate: models, and what was sent elsewhere.',
  async run({ system, fault, ask, question, snapshot, until }) {
    const before = await snapshot()
    if (fault) await setFault(system, 'openai', { status: 500 })
    const asked: Asked[] = []
    for (let index = 0; index < QUESTIONS; index++) asked.push(await ask(question()))
    await clearFault(system, 'openai')
    const well = await ask(question())
    return until((after) => {
      const since = (name: string, labels: Record<string, string>) =>
        after.value('llm-service', name, labels) - before.value('llm-service', name, labels)
      const traces = new Set(asked.map(({ traceId }) => traceId))
      const calls = after.spans.filter(({ traceId, name }) => traces.has(traceId) && name.startsWith('chat '))
      return [
        same('questions answered by the second provider', {
          asked: QUESTIONS,
          'answers by extractive-2': asked.filter(({ answer }) => answer?.model === 'extractive-2').length,
          [`its calls in ${after.source}`]: since(CALLS, { gen_ai_provider_name: 'anthropic', outcome: 'ok' }),
          'sent elsewhere': since('rag_llm_reroutes_total', { reason: 'failover_status' })
        }),
        same('failed calls of the first', {
          asked: QUESTIONS,
          [`in ${after.source}`]: since(CALLS, { gen_ai_request_model: 'extractive-1', outcome: 'error' }),
          'spans with an error': calls.filter(({ status }) => status === 2).length
        }),
        check(
          'the first provider answers again',
          { again: Number(well.answer?.model === 'extractive-1') },
          well.answer?.model === 'extractive-1'
        )
      ]
    })
  }
}
