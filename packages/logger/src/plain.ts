// Turns any value into bounded plain data before it is masked: getters are read once, cycles cut, and nothing throws.
import { types } from 'node:util'

/** Characters that a string may keep beyond its limit until it is masked, so that a cut never hides the end of a secret from a rule. */
const MASK_MARGIN = 2048
const MAX_DEPTH = 8
const MAX_ENTRIES = 100
const MAX_NODES = 2000
export const CUT = '[truncated]'
export const UNREADABLE = '[unreadable]'

interface Walk {
  /** Longest string kept, margin included. */
  readonly longest: number
  /** Whether a string is longer than it may stay. */
  over: boolean
  nodes: number
  /** Characters that may still be copied. */
  room: number
  readonly seen: unknown[]
}

/** Starts a walk that copies at most `room` characters, each string at most `longest`. */
export function beginWalk(longest: number, room: number): Walk {
  return { longest: longest + MASK_MARGIN, over: false, nodes: 0, room: room + MASK_MARGIN, seen: [] }
}

/** A plain copy of a value; `undefined` for what JSON leaves out. */
export function plain(value: unknown, walk: Walk): unknown {
  switch (typeof value) {
    case 'string':
      return plainText(value, walk)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'bigint':
      return plainText(value.toString(), walk)
    case 'symbol':
      return plainText(value.toString(), walk)
    case 'object':
      if (value === null) return null
      try {
        return plainObject(value, walk)
      } catch {
        return UNREADABLE
      }
    default:
      return undefined
  }
}

/** Cuts a text to what the walk has room for. */
export function plainText(text: string, walk: Walk): string {
  const { length } = text
  if (length > walk.longest - MASK_MARGIN) walk.over = true
  // The usual case: it fits.
  if (length <= walk.longest && length <= walk.room) {
    walk.room -= length
    return text
  }
  const limit = Math.min(walk.longest, Math.max(walk.room, 0))
  walk.room -= Math.min(length, limit)
  return text.length > limit ? text.slice(0, limit) + CUT : text
}

function plainObject(value: object, walk: Walk): unknown {
  if (walk.seen.includes(value)) return '[circular]'
  if (walk.seen.length >= MAX_DEPTH || walk.nodes++ >= MAX_NODES || walk.room <= 0) return CUT
  walk.seen.push(value)
  try {
    if (Array.isArray(value)) return plainList(value, value.length, walk)
    if (isError(value)) return plainError(value, walk)
    if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') {
      const json: unknown = toJSON.call(value, '')
      return json === value ? plainEntries(value, walk) : plain(json, walk)
    }
    if (Object.getPrototypeOf(value) === Object.prototype) return plainEntries(value, walk)
    // By kind and not by class: a sandbox such as a test runner has classes of its own.
    if (types.isMap(value)) return plainMap(value, walk)
    if (types.isSet(value)) return plainList([...take(value, MAX_ENTRIES)], value.size, walk)
    if (types.isRegExp(value)) return plainText(String(value), walk)
    if (types.isBoxedPrimitive(value)) return plain(value.valueOf(), walk)
    if (isPairs(value)) return plainMap(value, walk)
    return plainEntries(value, walk)
  } finally {
    walk.seen.pop()
  }
}

function plainEntries(value: object, walk: Walk): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  let count = 0
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue
    if (count++ >= MAX_ENTRIES) {
      copy[CUT] = true
      break
    }
    setField(copy, plainText(key, walk), read(value, key, walk))
  }
  return copy
}

function read(value: object, key: string, walk: Walk): unknown {
  try {
    return plain((value as Record<string, unknown>)[key], walk)
  } catch {
    return UNREADABLE
  }
}

function plainList(list: ArrayLike<unknown>, size: number, walk: Walk): unknown[] {
  const copy: unknown[] = []
  for (let index = 0; index < Math.min(size, MAX_ENTRIES); index++) copy.push(read(list, String(index), walk) ?? null)
  if (size > MAX_ENTRIES) copy.push(`${CUT} ${size - MAX_ENTRIES} more`)
  return copy
}

function plainMap(entries: Iterable<readonly [unknown, unknown]>, walk: Walk): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const [key, value] of take(entries, MAX_ENTRIES))
    setField(copy, plainText(typeof key === 'object' ? '[object]' : String(key), walk), plain(value, walk))
  return copy
}

/** An error with its name, message, stack, own fields, causes and collected errors. */
function plainError(error: Error, walk: Walk): Record<string, unknown> {
  const copy: Record<string, unknown> = { type: undefined, message: undefined, stack: undefined }
  for (const [field, key] of ERROR_FIELDS) copy[field] = read(error, key, walk)
  if (copy['type'] === undefined) copy['type'] = 'Error'
  Object.assign(copy, withoutKnown(plainEntries(error, walk)))
  for (const key of ['cause', 'errors'] as const) {
    const inner = read(error, key, walk)
    if (inner !== undefined) copy[key] = inner
  }
  return copy
}

const ERROR_FIELDS = [
  ['type', 'name'],
  ['message', 'message'],
  ['stack', 'stack']
] as const

function withoutKnown({ name, message, stack, cause, errors, type, ...own }: Record<string, unknown>): Record<string, unknown> {
  return type === undefined ? own : { ...own, errorType: type }
}

/** An error of any realm; asking a hostile proxy may throw, which the caller guards. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}

function isPairs(value: object): value is Iterable<readonly [string, string]> {
  return value instanceof URLSearchParams || (typeof Headers === 'function' && value instanceof Headers)
}

function* take<T>(values: Iterable<T>, count: number): Generator<T> {
  for (const value of values) {
    if (count-- <= 0) return
    yield value
  }
}

/** Sets a field even when it is called `__proto__`. */
export function setField(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}

/** Cuts the strings of a masked plain value to their final length. */
export function cutTexts(value: unknown, longest: number): unknown {
  if (typeof value === 'string') return value.length > longest ? value.slice(0, longest) + CUT : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => cutTexts(item, longest))
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) setField(copy, key, cutTexts(item, longest))
  return copy
}
