// Every service is killed once: people get words instead of an answer, operators get counts, and what was acknowledged is still there.
import { readEvents, type StreamEvent } from '@rag-example/wire'
import { verifyAudit } from '../audit.js'
import type { Service } from '../system/environments.js'
import { attempt, type Door, type Refusal, search, upload } from '../traffic.js'
import { clearFault, setFault } from './provider.js'
import { check, type Scenario, same } from './scenario.js'

const REQUESTS = 2
const ID = 'almanac.md'
const TEXT = '# Almanac of Tollvik\n\nThe bakery of Tollvik sells cardamom buns on Thursdays only.\n'
const QUESTION = 'When does the bakery of Tollvik sell cardamom buns?'
const SEARCH = [`/search?${new URLSearchParams({ q: QUESTION })}`, {}] as const
const SEND = [
  '/documents/calendar.md',
  { method: 'PUT', headers: { 'content-type': 'text/markdown' }, body: '# Calendar\n\nA year.\n' }
] as const

/** Killed together, and started again together. The gateway is the last: its counts begin anew. */
const ROUNDS: readonly (readonly { service: Service; request: readonly [string, RequestInit]; words: RegExp }[])[] = [
  [
    { service: 'rag-engine', request: SEARCH, words: /^rag-engine cannot be reached/ },
    { service: 'document-service', request: SEND, words: /^document-service cannot be reached/ }
  ],
  [
    { service: 'llm-service', request: SEARCH, words: /^llm-service cannot be reached/ },
    { service: 'auth-service', request: SEARCH, words: /^auth-service cannot be reached/ }
  ],
  [{ service: 'api-gateway', request: SEARCH, words: /^The system cannot be reached/ }]
]
const VICTIMS = ROUNDS.flat()

export const serviceKilled: Scenario = {
  name: 'service-killed',
  story: `A document and a session are acknowledged; rag-engine is killed (SIGKILL) in the middle of an answer, then ${VICTIMS.slice(1)
    .map(({ service }) => service)
    .join(', ')}, each with ${REQUESTS} requests that need it; all are started again.`,
  look: 'Ask: the words instead of an answer; Operate: which service cannot be read.',
  async run({ system, fault, door, question, snapshot, until, show }) {
    await upload(door(), ID, TEXT)
    const session = { url: system.gateway.url, apiKey: await signIn(door(), system.people[0]!) }
    const before = await snapshot()
    // Slow enough to be cut in the middle.
    if (fault) await setFault(system, 'openai', { pieceDelayMs: 40 })
    const cut = await brokenOff(door(), question(), async () => {
      if (fault) await system.kill('rag-engine')
    })
    await clearFault(system, 'openai')
    show(cut.traceId)
    const said = new Map<Service, Refusal[]>()
    const counts = () =>
      until((after) => {
        const outside = VICTIMS.filter(({ service }) => service !== 'api-gateway').flatMap(({ service }) => said.get(service)!)
        const traces = new Set(outside.map(({ traceId }) => traceId))
        const count = (taken: typeof after, labels: Record<string, string>) =>
          taken.value('api-gateway', 'http_server_request_duration_seconds_count', labels)
        const lines = (of: ReadonlySet<string>) =>
          after.lines('api-gateway').filter(({ traceId, route }) => of.has(String(traceId)) && route !== undefined)
        return [
          same('requests refused with status 503 by the gateway', {
            sent: outside.length,
            refused: outside.filter(({ status }) => status === 503).length,
            [`counted in ${after.source}`]:
              count(after, { http_response_status_code: '503' }) - count(before, { http_response_status_code: '503' }),
            'log lines': lines(traces).filter(({ statusCode }) => statusCode === 503).length
          }),
          same('the answer that was cut off', {
            sent: 1,
            'broke off': Number(cut.brokeOff),
            [`counted in ${after.source}`]: count(after, { http_route: '/ask' }) - count(before, { http_route: '/ask' }),
            'log lines that say so': lines(new Set([cut.traceId])).filter(({ outcome }) => outcome !== 'ok').length
          })
        ]
      })
    const checks = []
    for (const round of ROUNDS) {
      if (round[0]!.service === 'api-gateway') checks.push(...(await counts()))
      for (const { service, request } of round) {
        if (fault) await system.kill(service)
        const at: Door = service === 'api-gateway' ? { url: `${system.service('frontend').url}/api`, apiKey: door().apiKey } : door()
        said.set(service, await Promise.all(Array.from({ length: REQUESTS }, () => attempt(at, ...request))))
      }
      if (fault) await Promise.all(round.map(({ service }) => system.restart(service)))
    }
    const found = await search(door(), QUESTION)
    const back = {
      search: await attempt(door(), ...SEARCH),
      upload: await attempt(door(), ...SEND),
      session: await attempt(session, ...SEARCH)
    }
    const { intact } = await verifyAudit(system.audit)
    return [
      ...VICTIMS.map(({ service, words }) => {
        const replies = said.get(service)!
        const refused = replies.filter(({ status, message }) => status === 503 && words.test(message)).length
        return same(`without ${service}: ${replies[0]?.message}`, { sent: REQUESTS, 'refused with 503 and these words': refused })
      }),
      ...checks,
      check('what was acknowledged is found', { found: Number(found.includes(ID)) }, found.includes(ID)),
      check(
        'searches and uploads work again',
        { search: back.search.status, upload: back.upload.status },
        back.search.status === 200 && back.upload.status < 300
      ),
      // Without Redis a session is known to one process alone.
      ...(system.redis ? [check('the session is still good', { status: back.session.status }, back.session.status === 200)] : []),
      check('the record of accesses is whole', { intact: Number(intact) }, intact)
    ]
  }
}

async function signIn({ url }: Door, { user, password }: { user: string; password: string }): Promise<string> {
  const reply = await fetch(`${url}/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password })
  })
  return ((await reply.json()) as { token: string }).token
}

/** Asks, and does something when the first words have come; whether the answer came to its end then. */
async function brokenOff(
  { url, apiKey }: Door,
  question: string,
  then: () => Promise<void>
): Promise<{ traceId: string; brokeOff: boolean }> {
  const reply = await fetch(`${url}/ask`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ question, stream: true })
  })
  const traceId = reply.headers.get('x-trace-id') ?? ''
  let told = false
  try {
    for await (const event of readEvents<StreamEvent>(reply.body!)) {
      if ('done' in event) return { traceId, brokeOff: false }
      if (!told) {
        told = true
        await then()
      }
    }
  } catch {
    // The connection was cut.
  }
  return { traceId, brokeOff: true }
}
