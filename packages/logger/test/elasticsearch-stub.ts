// A wire-level stub of Elasticsearch 8 for one data stream: takes _bulk over TLS, refuses what the real server refuses, and fails on demand.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

interface Mapping {
  type?: string
  enabled?: boolean
  properties?: Record<string, Mapping>
}

export interface StubOptions {
  tls: { key: string; cert: string }
  dataStream: string
  /** The body of the index template. */
  template: { template: { mappings: { properties: Record<string, Mapping> } } }
  user: string
  password: string
}

/** How the next requests are answered: well, busy as a whole, busy for some documents, taken without an answer, or by a proxy that finds no server. */
export type Mood = 'well' | 'busy' | 'busy-items' | 'hangs-up' | 'away'

export interface ElasticsearchStub {
  readonly url: string
  readonly documents: Map<string, Record<string, unknown>>
  /** Reasons of every refusal, with their counts. */
  readonly refusals: Map<string, number>
  mood: Mood
  stop(): Promise<void>
  start(): Promise<void>
}

const MAX_BODY = 100 * 1024 * 1024

export async function startElasticsearch({ tls, dataStream, template, user, password }: StubOptions): Promise<ElasticsearchStub> {
  const documents = new Map<string, Record<string, unknown>>()
  const refusals = new Map<string, number>()
  const sockets = new Set<Duplex>()
  let server: Server | undefined
  let port = 0
  let count = 0

  function refused(reason: string): void {
    refusals.set(reason, (refusals.get(reason) ?? 0) + 1)
  }

  function answer(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }).end(JSON.stringify(body))
  }

  function fail(response: ServerResponse, status: number, type: string, reason: string): void {
    refused(type)
    answer(response, status, { error: { type, reason }, status })
  }

  function handle(request: IncomingMessage, response: ServerResponse, body: string): void {
    const path = request.url!.split('?')[0]!
    if (stub?.mood === 'away') {
      refused('bad gateway')
      return void response.writeHead(502, { 'content-type': 'text/html' }).end('<html><body>502 Bad Gateway</body></html>')
    }
    if (request.headers.authorization !== `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`) {
      return fail(response, 401, 'security_exception', 'missing or wrong credentials')
    }
    if (request.method === 'GET' && path.startsWith('/_cat/health')) return answer(response, 200, [{ status: 'green' }])
    if (request.method !== 'POST' || !/^(\/[^/]+)?\/_bulk$/.test(path))
      return fail(response, 405, 'method_not_allowed', `${request.method} ${path}`)
    if (!/^application\/(x-nd)?json\b/.test(request.headers['content-type'] ?? '')) {
      return fail(response, 406, 'media_type_header_exception', `Content-Type ${request.headers['content-type']} is not supported`)
    }
    if (!stub || stub.mood === 'busy') return fail(response, 429, 'circuit_breaking_exception', 'data too large')
    if (!body.endsWith('\n')) return fail(response, 400, 'illegal_argument_exception', 'the bulk request must be terminated by a newline')
    const lines = body.slice(0, -1).split('\n')
    const items: unknown[] = []
    for (let at = 0; at < lines.length; at += 2) {
      const item = take(lines[at]!, lines[at + 1], path)
      if (typeof item === 'string') return fail(response, 400, 'illegal_argument_exception', item)
      items.push(item)
    }
    // Everything is indexed, and the client does not learn it.
    if (stub.mood === 'hangs-up') {
      refused('hung up')
      return void response.socket?.destroy()
    }
    const errors = items.some((item) => (Object.values(item as object)[0] as { error?: unknown }).error !== undefined)
    answer(response, 200, { took: 1, errors, items })
  }

  /** One action and its document; a text is an error of the whole request. */
  function take(actionLine: string, document: string | undefined, path: string): object | string {
    let action: Record<string, Record<string, unknown>>
    try {
      action = JSON.parse(actionLine) as typeof action
    } catch {
      return 'Malformed action/metadata line'
    }
    const [[operation, meta] = ['', {} as Record<string, unknown>]] = Object.entries(action)
    for (const name of Object.keys(meta))
      if (!['_index', '_id', 'require_alias', 'dynamic_templates'].includes(name)) return `unknown parameter [${name}]`
    const index = (meta['_index'] as string | undefined) ?? path.slice(1, -'/_bulk'.length)
    const id = meta['_id'] as string | undefined
    const item = (status: number, error?: { type: string; reason: string }): object => {
      if (error) refused(error.type)
      return { [operation]: { _index: index, _id: id, status, ...(error ? { error } : { result: 'created', _shards: { failed: 0 } }) } }
    }
    if (index !== dataStream) return item(404, { type: 'index_not_found_exception', reason: `no such index [${index}]` })
    if (operation !== 'create')
      return item(400, {
        type: 'illegal_argument_exception',
        reason: 'only write ops with an op_type of create are allowed in data streams'
      })
    if (document === undefined) return 'the document is missing'
    if (id === undefined || id === '' || Buffer.byteLength(id) > 512)
      return item(400, { type: 'illegal_argument_exception', reason: 'bad _id' })
    if (stub?.mood === 'busy-items' && count++ % 3 === 0) {
      return item(429, { type: 'es_rejected_execution_exception', reason: 'rejected execution of coordinating operation' })
    }
    let record: Record<string, unknown>
    try {
      record = JSON.parse(document) as Record<string, unknown>
    } catch {
      return item(400, { type: 'document_parsing_exception', reason: 'not JSON' })
    }
    if (record['@timestamp'] === undefined) {
      return item(400, { type: 'document_parsing_exception', reason: 'data stream timestamp field [@timestamp] is missing' })
    }
    const problem = mismatch(record, template.template.mappings.properties, '')
    if (problem) return item(400, { type: 'document_parsing_exception', reason: problem })
    if (documents.has(id)) {
      return item(409, { type: 'version_conflict_engine_exception', reason: `[${id}]: version conflict, document already exists` })
    }
    documents.set(id, record)
    return item(201)
  }

  const listen = () =>
    new Promise<void>((resolve) => {
      server = createServer(tls, (request, response) => {
        const chunks: Buffer[] = []
        let size = 0
        request.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          size += chunk.length
        })
        request.on('end', () => {
          if (size > MAX_BODY) return fail(response, 413, 'content_too_long', 'http.max_content_length')
          handle(request, response, Buffer.concat(chunks).toString())
        })
      })
      server.on('connection', (socket) => {
        sockets.add(socket)
        socket.on('close', () => sockets.delete(socket))
      })
      server.on('tlsClientError', () => refused('tls'))
      server.listen(port, '127.0.0.1', () => {
        port = (server!.address() as AddressInfo).port
        resolve()
      })
    })
  await listen()
  const stub: ElasticsearchStub = {
    url: `https://localhost:${port}`,
    documents,
    refusals,
    mood: 'well',
    start: listen,
    stop: () =>
      new Promise((resolve) => {
        server!.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      })
  }
  return stub
}

/** Why a document does not fit the mapping, as a strict Elasticsearch would say it; undefined when it fits. */
export function mismatch(value: Record<string, unknown>, properties: Record<string, Mapping>, prefix: string): string | undefined {
  for (const [name, item] of Object.entries(value)) {
    if (item === null || item === undefined) continue
    // A dotted name is a path, as Elasticsearch reads it.
    const [first = '', ...rest] = name.split('.')
    const nested = rest.length > 0 ? { [rest.join('.')]: item } : item
    const mapping = properties[first]
    const path = prefix + first
    if (!mapping || mapping.enabled === false) continue
    if (mapping.properties) {
      if (typeof nested !== 'object') return `object mapping for [${path}] tried to parse field as object, but found a concrete value`
      const problem = mismatch(nested as Record<string, unknown>, mapping.properties, `${path}.`)
      if (problem) return problem
      continue
    }
    for (const each of Array.isArray(nested) ? nested : [nested]) {
      if (!fits(mapping.type!, each)) return `failed to parse field [${path}] of type [${mapping.type}]: ${JSON.stringify(each)}`
    }
  }
  return undefined
}

function fits(type: string, value: unknown): boolean {
  switch (type) {
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
    case 'long':
      return Number.isSafeInteger(value)
    case 'double':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'flattened':
      return typeof value === 'object'
    default:
      return typeof value !== 'object'
  }
}
