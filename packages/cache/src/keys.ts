// Keys from what an answer depends on: canonical JSON and SHA-256, so that equal inputs meet and different ones never do.
import { createHash } from 'node:crypto'
import { RagError } from '@rag/core'

/** What a result depends on. */
export interface KeyParts {
  tenant?: string
  model?: string
  version?: string | number
  [part: string]: unknown
}

/**
 * Makes keys from parts, whatever their order. With `tenancy` a key without a tenant is an error: an answer of one tenant must never be another's.
 *
 * @throws RagError `RAG_CACHE_TENANT`
 * @example
 * const answerKey = createKey('answer', { tenancy: true })
 * answerKey({ tenant: 'acme', model: 'gpt-5', question, topK: 8 })
 */
export function createKey(prefix: string, { tenancy = false }: { tenancy?: boolean } = {}): (parts: KeyParts) => string {
  return function key(parts) {
    if (tenancy && (typeof parts.tenant !== 'string' || parts.tenant === '')) {
      throw new RagError('RAG_CACHE_TENANT', {
        option: 'tenant',
        value: parts.tenant ?? 'missing',
        problem: `keys of "${prefix}" need the tenant`,
        fix: 'pass the tenant with every key, or declare no tenancy'
      })
    }
    return `${prefix}:${hashOf(parts)}`
  }
}

/** SHA-256 of the canonical JSON, as base64url. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url')
}

/**
 * JSON with sorted keys in which values of different types never look the same. After RFC 8785, beyond which it knows undefined, bigint, dates,
 * binary, maps and sets.
 */
export function canonicalJson(value: unknown): string {
  return write(value, new Set())
}

function write(value: unknown, path: Set<object>): string {
  if (value === undefined) return '{"$":"undefined"}'
  if (typeof value === 'bigint') return `{"$bigint":"${value}"}`
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : `{"$number":"${value}"}`
  if (typeof value === 'function' || typeof value === 'symbol') return `{"$":${JSON.stringify(String(value))}}`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (value instanceof Date) return `{"$date":${value.getTime()}}`
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return `{"$${value.constructor.name}":"${createHash('sha256').update(bytes).digest('base64url')}"}`
  }
  if (path.has(value)) return '{"$":"circular"}'
  path.add(value)
  const text = writeParts(value, path)
  path.delete(value)
  return text
}

function writeParts(value: object, path: Set<object>): string {
  if (Array.isArray(value)) return `[${value.map((part) => write(part, path)).join(',')}]`
  if (value instanceof Set)
    return `{"$set":[${[...value]
      .map((part) => write(part, path))
      .sort()
      .join(',')}]}`
  if (value instanceof Map)
    return `{"$map":[${[...value]
      .map((pair) => write(pair, path))
      .sort()
      .join(',')}]}`
  const properties = value as Record<string, unknown>
  // A part that is undefined is a part that is not there, as in JSON. A `$` of the caller's own is doubled, so that it is never taken for ours.
  const names = Object.keys(properties)
    .filter((name) => properties[name] !== undefined)
    .sort()
  return `{${names.map((name) => `${JSON.stringify(name.startsWith('$') ? `$${name}` : name)}:${write(properties[name], path)}`).join(',')}}`
}
