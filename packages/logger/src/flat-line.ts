// The line of a flat record without an error: written in one pass, with no copy and no walk. All others go the long way.
import type { Leaves } from '@rag/core'
import type { CleanTexts } from './clean-texts.js'
import { correlationFields, identityFields } from './correlation.js'
import type { Entries } from './entries.js'
import { type FlatWriter, flatWriter } from './flat.js'
import type { Logged } from './record.js'
import type { Shape } from './shape.js'
import type { LogState } from './state.js'
import { type LineParts, messageKeySym, type PinoInner, serializersSym, stringifiersSym } from './symbols.js'

const ERROR = 50

/** What a logger needs for flat lines. */
export interface FlatLines {
  readonly field: FlatWriter
  /** The message as JSON; undefined when it is not clean. */
  readonly message: (text: string) => string | undefined
  /** Those of the root; a child with its own goes the long way. */
  readonly serializers: unknown
  readonly stringifiers: unknown
}

/** Flat lines of a logger whose records nothing of the user's must see. */
export function createFlatLines(root: PinoInner, leaves: Leaves, maxText: number, { reserved }: Shape, texts: CleanTexts): FlatLines {
  const serializers = root[serializersSym] as Record<string, unknown>
  const messageKey = root[messageKeySym] as string
  const special = new Set([...reserved, ...Object.keys(serializers), messageKey, 'error', 'err', 'component'])
  return {
    field: flatWriter({ leaves, longest: maxText, isSpecial: (key) => special.has(key) }),
    message(text) {
      const known = texts.json(text)
      if (known !== undefined) return known
      return text.length <= maxText && leaves(messageKey, text) ? texts.add(text) : undefined
    },
    serializers,
    stringifiers: root[stringifiersSym]
  }
}

interface Call {
  readonly logged: Logged
  readonly entries: Entries
  readonly level: number
  readonly time: string
}

/** More bytes than the field of an id takes. */
const ID_ROOM = 100

/** The line with its line feed; undefined for a record that is not flat, not clean or not short. */
export function flatLine(
  state: LogState,
  parts: LineParts,
  { logged: { message, values, origin }, entries, level, time }: Call
): string | undefined {
  const { flat, base, maxLine, shape } = state
  if (flat === undefined || level >= ERROR || values.length > 0 || origin !== undefined || entries.cut || entries.unreadable)
    return undefined
  const { serializers, stringifiers, formatLog, chindings, messageKey } = parts
  if (serializers !== flat.serializers || stringifiers !== flat.stringifiers || formatLog) return undefined
  let said = ''
  if (message !== undefined) {
    const json = typeof message === 'string' ? flat.message(message) : undefined
    if (json === undefined) return undefined
    said = ',"' + messageKey + '":' + json
  }
  const { names, values: held } = entries
  let body = ''
  for (let index = 0; index < names.length; index++) {
    const field = flat.field(names[index]!, held[index])
    if (field === undefined) return undefined
    body += field
  }
  const { ids, identity } = correlationFields(shape)
  const bindings = chindings.length === base.length ? '' : chindings.slice(base.length)
  const head = headOf(parts, level, time) + said + base
  const rest = ids + bindings + identityFields(identity, state) + body + '}\n'
  // No character takes more than three bytes of UTF-8 a UTF-16 unit. The id comes last: a number that is taken and not written would look like a lost line.
  if ((head.length + rest.length) * 3 + ID_ROOM > maxLine && Buffer.byteLength(head) + Buffer.byteLength(rest) + ID_ROOM > maxLine)
    return undefined
  return head + state.lineId() + rest
}

/** The beginning of a line: time and level, as JSON without its end. */
export function headOf({ ls }: LineParts, level: number, time: string): string {
  return '{' + (time === '' ? '' : time.slice(1) + ',') + (ls[level] ?? '{"level":' + level).slice(1)
}
