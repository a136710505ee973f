// What a request says: whether it may be answered from the cache, under which key, and what the client has already.
import type { IncomingMessage } from 'node:http'
import { createKey } from '../keys.js'
import type { CacheControlOptions } from './policy.js'

const keyOf = createKey('http')

/** Whose response it is: everybody's, one owner's, or nobody's to keep. */
export type Audience = { readonly kind: 'public' } | { readonly kind: 'private'; readonly owner: string } | { readonly kind: 'none' }
const PUBLIC: Audience = { kind: 'public' }
const NONE: Audience = { kind: 'none' }

export function audienceOf(request: IncomingMessage, authorised: CacheControlOptions['authorised']): Audience {
  const { authorization, cookie } = request.headers
  if ((authorization === undefined && cookie === undefined) || authorised === true) return PUBLIC
  const owner = authorised?.(request)
  return typeof owner === 'string' && owner !== '' ? { kind: 'private', owner } : NONE
}

/** Only whole representations are kept: no range, nothing that the client forbids to store. */
export function isCacheable({ method, headers }: IncomingMessage): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  return headers.range === undefined && !/\bno-store\b/i.test(String(headers['cache-control'] ?? ''))
}

export function requestKey(request: IncomingMessage & { originalUrl?: string }, vary: readonly string[], audience: Audience): string {
  return keyOf({
    host: request.headers.host,
    url: request.originalUrl ?? request.url,
    vary: vary.map((name) => request.headers[name] ?? null),
    owner: audience.kind === 'private' ? audience.owner : undefined
  })
}

/** RFC 9110, 13.1.2: weak comparison; a time counts only without tags. */
export function isNotModified(request: Condition, etag: string | undefined, lastModified: string | undefined): boolean {
  if (request.ifNoneMatch !== undefined) {
    if (request.ifNoneMatch.trim() === '*') return true
    if (etag === undefined) return false
    const bare = (tag: string) => tag.trim().replace(/^W\//, '')
    return (request.ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => bare(tag) === bare(etag))
  }
  if (request.ifModifiedSince === undefined || lastModified === undefined) return false
  return Date.parse(lastModified) <= Date.parse(request.ifModifiedSince)
}

export interface Condition {
  readonly ifNoneMatch: string | undefined
  readonly ifModifiedSince: string | undefined
}

/** Takes the condition off the request, so that the handler gives a whole response; the result says what it was and how to put it back. */
export function takeCondition({ headers }: IncomingMessage): Condition & { restore(): void } {
  const ifNoneMatch = headers['if-none-match']
  const ifModifiedSince = headers['if-modified-since']
  delete headers['if-none-match']
  delete headers['if-modified-since']
  return {
    ifNoneMatch,
    ifModifiedSince,
    restore() {
      if (ifNoneMatch !== undefined) headers['if-none-match'] = ifNoneMatch
      if (ifModifiedSince !== undefined) headers['if-modified-since'] = ifModifiedSince
    }
  }
}
