// A stand-in for Elasticsearch 8 on its wire, for what this system asks of it. It refuses what the real server refuses.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

type Source = Readonly<Record<string, unknown>>
type Reply = readonly [status: number, body?: object]
interface Index {
  readonly alias: string
  /** The types of its fields. */
  readonly types: Readonly<Record<string, string>>
  readonly stored: Map<string, Source>
}

export interface ElasticStub {
  readonly url: string
  /** Answers as a cluster without a master does. */
  away: boolean
  /** Takes no passages, as a full one does. */
  refuse: boolean
  /** Loses its index before it looks at the next request whose path matches. */
  loseBefore: RegExp | undefined
  /** The ids of the passages, sorted; undefined without an index. */
  ids(): string[] | undefined
  lose(): void
  /** Takes a passage out, as a restored snapshot or a hand may. */
  drop(id: string): void
  close(): void
}

/** Parameters of the query that a path takes; another is refused. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  _bulk: ['refresh', 'require_alias'],
  _count: ['ignore_unavailable'],
  _delete_by_query: ['refresh', 'ignore_unavailable'],
  _search: ['ignore_unavailable']
}
const notFound = (name: string) => ({ type: 'index_not_found_exception', reason: `no such index [${name}]`, index: name })
const failed = (status: number, type: string, reason: string): Reply => [status, { error: { root_cause: [], type, reason }, status }]

export async function startElasticStub(): Promise<ElasticStub> {
  const indices = new Map<string, Index>()
  const find = (name: string) => [...indices].find(([own, { alias }]) => own === name || alias === name)?.[1]

  const bulk = (lines: readonly string[], requireAlias: boolean): Reply => {
    const items = []
    for (let at = 0; at < lines.length; at += 2) {
      const { _index: name, _id } = (JSON.parse(lines[at]!) as { index: { _index: string; _id: string } }).index
      const source = JSON.parse(lines[at + 1] ?? '') as Source
      // What is not there is made, and every text is text to it.
      if (!find(name) && !requireAlias)
        indices.set(name, {
          alias: name,
          types: Object.fromEntries(Object.keys(source).map((field) => [field, 'text'])),
          stored: new Map()
        })
      const index = requireAlias && indices.has(name) ? undefined : find(name)
      if (index && !stub.refuse) index.stored.set(_id, source)
      items.push({ index: { _id, ...(index ? { status: stub.refuse ? 429 : 201 } : { status: 404, error: notFound(name) }) } })
    }
    return [200, { took: 1, errors: items.some(({ index }) => index.status !== 201), items }]
  }

  const answer = async (request: IncomingMessage): Promise<Reply> => {
    let body = ''
    for await (const piece of request) body += piece
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://stub')
    if (stub.loseBefore?.test(pathname)) {
      stub.loseBefore = undefined
      stub.lose()
    }
    if (stub.away) return failed(503, 'master_not_discovered_exception', 'no master')
    const type = String(request.headers['content-type'] ?? '')
    if (body !== '' && !/^application\/vnd\.elasticsearch\+(x-nd)?json; ?compatible-with=8$/.test(type))
      return failed(406, 'media_type_header_exception', `Invalid media-type value: ${type}`)
    const [name = '', action = name] = pathname.slice(1).split('/').map(decodeURIComponent)
    for (const parameter of searchParams.keys())
      if (!PARAMETERS[action]?.includes(parameter))
        return failed(400, 'illegal_argument_exception', `unrecognized parameter: [${parameter}]`)
    if (request.method === 'HEAD') return [find(name) ? 200 : 404]
    if (action === '_bulk') {
      if (!body.endsWith('\n')) return failed(400, 'illegal_argument_exception', 'The bulk request must be terminated by a newline [\\n]')
      return bulk(body.trimEnd().split('\n'), searchParams.get('require_alias') === 'true')
    }
    const given = (body === '' ? {} : JSON.parse(body)) as Parsed
    if (request.method === 'PUT' && action === name) return create(indices, name, given)
    const index = find(name)
    if (!index && searchParams.get('ignore_unavailable') !== 'true') return [404, { error: notFound(name), status: 404 }]
    if (action === '_count') return [200, { count: index?.stored.size ?? 0 }]
    if (action === '_delete_by_query') return deleteByQuery(index, given)
    if (action === '_search') return search(index, given)
    return failed(400, 'illegal_argument_exception', `no handler found for uri [${pathname}] and method [${request.method}]`)
  }

  const server = createServer((request, response) => {
    answer(request)
      .catch((error: Error): Reply => failed(400, 'parsing_exception', error.message))
      .then(([status, body]) => {
        response.writeHead(status, {
          'content-type': 'application/vnd.elasticsearch+json;compatible-with=8',
          'x-elastic-product': 'Elasticsearch'
        })
        response.end(body && JSON.stringify(body))
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const only = () => [...indices.values()][0]
  const stub: ElasticStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    away: false,
    refuse: false,
    loseBefore: undefined,
    ids: () => only() && [...only()!.stored.keys()].sort(),
    lose: () => indices.clear(),
    drop: (id) => void only()?.stored.delete(id),
    close() {
      server.closeAllConnections()
      server.close()
    }
  }
  return stub
}

interface Parsed {
  readonly aliases?: Readonly<Record<string, object>>
  readonly mappings?: { readonly properties: Readonly<Record<string, { type: string }>> }
  readonly query?: { readonly terms?: { document: readonly string[] }; readonly multi_match?: { query: string; fields: readonly string[] } }
  readonly size?: number
  readonly aggs?: Readonly<Record<string, { readonly composite?: Composite }>>
}
interface Composite {
  readonly size: number
  readonly after?: Readonly<Record<string, string>>
  readonly sources: readonly Readonly<Record<string, { terms: { field: string } }>>[]
}

function create(indices: Map<string, Index>, name: string, { mappings, aliases = {} }: Parsed): Reply {
  if (indices.has(name)) return failed(400, 'resource_already_exists_exception', `index [${name}] already exists`)
  const types = Object.fromEntries(Object.entries(mappings?.properties ?? {}).map(([field, { type }]) => [field, type]))
  indices.set(name, { alias: Object.keys(aliases)[0] ?? name, types, stored: new Map() })
  return [200, { acknowledged: true, shards_acknowledged: true, index: name }]
}

function deleteByQuery(index: Index | undefined, { query }: Parsed): Reply {
  if (!query?.terms?.document) return failed(400, 'parsing_exception', 'unknown query')
  const gone = [...(index?.stored ?? [])].filter(([, { document }]) => query.terms!.document.includes(document as string))
  for (const [id] of gone) index!.stored.delete(id)
  return [200, { took: 1, deleted: gone.length, version_conflicts: 0, failures: [] }]
}

function search(index: Index | undefined, { size, query, aggs }: Parsed): Reply {
  if (query && !query.multi_match) return failed(400, 'parsing_exception', 'unknown query')
  const words = query?.multi_match?.query.toLowerCase().match(/\w+/g)
  const fields = query?.multi_match?.fields.map((field) => field.split('^')[0]!) ?? []
  const textOf = (source: Source) => fields.map((field) => String(source[field] ?? '')).join(' ')
  const hits = [...(index?.stored.values() ?? [])].filter(
    (source) => words?.some((word) => textOf(source).toLowerCase().includes(word)) ?? true
  )
  const found = { took: 1, _shards: { failed: 0 }, hits: { hits: hits.slice(0, size ?? 10).map((_source) => ({ _source })) } }
  if (!aggs || !index) return [200, found]
  const aggregations: Record<string, object> = {}
  for (const [name, { composite, ...other }] of Object.entries(aggs)) {
    if (!composite) return failed(400, 'parsing_exception', `Unknown aggregation type [${Object.keys(other)[0]}]`)
    const sources = composite.sources.flatMap((source) => Object.entries(source))
    const unsorted = sources.find(([, { terms }]) => index.types[terms.field] === 'text')
    if (unsorted) return failed(400, 'illegal_argument_exception', `Fielddata is disabled on [${unsorted[1].terms.field}]`)
    if (composite.after && sources.some(([key]) => composite.after![key] === undefined))
      return failed(400, 'illegal_argument_exception', '[after] has not every source')
    aggregations[name] = buckets(index, composite, sources)
  }
  return [200, { ...found, aggregations }]
}

function buckets(index: Index, { size, after }: Composite, sources: readonly [string, { terms: { field: string } }][]): object {
  const counts = new Map<string, number>()
  for (const source of index.stored.values()) {
    // What lacks a field is in no bucket.
    const key = sources.map(([, { terms }]) => source[terms.field])
    if (!key.includes(undefined)) counts.set(JSON.stringify(key), (counts.get(JSON.stringify(key)) ?? 0) + 1)
  }
  const from = after && JSON.stringify(sources.map(([key]) => after[key]))
  const keys = [...counts.keys()].sort().filter((key) => from === undefined || key > from)
  const page = keys.slice(0, size).map((key) => ({
    key: Object.fromEntries((JSON.parse(key) as string[]).map((value, at) => [sources[at]![0], value])),
    doc_count: counts.get(key)!
  }))
  return { ...(page.length > 0 && { after_key: page.at(-1)!.key }), buckets: page }
}
