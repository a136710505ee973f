// What a caller appends, as JSON: read once, bounded, masked, and without the names that belong to the log.
import { leavesOf, type Masker } from '@rag/core'
import { readEntries } from '../entries.js'
import { escapeHostile } from '../escape.js'
import { flatWriter } from '../flat.js'
import { beginWalk, cutTexts, plain, setField } from '../plain.js'

const LONGEST_TEXT = 4096
const ROOM = 12_000
const RESERVED: ReadonlySet<string> = new Set(['seq', 'time', 'kind', 'mac'])

/** `,"who":"…","what":"…"`: the fields of a record behind those of the log. Never throws. */
type RecordText = (record: object) => string

export function recordText(gate: Masker): RecordText {
  const leaves = leavesOf(gate)
  const field = leaves && flatWriter({ leaves, longest: LONGEST_TEXT, isSpecial: (key) => RESERVED.has(key) })

  /** Most records are flat and clean. */
  function flatText(names: readonly string[], values: readonly unknown[]): string | undefined {
    if (!field) return undefined
    let text = ''
    for (let index = 0; index < names.length; index++) {
      const written = field(names[index]!, values[index])
      if (written === undefined) return undefined
      text += written
    }
    return text.length <= ROOM ? text : undefined
  }

  return (record) => {
    if (!isPlain(record)) return walkedText(record, gate)
    const { names, values, cut, unreadable } = readEntries(record)
    if (!cut && !unreadable) {
      const text = flatText(names, values)
      if (text !== undefined) return text
    }
    const copy: Record<string, unknown> = {}
    for (let index = 0; index < names.length; index++) setField(copy, names[index]!, values[index])
    if (cut) copy['truncated'] = true
    if (unreadable) copy['unreadable'] = true
    return walkedText(copy, gate)
  }
}

function walkedText(record: object, gate: Masker): string {
  const masked = cutTexts(gate.mask(plain(record, beginWalk(LONGEST_TEXT, ROOM))), LONGEST_TEXT)
  if (typeof masked !== 'object' || masked === null) return `,"unreadable":${escapeHostile(JSON.stringify(String(masked)))}`
  const own: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(masked)) if (!RESERVED.has(key)) setField(own, key, value)
  const json = escapeHostile(JSON.stringify(own))
  return json === '{}' ? '' : `,${json.slice(1, -1)}`
}

function isPlain(record: object): boolean {
  try {
    return Object.getPrototypeOf(record) === Object.prototype
  } catch {
    return false
  }
}
