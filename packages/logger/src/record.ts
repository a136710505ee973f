// Makes the line of one record: read once, bounded, masked as values, then written as JSON.
import { writeWaiting } from './children.js'
import { type CorrelationFields, correlationFields, identityFields } from './correlation.js'
import { type Entries, NO_ENTRIES, readEntries } from './entries.js'
import { escapeHostile, quote } from './escape.js'
import { fieldName } from './fields.js'
import { fingerprintOf } from './fingerprint.js'
import { flatLine, headOf } from './flat-line.js'
import { formatMessage } from './format.js'
import { beginWalk, CUT, cutTexts, isError, plain, plainText, setField, UNREADABLE } from './plain.js'
import type { Shape } from './shape.js'
import type { LogState } from './state.js'
import { type LineParts, type PinoInner, partsOf, wildcardFirstSym } from './symbols.js'

/** What a caller logged: an object, a message and values for its places. */
export interface Logged {
  readonly fields: unknown
  readonly message: unknown
  readonly values: readonly unknown[]
  /** Whose line it is, when it is not the running code's. */
  readonly origin?: CorrelationFields
}

/** The line of a record with its line feed. `time` and the level come as pino's own JSON fragments. */
export function recordLine(instance: PinoInner, state: LogState, logged: Logged, level: number, time: string): string {
  writeWaiting(instance, state)
  const parts = partsOf(instance)
  const entries = entriesOf(logged.fields, parts)
  const flat = flatLine(state, parts, { logged, entries, level, time })
  if (flat !== undefined) return flat
  const { message, fields } = maskedRecord(state, parts, logged, entries)
  const { ids: origin, identity } = logged.origin ?? correlationFields(state.shape)
  const ids = state.lineId() + origin + fingerprintField(state, parts, { message, fields }, level)
  const callers = identityFields(identity, state)
  const line = wholeLine(state, parts, { level, time, message, ids, callers, fields })
  // No character takes more than three bytes of UTF-8 a UTF-16 unit.
  if (line.length * 3 <= state.maxLine || Buffer.byteLength(line) <= state.maxLine) return line
  return cutLine(state, parts, { level, time, message, ids, callers, fields }, state.maxLine)
}

interface Masked {
  readonly message: string | undefined
  /** May hold the message too. */
  readonly fields: Record<string, unknown>
}

const ERROR = 50

function maskedRecord(state: LogState, parts: LineParts, { message, values, origin }: Logged, entries: Entries): Masked {
  const { messageKey } = parts
  const walk = beginWalk(state.maxText, state.maxLine)
  const text = message === undefined ? undefined : messageText(message, walk)
  const record = plainFields(entries, parts, state.shape, walk, origin !== undefined)
  const own = text === undefined && typeof record[messageKey] === 'string'
  if (!own && messageKey in record) rename(record, messageKey)
  const plainValues = values.length === 0 ? values : plainValuesOf(values, state)
  if (plainValues.length > 0 && plainValues.some((value) => typeof value === 'object')) {
    // An object among the values is masked by its keys, before it becomes text.
    const masked = state.mask({ message: text, values: plainValues, record }) as {
      message: string
      values: unknown[]
      record: Record<string, unknown>
    }
    return { message: cut(state.mask(formatMessage(masked.message, masked.values)), state), fields: cutFields(masked.record, state) }
  }
  // Without values the text is the same every time, and so is what the masker says to it.
  const known = text !== undefined && plainValues.length === 0 && state.cleanTexts.json(text) !== undefined
  if (text !== undefined && !known) {
    setField(record, messageKey, plainValues.length === 0 ? text : plainText(formatMessage(text, plainValues), walk))
  }
  const masked = state.mask(record) as Record<string, unknown>
  // Masks are short: what was short enough before still is.
  const rest = walk.over ? cutFields(masked, state) : masked
  if (known) return { message: text, fields: rest }
  const said = rest[messageKey]
  if (said !== undefined && said === text && plainValues.length === 0) state.cleanTexts.add(text)
  return { message: typeof said === 'string' ? said : undefined, fields: rest }
}

/** JSON of the fingerprint of an error, with a leading comma. It is made of what is masked, so it says nothing of what is not. */
function fingerprintField({ shape, events }: LogState, { errorKey }: LineParts, { message, fields }: Masked, level: number): string {
  const found = fields[errorKey] ?? fields['error'] ?? fields['err']
  const error = typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : undefined
  const stack = error?.['stack'] ?? error?.['stack_trace']
  if (level < ERROR && stack === undefined) return ''
  const fingerprint = fingerprintOf(stack === undefined ? { message } : { type: error?.['type'], message: error?.['message'], stack })
  events.failed(fingerprint)
  return ',"' + shape.fingerprint + '":"' + fingerprint + '"'
}

/** Values for the places of a message; they have room of their own, and the message is cut when it is whole. */
function plainValuesOf(values: readonly unknown[], { maxText, maxLine }: LogState): unknown[] {
  const walk = beginWalk(maxText, maxLine)
  return values.map((value) => plain(value, walk))
}

function messageText(message: unknown, walk: ReturnType<typeof beginWalk>): string {
  if (typeof message === 'string') return plainText(message, walk)
  const value = plain(message, walk)
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

/** What the caller logged, read once: an error under its key, anything else field by field. */
function entriesOf(fields: unknown, { errorKey, formatLog }: LineParts): Entries {
  if (typeof fields !== 'object' || fields === null) return NO_ENTRIES
  if (isErrorSafe(fields)) return readEntries({ [errorKey]: fields })
  return readEntries((formatLog && guarded(() => formatLog(fields as Record<string, unknown>))) ?? fields)
}

function plainFields(
  { names, values, cut: isCut, unreadable }: Entries,
  { serializers }: LineParts,
  { reserved, component }: Shape,
  walk: ReturnType<typeof beginWalk>,
  ours: boolean
): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (let index = 0; index < names.length; index++) {
    const key = names[index]!
    const value = plainField(values[index], serializers[key], walk)
    if (value !== undefined) setField(copy, reserved.has(key) && !ours ? fieldName(key) : key === 'component' ? component : key, value)
  }
  if (isCut) copy[CUT] = true
  if (unreadable) copy['unreadable'] = true
  return copy
}

function plainField(value: unknown, serializer: ((value: unknown) => unknown) | undefined, walk: ReturnType<typeof beginWalk>): unknown {
  try {
    return plain(serializer && value !== undefined ? serializer(value) : value, walk)
  } catch {
    return UNREADABLE
  }
}

interface LineFields {
  readonly level: number
  readonly time: string
  readonly message: string | undefined
  readonly ids: string
  readonly callers: string
  readonly fields: Record<string, unknown>
}

/** Joins the parts of a line. */
function wholeLine(state: LogState, parts: LineParts, { level, time, message, ids, callers, fields }: LineFields): string {
  const { chindings, messageKey, stringifiers, safe, nestedKey, end } = parts
  let line = headOf(parts, level, time)
  if (message !== undefined) line += keyText(messageKey) + (writeField(stringifiers, messageKey, message, safe) ?? quote(message))
  // Every chain of bindings starts with the static fields; the ids stand right behind those.
  line += state.base + ids + chindings.slice(state.base.length) + callers
  let body = ''
  for (const key in fields) {
    if (key === messageKey || !Object.hasOwn(fields, key)) continue
    const value = fields[key]
    if (value === undefined) continue
    const written = writeField(stringifiers, key, value, safe)
    if (written !== undefined) body += keyText(key) + written
  }
  if (nestedKey && body !== '') body = keyText(nestedKey) + '{' + body.slice(1) + '}'
  return line + body + (end ?? '}\n')
}

const MOST_KEYS = 2000
const keys = new Map<string, string>()

/** `,"key":`, remembered: the same keys come with every line. */
function keyText(key: string): string {
  let text = keys.get(key)
  if (text === undefined) {
    text = ',' + quote(key) + ':'
    if (keys.size < MOST_KEYS && key.length < 100) keys.set(key, text)
  }
  return text
}

/** Joins the parts of a line in at most `budget` bytes; what does not fit is replaced by a mark. */
function cutLine(state: LogState, parts: LineParts, { level, time, message, ids, callers, fields }: LineFields, budget: number): string {
  const { chindings, messageKey, stringifiers, safe, nestedKey, end } = parts
  const room = createRoom(budget - 256)
  let head = headOf(parts, level, time)
  if (message !== undefined) {
    const written = writeField(stringifiers, messageKey, message, safe) ?? quote(message)
    head += ',' + quote(messageKey) + ':' + (room.takes(written) ? written : quote(cutToBytes(message, Math.floor(budget / 4))))
    room.spend(Math.floor(budget / 4))
  }
  // Every chain of bindings starts with the static fields; the ids stand right behind those.
  let bindings = chindings.slice(state.base.length)
  if (!room.takes(bindings)) bindings = ',"bindings":"' + CUT + '"'
  if (callers !== '' && !room.takes(callers)) callers = ''
  let body = ''
  for (const key of Object.keys(fields)) {
    const value = fields[key]
    if (value === undefined || key === messageKey) continue
    const written = writeField(stringifiers, key, value, safe)
    if (written === undefined) continue
    const field = keyText(key) + written
    if (room.takes(field)) body += field
    else if (!body.endsWith(',"truncated":true')) body += ',"truncated":true'
  }
  if (nestedKey && body !== '') body = ',' + quote(nestedKey) + ':{' + body.slice(1) + '}'
  return head + state.base + ids + bindings + callers + body + (end ?? '}\n')
}

function writeField(stringifiers: LineParts['stringifiers'], key: string, value: unknown, safe: unknown): string | undefined {
  const stringifier = stringifiers[key] ?? stringifiers[wildcardFirstSym]
  if (stringifier) {
    const written = guarded(() => stringifier(value, safe))
    return written === undefined ? undefined : escapeHostile(String(written))
  }
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return escapeHostile(JSON.stringify(value))
}

function createRoom(bytes: number): { takes(text: string): boolean; spend(size: number): void } {
  let left = bytes
  return {
    takes(text) {
      const size = Buffer.byteLength(text)
      if (size > left) return false
      left -= size
      return true
    },
    spend(size) {
      left -= size
    }
  }
}

function cutToBytes(text: string, bytes: number): string {
  // An escaped control character takes six bytes, any other at most three.
  return text.slice(0, Math.floor(bytes / 6)) + CUT
}

function cutFields(fields: Record<string, unknown>, { maxText }: LogState): Record<string, unknown> {
  return cutTexts(fields, maxText) as Record<string, unknown>
}

function cut(text: string, { maxText }: LogState): string {
  return cutTexts(text, maxText) as string
}

function rename(record: Record<string, unknown>, key: string): void {
  setField(record, fieldName(key), record[key])
  delete record[key]
}

function isErrorSafe(value: unknown): boolean {
  return guarded(() => isError(value)) ?? false
}

function guarded<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
