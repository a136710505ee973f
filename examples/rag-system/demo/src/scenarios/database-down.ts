// The database is killed, and what it held with it: people get words, the services live on, and all of it works again by itself.
import type { PassagesReply } from '@rag-example/wire'
import { settled } from '../settle.js'
import type { Service } from '../system/environments.js'
import { DemoFailure } from '../system/failure.js'
import { type Asked, attempt, type Door, type Refusal, search, upload } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'
import type { Snapshot } from './snapshot.js'

const QUESTIONS = 3
const TIMES = 'http_server_request_duration_seconds_count'
const WORDS = /documents (cannot be reached|are being read in again)/
const BACK_MS = 20_000

export const databaseDown: Scenario = {
  name: 'database-down',
  story: `A document is acknowledged; PostgreSQL is killed (SIGKILL); ${QUESTIONS} questions are asked, a change of that document and a new one are sent; it is started again, and is empty. No service is started again.`,
  look: 'Ask, Documents: the words instead of an answer; its trace: the statement that failed.',
  async run({ system, fault, ask, question, door, snapshot, until, show }) {
    if (!system.stores.some(({ name }) => name === 'postgres'))
      throw new DemoFailure('this scenario kills the embedded database, and there is none', 'unset DATABASE_URL')
    const [known, other] = [`lighthouse-${Date.now()}.md`, `pier-${Date.now()}.md`]
    const lighthouse = (summer: string) => `# Lighthouse of Norrskar\n\nThe lighthouse of Norrskar is painted every ${summer} summer.\n`
    const send = (id: string, text: string) =>
      attempt(door(), `/documents/${id}`, { method: 'PUT', headers: { 'content-type': 'text/markdown' }, body: text })
    const acknowledged = await upload(door(), known, lighthouse('seventh'))
    const before = await snapshot()
    if (fault) await system.kill('postgres')
    const asked: Asked[] = []
    for (let index = 0; index < QUESTIONS; index++) asked.push(await ask(question()))
    const searched = await attempt(door(), `/search?${new URLSearchParams({ q: question() })}`, {})
    const sent = [await send(known, lighthouse('second')), await send(other, '# Pier of Norrskar\n\nThe pier of Norrskar is green.\n')]
    show(searched.traceId)
    const refused = (replies: readonly { status: number }[]) => replies.filter(({ status }) => status === 503).length
    const during = await until((after) => [
      same('questions refused with status 503', {
        asked: QUESTIONS,
        refused: refused(asked),
        ...counted('api-gateway', '/ask', asked, before, after),
        ...counted('rag-engine', '/answers', asked, before, after)
      }),
      same('uploads refused with status 503', {
        sent: sent.length,
        refused: refused(sent),
        ...counted('api-gateway', '/documents/:id', sent, before, after),
        ...counted('document-service', '/documents/:id', sent, before, after)
      }),
      ...[searched, ...sent].map(({ status, message }) => check(`in words: ${message}`, { status }, status === 503 && WORDS.test(message)))
    ])
    if (fault) await system.restart('postgres')
    const started = performance.now()
    const again = await settled(
      () => textsOf(door(), 'How often is the lighthouse of Norrskar painted?', known),
      (texts) => texts !== undefined,
      BACK_MS
    )
    const seconds = (performance.now() - started) / 1000
    const well = await ask(question())
    const lost = await search(door(), 'Which colour has the pier of Norrskar?')
    const fresh = await upload(door(), other, '# Pier of Norrskar\n\nThe pier of Norrskar is blue.\n')
    return [
      ...during,
      check('it works again by itself', { 'seconds after the database': seconds }, again !== undefined),
      check('what was acknowledged is found', { status: acknowledged, passages: again?.length ?? 0 }, again?.length === 1),
      check(
        'in the version that was acknowledged',
        { seventh: Number(again?.[0]?.includes('every seventh summer')) },
        again?.[0]?.includes('every seventh summer') ?? false
      ),
      check('what was refused is not', { found: Number(lost.includes(other)) }, !lost.includes(other)),
      check('questions are answered again', { status: well.status }, well.status === 200),
      check('and uploads are taken again', { status: fresh }, fresh === 201),
      ...(await until((after) => [
        same('the services that use it live on: their starts', { before: starts(before), after: starts(after) }),
        check('its return is in the log', { lines: returns(after) - returns(before) }, returns(after) > returns(before))
      ]))
    ]
  }
}

/** The passages of a document that a search finds; undefined when it finds none of any. */
async function textsOf({ url, apiKey }: Door, question: string, document: string): Promise<string[] | undefined> {
  const reply = await fetch(`${url}/search?${new URLSearchParams({ q: question })}`, { headers: { authorization: `Bearer ${apiKey}` } })
  if (!reply.ok) return undefined
  return ((await reply.json()) as PassagesReply).passages.filter((passage) => passage.document === document).map(({ text }) => text)
}

/** What a service says of refusals: its figures, and its lines of these requests. */
function counted(
  service: Service,
  route: string,
  replies: readonly Pick<Refusal, 'traceId'>[],
  before: Snapshot,
  after: Snapshot
): Record<string, number> {
  const labels = { http_route: route, http_response_status_code: '503' }
  const traces = new Set(replies.map(({ traceId }) => traceId))
  const lines = after
    .lines(service)
    .filter((line) => traces.has(String(line.traceId)) && line.statusCode === 503 && line['route'] === route)
  return {
    [`counted by ${service} in ${after.source}`]: after.value(service, TIMES, labels) - before.value(service, TIMES, labels),
    [`log lines of ${service}`]: lines.length
  }
}

const starts = (taken: Snapshot) =>
  (['rag-engine', 'document-service'] as const).reduce((sum, name) => sum + taken.value(name, 'process_start_time_seconds'), 0)
const returns = (taken: Snapshot) => taken.lines('document-service').filter(({ msg }) => msg === 'the index is whole again').length
