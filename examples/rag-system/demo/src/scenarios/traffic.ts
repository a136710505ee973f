// Ordinary traffic: what was sent is what every signal counts.
import { isRequestLine } from '../read/ndjson.js'
import { SERVER } from '../read/spans.js'
import { search } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'

const QUESTIONS = 8
const SEARCHES = 12
const COUNT = 'http_server_request_duration_seconds_count'

export const traffic: Scenario = {
  name: 'traffic',
  story: `${QUESTIONS} questions, half of them streamed, and ${SEARCHES} searches, four at a time.`,
  look: 'Operate: rate and percentiles by service; Ask: the waterfall of any of them.',
  async run({ system, fault, ask, question, door, snapshot, until }) {
    const before = await snapshot()
    const work = fault
      ? [
          ...Array.from({ length: QUESTIONS }, (_, index) => () => ask(question(), { stream: index % 2 === 0 })),
          ...Array.from({ length: SEARCHES }, () => () => search(door(), question()))
        ]
      : []
    const sent = work.length
    const lane = async () => {
      for (let next = work.shift(); next; next = work.shift()) await next()
    }
    await Promise.all([lane(), lane(), lane(), lane()])
    return until((after) => {
      const since = (service: 'api-gateway' | 'auth-service' | 'rag-engine') => after.value(service, COUNT) - before.value(service, COUNT)
      const answered = (all: typeof after) => ({
        lines: all.lines('api-gateway').filter(isRequestLine).length,
        spans: all.spans.filter(({ service, kind }) => service === 'api-gateway' && kind === SERVER).length
      })
      const [were, are] = [answered(before), answered(after)]
      return [
        same('requests of the gateway', {
          sent: fault ? sent : 0,
          [`histogram in ${after.source}`]: since('api-gateway'),
          'log lines': are.lines - were.lines,
          spans: are.spans - were.spans
        }),
        same('each was checked by auth-service and answered by rag-engine', {
          gateway: since('api-gateway'),
          'auth-service': since('auth-service'),
          'rag-engine': since('rag-engine')
        }),
        check(
          'nothing was lost on the way',
          { dropped: system.services.reduce((sum, { name }) => sum + after.value(name as 'rag-engine', 'rag_telemetry_dropped_total'), 0) },
          system.services.every(({ name }) => after.value(name as 'rag-engine', 'rag_telemetry_dropped_total') === 0)
        )
      ]
    })
  }
}
