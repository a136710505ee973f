// The fields that say which request, trace and caller a line belongs to.
import { type Correlation, correlation, type Identity } from '@rag/core'
import { escapeHostile, quote } from './escape.js'
import { beginWalk, plain } from './plain.js'
import type { Shape } from './shape.js'
import type { LogState } from './state.js'

/** JSON of the ids of the running work, with a leading comma, and the fields that name its caller. */
export interface CorrelationFields {
  readonly ids: string
  readonly identity: Identity | undefined
}

const NOTHING: CorrelationFields = { ids: '', identity: undefined }

/** The ids of the running code; nothing outside any work. */
export function correlationFields(shape: Shape): CorrelationFields {
  let found: Correlation
  try {
    found = correlation()
  } catch {
    return NOTHING
  }
  return { ids: idFields(shape, found.requestId, found.traceId, found.spanId), identity: found.identity }
}

export function idFields(shape: Shape, requestId: string | undefined, traceId: string | undefined, spanId: string | undefined): string {
  let ids = ''
  if (requestId !== undefined) ids = ',"' + shape.requestId + '":' + quote(requestId)
  if (traceId !== undefined) ids += ',"' + shape.traceId + '":"' + shape.traceText(traceId) + '","' + shape.spanId + '":"' + spanId + '"'
  return ids
}

/** JSON of tenant, user and tags, masked, with a leading comma. One identity serves many lines, so its text is kept. */
export function identityFields(identity: Identity | undefined, state: LogState): string {
  if (!identity) return ''
  const { shape, identities: written } = state
  let json = written.get(identity)
  if (json === undefined) {
    const { tenant, user, tags } = state.mask(plain(identity, beginWalk(512, 2048))) as Identity
    json = ''
    if (tenant !== undefined) json += ',"' + shape.tenant + '":' + quote(String(tenant))
    if (user !== undefined) json += ',"' + shape.user + '":' + quote(String(user))
    if (tags !== undefined) json += ',"' + shape.tags + '":' + escapeHostile(JSON.stringify(tags))
    written.set(identity, json)
  }
  return json
}
