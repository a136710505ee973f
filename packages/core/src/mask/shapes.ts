// Turns what is no plain object into one: errors, maps, headers, URLs, bytes, streams. Recognised by shape, across realms.
import { types } from 'node:util'

/** A plain stand-in for a value with a class of its own; undefined when its own properties say enough. */
export function plainOf(value: object): object | string | undefined {
  if (types.isNativeError(value) || value instanceof Error) return describeError(value)
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (types.isMap(value)) return describeMap(value)
  if (types.isSet(value)) return [...value]
  if (ArrayBuffer.isView(value)) return `[${tagOf(value) ?? 'bytes'} ${value.byteLength} bytes]`
  if (types.isAnyArrayBuffer(value)) return `[ArrayBuffer ${value.byteLength} bytes]`
  if (types.isRegExp(value) || types.isBoxedPrimitive(value)) return String(value)
  if (types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isGeneratorObject(value))
    return `[${tagOf(value)}]`
  const tag = tagOf(value)
  if (tag === 'URL') return String(value)
  if (tag === 'Headers' || tag === 'URLSearchParams' || tag === 'FormData') return describeEntries(value as Iterable<[string, unknown]>)
  const emitter = value as { pipe?: unknown; on?: unknown; emit?: unknown; toJSON?: unknown }
  if (
    typeof emitter.on === 'function' &&
    (typeof emitter.pipe === 'function' || typeof emitter.emit === 'function') &&
    typeof emitter.toJSON !== 'function'
  )
    return describeEmitter(value)
  return undefined
}

const OWN_OF_ERROR = ['name', 'message', 'stack', 'cause', 'errors']

/** Type, message, stack, own properties, cause and the errors of an AggregateError; each read on its own. */
function describeError(error: object): Record<string, unknown> {
  const source = error as Record<string, unknown>
  const out: Record<string, unknown> = {}
  const read = (to: string, from: string): void => {
    try {
      const value = source[from]
      if (value !== undefined) out[to] = value
    } catch {
      out[to] = '[masked:failure]'
    }
  }
  try {
    out['type'] = typeof source['name'] === 'string' && source['name'] !== 'Error' ? source['name'] : (source.constructor?.name ?? 'Error')
  } catch {
    out['type'] = 'Error'
  }
  read('message', 'message')
  read('stack', 'stack')
  for (const key of Object.keys(source)) if (!OWN_OF_ERROR.includes(key)) read(key, key)
  read('cause', 'cause')
  read('errors', 'errors')
  return out
}

function describeMap(map: Map<unknown, unknown>): object {
  const entries = [...map]
  return entries.every(([key]) => typeof key === 'string') ? describeEntries(entries as [string, unknown][]) : entries
}

/** Names that come more than once keep all their values. */
function describeEntries(entries: Iterable<[string, unknown]>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, value] of entries) {
    const known = Object.hasOwn(out, name) ? out[name] : undefined
    const next = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value]
    if (name === '__proto__') Object.defineProperty(out, name, { value: next, enumerable: true, configurable: true, writable: true })
    else out[name] = next
  }
  return out
}

const EMITTER_FIELDS = ['method', 'url', 'path', 'host', 'protocol', 'statusCode', 'statusMessage', 'headers', 'name']

/** Requests, replies and sockets hang on half of the process; these fields are what a reader wants. */
function describeEmitter(value: object): Record<string, unknown> {
  const out: Record<string, unknown> = { type: value.constructor?.name ?? 'EventEmitter' }
  for (const field of EMITTER_FIELDS) {
    try {
      const held = (value as Record<string, unknown>)[field]
      if (held !== undefined && typeof held !== 'function') out[field] = held
    } catch {
      out[field] = '[masked:failure]'
    }
  }
  return out
}

const tagOf = (value: object): string | undefined => {
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]
  return typeof tag === 'string' ? tag : undefined
}
