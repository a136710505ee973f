// The database is killed, and what it held with it: people get words, the services live on, and the index comes back from what was acknowledged.
import { DemoFailure } from '../system/failure.js'
import { type Asked, attempt, search, upload } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'

const QUESTIONS = 3
const TEXT = '# Lighthouse of Norrskar\n\nThe lighthouse of Norrskar is painted every seventh summer.\n'
const started = 'process_start_time_seconds'

export const databaseDown: Scenario = {
  name: 'database-down',
  story: `A document is acknowledged; PostgreSQL is killed (SIGKILL); ${QUESTIONS} questions are asked; it is started again, and is empty.`,
  look: 'Ask: the words instead of an answer; its trace: the statement that failed.',
  async run({ system, fault, ask, question, door, snapshot, until, show }) {
    if (!system.stores.some(({ name }) => name === 'postgres'))
      throw new DemoFailure('this scenario kills the embedded database, and there is none', 'unset DATABASE_URL')
    const id = `lighthouse-${Date.now()}.md`
    const acknowledged = await upload(door(), id, TEXT)
    const before = await snapshot()
    if (fault) await system.kill('postgres')
    const asked: Asked[] = []
    for (let index = 0; index < QUESTIONS; index++) asked.push(await ask(question()))
    const told = await attempt(door(), `/search?${new URLSearchParams({ q: question() })}`, {})
    show(told.traceId)
    const during = await until((after) => {
      const failures = (taken: typeof after) =>
        taken.value('api-gateway', 'rag_http_server_requests_total', { http_route: '/ask', status_class: '5xx' })
      const traces = new Set(asked.map(({ traceId }) => traceId))
      const lines = after.lines('api-gateway').filter(({ traceId, statusCode }) => traces.has(String(traceId)) && statusCode === 503)
      const start = (taken: typeof after) => taken.value('rag-engine', started) + taken.value('document-service', started)
      return [
        same('questions refused with status 503', {
          asked: QUESTIONS,
          refused: asked.filter(({ status }) => status === 503).length,
          [`counted in ${after.source}`]: failures(after) - failures(before),
          'log lines': lines.length
        }),
        check(`in words: ${told.message}`, { status: told.status }, told.status === 503 && told.message.includes('cannot be reached')),
        same('the services that use it live on: their starts', { before: start(before), after: start(after) })
      ]
    })
    if (fault) {
      await system.restart('postgres')
      await system.restart('document-service')
    }
    const found = await search(door(), 'How often is the lighthouse of Norrskar painted?')
    const well = await ask(question())
    return [
      ...during,
      check('what was acknowledged is found', { status: acknowledged, found: Number(found.includes(id)) }, found.includes(id)),
      check('and questions are answered again', { status: well.status }, well.status === 200)
    ]
  }
}
