// Huge, binary, empty and mislabelled uploads, questions that are none, keys that are none: clear words for people, exact counts for operators, and nothing changes what was acknowledged.
import { readFile } from 'node:fs/promises'
import type { StoredDocument } from '@rag-example/wire'
import type { AuditPlace } from '../audit.js'
import type { Service } from '../system/environments.js'
import { attempt, type Door, type Refusal, upload } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'

const COUNT = 'http_server_request_duration_seconds_count'
const LIMIT_BYTES = 5 * 1024 * 1024
const PICTURE = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])

interface Bad {
  readonly what: string
  readonly path: string
  readonly init: RequestInit | (() => RequestInit)
  readonly key?: string
  readonly status: number
  readonly words: RegExp
}
const put = (type: string, body: string | Uint8Array<ArrayBuffer>) => ({ method: 'PUT', headers: { 'content-type': type }, body })
const question = (text: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ question: text })
})

/** A document that is acknowledged first, under a name that is as long as one may be and has accents as some systems write them: every bad one is sent under it. */
const ID = 'Ra\u0301vnsund.md'.padStart(200, 'Bylaws of the council of ')
const TEXT = '# Bylaws of Ravnsund\n\nThe council of Ravnsund meets every ninth evening in the boathouse.\n'
const QUESTION = 'When does the council of Ravnsund meet in the boathouse?'
const PATH = `/documents/${encodeURIComponent(ID)}`
const HUGE = `# Huge\n\n${'word '.repeat(LIMIT_BYTES / 4)}`
/** Of a length that nobody knows before its end. */
const unknownLength = () => ({ ...put('text/markdown', ''), body: new Blob([HUGE]).stream(), duplex: 'half' }) as RequestInit

const BAD: readonly Bad[] = [
  { what: 'a huge document', path: PATH, init: put('text/markdown', HUGE), status: 413, words: /5 MiB at most/ },
  { what: 'a huge document of unknown length', path: PATH, init: unknownLength, status: 413, words: /5 MiB at most/ },
  { what: 'a binary document', path: PATH, init: put('text/plain', PICTURE), status: 415, words: /binary/ },
  { what: 'a picture called a PDF', path: PATH, init: put('application/pdf', PICTURE), status: 415, words: /no PDF/ },
  { what: 'a picture', path: PATH, init: put('image/png', PICTURE), status: 415, words: /are taken/ },
  { what: 'a PDF that is cut off', path: PATH, init: put('application/pdf', '%PDF-1.7\n1 0 obj'), status: 422, words: /cannot be read/ },
  { what: 'an empty document', path: PATH, init: put('text/markdown', ''), status: 422, words: /empty/ },
  { what: 'a name without end', path: `${PATH}s`, init: put('text/markdown', TEXT), status: 400, words: /^A name has up to 200/ },
  { what: 'a question without end', path: '/ask', init: question('why '.repeat(2000)), status: 400, words: /^A question is a text/ },
  { what: 'a question larger than any', path: '/ask', init: question('why '.repeat(30_000)), status: 413, words: /too long/ },
  { what: 'a question that is no text', path: '/ask', init: question({ $ne: 1 }), status: 400, words: /^A question is a text/ },
  { what: 'a question of spaces', path: '/ask', init: question('  '), status: 400, words: /^A question is a text/ },
  { what: 'a question with a NUL', path: '/ask', init: question('What is \0?'), status: 400, words: /^A question is a text/ },
  { what: 'a search for a NUL', path: '/search?q=%00', init: {}, status: 400, words: /^A question is a text/ },
  { what: 'a question that is no JSON', path: '/ask', init: { ...question(''), body: '{"question": "wh' }, status: 400, words: /no JSON/ },
  { what: 'no key', path: '/search?q=x', init: {}, key: '', status: 401, words: /Sign in/ },
  { what: 'a made-up key', path: '/ask', init: question('Who am I?'), key: 'rag_made-up', status: 401, words: /not valid/ },
  { what: 'a broken token', path: '/search?q=x', init: {}, key: 'e30.e30.\u00e9', status: 401, words: /not valid/ },
  { what: 'a key without end', path: '/search?q=x', init: {}, key: 'k'.repeat(5000), status: 401, words: /not valid/ }
]
const STATUSES = [...new Set(BAD.map(({ status }) => status))].sort()
const OF_DOCUMENTS = BAD.filter(({ path, what }) => path === PATH && what !== 'a huge document')

export const badInput: Scenario = {
  name: 'bad-input',
  story: `A document is acknowledged, then ${BAD.length} requests that must be refused: ${BAD.map(({ what }) => what).join(', ')}.`,
  look: 'Documents: the words of a refused upload; Operate: the error share of the gateway stays, its 4xx are counted.',
  async run({ system, fault, door, ask, snapshot, until }) {
    const acknowledged = await upload(door(), ID, TEXT)
    const [recorded, documents] = [await refusalsIn(system.audit), await documentsOf(door())]
    const before = await snapshot()
    const said: Refusal[] = []
    for (const { path, init, key } of fault ? BAD : [])
      said.push(await attempt(key === undefined ? door() : { ...door(), apiKey: key }, path, typeof init === 'function' ? init() : init))
    const checks = await until((after) => {
      const counted = (service: Service, code: number) => {
        const labels = { http_response_status_code: String(code) }
        return after.value(service, COUNT, labels) - before.value(service, COUNT, labels)
      }
      const traces = new Set(said.map(({ traceId }) => traceId))
      const lines = (service: Service, code: number) =>
        after.lines(service).filter(({ traceId, statusCode }) => traces.has(String(traceId)) && statusCode === code).length
      const figures = (service: Service, sent: readonly Bad[], code: number) => ({
        sent: sent.filter(({ status }) => status === code).length,
        [`counted in ${after.source}`]: counted(service, code),
        'log lines': lines(service, code)
      })
      return [
        ...BAD.map(({ what, status, words }, index) =>
          check(
            `${what} is refused with ${status} and words: ${said[index]?.message ?? ''}`,
            { status: said[index]?.status ?? 0 },
            said[index]?.status === status && words.test(said[index].message)
          )
        ),
        ...STATUSES.map((status) => same(`refusals with ${status} of the gateway`, figures('api-gateway', BAD, status))),
        ...[413, 415, 422].map((status) =>
          same(`refusals with ${status} of document-service`, figures('document-service', OF_DOCUMENTS, status))
        ),
        same('refusals with 401 of auth-service', figures('auth-service', BAD, 401))
      ]
    })
    const told = await ask(QUESTION)
    const stays = told.answer?.answer.includes('every ninth evening') ?? false
    return [
      ...checks,
      same('refused accesses on record', {
        sent: BAD.filter(({ status }) => status === 401).length,
        records: (await refusalsIn(system.audit)) - recorded
      }),
      same('documents, each in the version it had', { before: documents.size, after: unchanged(documents, await documentsOf(door())) }),
      check('what was acknowledged is still the answer', { status: acknowledged, said: Number(stays) }, acknowledged < 300 && stays)
    ]
  }
}

/** Each with its version and how much it has. */
async function documentsOf({ url, apiKey }: Door): Promise<ReadonlySet<string>> {
  const reply = await fetch(`${url}/documents?limit=500`, { headers: { authorization: `Bearer ${apiKey}` } })
  const { documents } = (await reply.json()) as { documents: readonly StoredDocument[] }
  return new Set(documents.map(({ id, version, passages, bytes }) => JSON.stringify([id, version, passages, bytes])))
}

/** How many are the same; none when there are others. */
function unchanged(before: ReadonlySet<string>, after: ReadonlySet<string>): number {
  return after.size === before.size ? [...after].filter((one) => before.has(one)).length : 0
}

async function refusalsIn({ file }: AuditPlace): Promise<number> {
  return (await readFile(file, 'utf8')).split('"outcome":"refused"').length - 1
}
