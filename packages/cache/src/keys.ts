// Keys from what an answer depends on: canonical JSON and SHA-256, so that equal inputs meet and different ones never do.
import { createHash, randomUUID } from 'node:crypto'
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
 * binary, maps, sets, expressions and errors, and takes other objects at the word of their `toJSON` or their entries. One that shows nothing of
 * itself, such as one with private members alone, equals only itself; an AbortSignal says nothing about a result and counts as none.
 */
export function canonicalJson(value: unknown): string {
  return write(value, new Set())
}

function write(value: unknown, path: Set<object>): string {
  if (value === undefined) return '{"$":"undefined"}'
  if (typeof value === 'bigint') return `{"$bigint":"${value}"}`
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : `{"$number":"${value}"}`
  if (typeof value === 'function' && NATIVE.test(String(value))) return opaque(value)
  if (typeof value === 'function' || typeof value === 'symbol') return `{"$":${JSON.stringify(String(value))}}`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (value instanceof Date) return `{"$date":${value.getTime()}}`
  if (ArrayBuffer.isView(value)) return writeBytes(value.constructor.name, Buffer.from(value.buffer, value.byteOffset, value.byteLength))
  if (value instanceof ArrayBuffer) return writeBytes('ArrayBuffer', Buffer.from(value))
  if (path.has(value)) return '{"$":"circular"}'
  path.add(value)
  const text = writeParts(value, path)
  path.delete(value)
  return text
}

function writeBytes(kind: string, bytes: Buffer): string {
  return `{"$${kind}":"${createHash('sha256').update(bytes).digest('base64url')}"}`
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
  const shown = isPlain(value) ? undefined : writeShown(value, path)
  if (shown !== undefined) return shown
  const properties = value as Record<string, unknown>
  // A part that is undefined is a part that is not there, as in JSON. A `$` of the caller's own is doubled, so that it is never taken for ours.
  const names = Object.keys(properties)
    .filter((name) => properties[name] !== undefined)
    .sort()
  return `{${names.map((name) => `${JSON.stringify(name.startsWith('$') ? `$${name}` : name)}:${write(properties[name], path)}`).join(',')}}`
}

/** Functions that hide their text: built in or bound. */
const NATIVE = /\{\s*\[native code\]\s*\}$/
const BOXES = [Number, String, Boolean, BigInt]

function isPlain(value: object): boolean {
  const kind: unknown = Object.getPrototypeOf(value)
  return kind === null || kind === Object.prototype || Object.getPrototypeOf(kind) === null
}

/** What an object of a class shows beyond its properties; undefined for one that is its properties. */
function writeShown(value: object, path: Set<object>): string | undefined {
  if (value instanceof RegExp) return `{"$regexp":${JSON.stringify(String(value))}}`
  if (value instanceof Error) return `{"$error":${write([value.name, value.message, { ...value }], path)}}`
  if (BOXES.some((box) => value instanceof box)) return `{"$boxed":${write(value.valueOf(), path)}}`
  const { toJSON, [Symbol.iterator]: iterate } = value as { toJSON?: unknown; [Symbol.iterator]?: () => Iterator<unknown> }
  if (typeof toJSON === 'function') return `{"$json":${write(toJSON.call(value), path)}}`
  if (Object.keys(value).length > 0 || value instanceof AbortSignal) return undefined
  // An iterator is its own, and would be used up.
  const entries = typeof iterate === 'function' ? iterate.call(value) : value
  return entries === value ? opaque(value) : `{"$entries":${write([...(value as Iterable<unknown>)], path)}}`
}

const PROCESS = randomUUID()
const numbers = new WeakMap<object, number>()
let last = 0

/** Equal to itself alone, here and in no other process. */
function opaque(value: object): string {
  const number = numbers.get(value) ?? ++last
  numbers.set(value, number)
  return `{"$opaque":"${PROCESS}:${number}"}`
}
