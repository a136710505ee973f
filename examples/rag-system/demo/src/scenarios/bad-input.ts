// Huge, binary, empty and mislabelled uploads, a question without end, keys that are none: clear words for people, exact counts for operators.
import { attempt, type Refusal } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'

const COUNT = 'http_server_request_duration_seconds_count'
const LIMIT_BYTES = 5 * 1024 * 1024
const PICTURE = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])

interface Bad {
  readonly what: string
  readonly path: string
  readonly init: RequestInit
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

const BAD: readonly Bad[] = [
  {
    what: 'a huge document',
    path: '/documents/huge.md',
    init: put('text/markdown', `# Huge\n\n${'word '.repeat(LIMIT_BYTES / 4)}`),
    status: 413,
    words: /5 MiB at most/
  },
  { what: 'a binary document', path: '/documents/noise.txt', init: put('text/plain', PICTURE), status: 415, words: /binary/ },
  { what: 'a picture called a PDF', path: '/documents/picture.pdf', init: put('application/pdf', PICTURE), status: 415, words: /no PDF/ },
  { what: 'a picture', path: '/documents/picture.png', init: put('image/png', PICTURE), status: 415, words: /are taken/ },
  { what: 'an empty document', path: '/documents/empty.md', init: put('text/markdown', ''), status: 422, words: /empty/ },
  { what: 'a question without end', path: '/ask', init: question('why '.repeat(2000)), status: 400, words: /question/ },
  { what: 'a question that is no text', path: '/ask', init: question({ $ne: 1 }), status: 400, words: /question/ },
  { what: 'a made-up key', path: '/ask', init: question('Who am I?'), key: 'rag_made-up', status: 401, words: /not valid/ },
  { what: 'a broken token', path: '/search?q=x', init: {}, key: 'e30.e30.\u00e9', status: 401, words: /key/ }
]

export const badInput: Scenario = {
  name: 'bad-input',
  story: `${BAD.length} requests that must be refused: ${BAD.map(({ what }) => what).join(', ')}.`,
  look: 'Documents: the words of a refused upload; Operate: the error share of the gateway stays, its 4xx are counted.',
  async run({ fault, door, snapshot, until }) {
    const before = await snapshot()
    const said: Refusal[] = []
    for (const { path, init, key } of fault ? BAD : [])
      said.push(await attempt(key === undefined ? door() : { ...door(), apiKey: key }, path, init))
    const statuses = [...new Set(BAD.map(({ status }) => status))].sort()
    return until((after) => {
      const counted = (taken: typeof after, status: number) =>
        taken.value('api-gateway', COUNT, { http_response_status_code: String(status) })
      const traces = new Set(said.map(({ traceId }) => traceId))
      const lines = after.lines('api-gateway').filter(({ traceId, statusCode }) => traces.has(String(traceId)) && statusCode !== undefined)
      const passages = (taken: typeof after) => taken.value('document-service', 'example_index_passages')
      return [
        ...BAD.map(({ what, status, words }, index) =>
          check(
            `${what} is refused with ${status} and words: ${said[index]?.message ?? ''}`,
            { status: said[index]?.status ?? 0 },
            said[index]?.status === status && words.test(said[index].message)
          )
        ),
        ...statuses.map((status) =>
          same(`refusals with ${status}`, {
            sent: BAD.filter((bad) => bad.status === status).length,
            [`counted in ${after.source}`]: counted(after, status) - counted(before, status),
            'log lines': lines.filter(({ statusCode }) => statusCode === status).length
          })
        ),
        same('passages in the index', { before: passages(before), after: passages(after) })
      ]
    })
  }
}
