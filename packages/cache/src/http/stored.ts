// A response as it is kept: what of it is the route's own, and for which requests it holds.
import { createHash } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

export interface StoredResponse {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string | string[]])[]
  readonly body: Uint8Array
  /** Request headers that the response says it depends on, with the values it was made for. */
  readonly vary: readonly (readonly [name: string, value: string | null])[]
}

/** Headers of one connection or one request; RFC 9111, 3.1. */
const NOT_KEPT = new Set(
  'connection keep-alive proxy-connection transfer-encoding trailer upgrade date age set-cookie x-request-id x-trace-id traceparent server-timing'.split(
    ' '
  )
)
const KEPT_STATUS = new Set([200, 203, 301, 308])

/** All but the body, read when the head goes out. Undefined: a response that says itself that it is not for keeping. */
export function headOf(
  request: IncomingMessage,
  response: ServerResponse,
  before: OutgoingHttpHeaders
): Omit<StoredResponse, 'body'> | undefined {
  const own = String(response.getHeader('cache-control') ?? '')
  if (!KEPT_STATUS.has(response.statusCode) || /\bno-store\b/i.test(own)) return undefined
  if (response.hasHeader('set-cookie')) return undefined
  const names = listOf(response.getHeader('vary'))
  if (names.includes('*')) return undefined
  const headers = Object.entries(response.getHeaders()).flatMap(([name, value]) =>
    value === undefined || NOT_KEPT.has(name) || String(before[name]) === String(value)
      ? []
      : [[name, Array.isArray(value) ? [...value] : String(value)] as const]
  )
  return { status: response.statusCode, headers, vary: names.map((name) => [name, valueOf(request, name)] as const) }
}

export function holdsFor({ vary }: StoredResponse, request: IncomingMessage): boolean {
  return vary.every(([name, value]) => valueOf(request, name) === value)
}

export function withBody(head: Omit<StoredResponse, 'body'>, body: Uint8Array): StoredResponse {
  const named = head.headers.some(([name]) => name === 'etag')
  return { ...head, body, headers: named || body.length === 0 ? head.headers : [...head.headers, ['etag', etagOf(body)]] }
}

/** What a 304 does not carry: it describes a body that is not sent. */
export const BODY_HEADERS: ReadonlySet<string> = new Set(
  'content-length content-type content-encoding content-language content-range transfer-encoding'.split(' ')
)

/** Weak: whoever compresses the body on its way need not change it. */
export function etagOf(body: Uint8Array): string {
  return `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
}

export function listOf(header: number | string | readonly string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap((part) => String(part).split(','))
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '')
}

function valueOf({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name]
  return value === undefined ? null : String(value)
}
