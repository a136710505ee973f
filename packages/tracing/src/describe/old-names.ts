// Attributes under the names from before the conventions were stable as well, for those who ask by `OTEL_SEMCONV_STABILITY_OPT_IN`.
import type { Kind } from '@rag/core'
import type { AttributeSink } from '../span/sink.js'

/** Which conventions are written twice. */
export interface OldNames {
  http: boolean
  database: boolean
}

/** HTTP 1.20 and database 1.24, the last before the stable names. */
const PEER = { 'server.address': 'net.peer.name', 'server.port': 'net.peer.port' }
const HTTP: Record<string, string | undefined> = {
  ...PEER,
  'http.request.method': 'http.method',
  'http.response.status_code': 'http.status_code',
  'http.request.body.size': 'http.request_content_length',
  'http.response.body.size': 'http.response_content_length',
  'url.full': 'http.url',
  'url.path': 'http.target',
  'url.scheme': 'http.scheme',
  'network.peer.address': 'net.sock.peer.addr',
  'network.protocol.version': 'http.flavor'
}
const DATABASE: Record<string, string | undefined> = {
  ...PEER,
  'db.system.name': 'db.system',
  'db.query.text': 'db.statement',
  'db.namespace': 'db.name',
  'db.operation.name': 'db.operation'
}

/**
 * Reads the variable: `http/dup` and `database/dup` ask for both; `http`, `database` and `gen_ai_latest_experimental` for what is written in any case.
 * https://opentelemetry.io/docs/specs/semconv/non-normative/http-migration/
 */
export function oldNamesOf(variable: string | undefined): OldNames | undefined {
  const asked = new Set(variable?.split(',').map((part) => part.trim()))
  const names = { http: asked.has('http/dup'), database: asked.has('database/dup') }
  return names.http || names.database ? names : undefined
}

/** A sink that hands on each attribute, and again under its old name if it has one. */
export function withOldNames(sink: AttributeSink, kind: Kind, { http, database }: OldNames): AttributeSink {
  const names = (kind === 'server' || kind === 'client') && http ? HTTP : kind === 'db' && database ? DATABASE : undefined
  if (!names) return sink
  return {
    put(key, value) {
      sink.put(key, value)
      const old = names[key]
      if (old) sink.put(old, value)
    },
    known(key, value) {
      sink.known(key, value)
      const old = names[key]
      if (old) sink.known(old, value)
    },
    given(key, value, gate) {
      sink.given(key, value, gate)
      const old = names[key]
      if (old) sink.given(old, value, gate)
    }
  }
}
