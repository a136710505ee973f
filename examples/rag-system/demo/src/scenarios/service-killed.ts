// A service is killed: people get words instead of an answer, operators get counts, and what was acknowledged is still there.
import { type Asked, search, upload } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'

const QUESTIONS = 3
const ID = 'almanac.md'
const TEXT = '# Almanac of Tollvik\n\nThe bakery of Tollvik sells cardamom buns on Thursdays only.\n'

export const serviceKilled: Scenario = {
  name: 'service-killed',
  story: `A document is acknowledged; rag-engine is killed (SIGKILL); ${QUESTIONS} questions are asked; it is started again.`,
  look: 'Ask: the words instead of an answer; Operate: which service cannot be read.',
  async run({ system, fault, ask, question, door, snapshot, until }) {
    await upload(door(), ID, TEXT)
    const before = await snapshot()
    if (fault) await system.kill('rag-engine')
    const asked: Asked[] = []
    for (let index = 0; index < QUESTIONS; index++) asked.push(await ask(question()))
    if (fault) await system.restart('rag-engine')
    const found = await search(door(), 'When does the bakery of Tollvik sell cardamom buns?')
    const well = await ask(question())
    return until((after) => {
      const failures = (taken: typeof after) =>
        taken.value('api-gateway', 'rag_http_server_requests_total', { http_route: '/ask', status_class: '5xx' })
      const traces = new Set(asked.map(({ traceId }) => traceId))
      return [
        same('questions refused in words, with status 503', {
          asked: QUESTIONS,
          refused: asked.filter(({ status }) => status === 503).length,
          [`counted in ${after.source}`]: failures(after) - failures(before),
          'log lines': after.lines('api-gateway').filter(({ traceId, statusCode }) => traces.has(String(traceId)) && statusCode === 503)
            .length
        }),
        check('what was acknowledged is found', { found: Number(found.includes(ID)) }, found.includes(ID)),
        check('and questions are answered again', { status: well.status }, well.status === 200)
      ]
    })
  }
}
