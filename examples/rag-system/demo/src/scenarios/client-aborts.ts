// Clients leave in the middle of their answers: every service stops, and every signal says so.
import type { Asked } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'

const CLIENTS = 4

export const clientAborts: Scenario = {
  name: 'client-aborts',
  story: `${CLIENTS} clients leave after the first words of a streamed answer.`,
  look: 'Ask, then Stop: the log lines of three services say aborted, and so does the span of the model call.',
  async run({ fault, ask, question, snapshot, until }) {
    const before = await snapshot()
    const asked: Asked[] = []
    for (let index = 0; index < CLIENTS; index++) asked.push(await ask(question(), { stream: true, leave: fault }))
    const traces = new Set(asked.map(({ traceId }) => traceId))
    return until((after) => {
      const aborted = (service: 'api-gateway' | 'rag-engine' | 'llm-service') =>
        after
          .lines(service)
          .filter(({ traceId, outcome, route }) => traces.has(String(traceId)) && outcome === 'aborted' && route !== undefined).length
      const calls = { gen_ai_request_model: 'extractive-1', outcome: 'aborted' }
      return [
        same('requests that were left', {
          clients: CLIENTS,
          'that left': asked.filter(({ left }) => left).length,
          'lines of api-gateway': aborted('api-gateway'),
          'lines of rag-engine': aborted('rag-engine'),
          'lines of llm-service': aborted('llm-service')
        }),
        check(
          `model calls broken off in ${after.source}`,
          { calls: after.value('llm-service', 'rag_llm_calls_total', calls) - before.value('llm-service', 'rag_llm_calls_total', calls) },
          after.value('llm-service', 'rag_llm_calls_total', calls) - before.value('llm-service', 'rag_llm_calls_total', calls) === CLIENTS
        )
      ]
    })
  }
}
