// Flat fields as JSON in one pass: most records are flat, and much of what stands in them stood there before.
import type { Leaves } from '@rag/core'
import { quote } from './escape.js'

const LONGEST_KEY = 100
const MOST_KEYS = 2000
/** Texts up to here are kept for the next record. */
const LONGEST_KEPT = 256

/** What is known of the fields of one name. */
interface Known {
  /** `,"key":` */
  readonly head: string
  /** Whether values under this name may be written here at all. */
  readonly flat: boolean
  /** A clean text that came twice, and how it is written. */
  text: string | undefined
  written: string
  /** Tells whether the text before may have been this one. */
  trace: number
}

/** A field as `,"key":value`, `''` for what JSON leaves out; undefined for what has to be walked and masked with its record. */
export type FlatWriter = (key: string, value: unknown) => string | undefined

interface FlatOptions {
  leaves: Leaves
  /** Longest text. */
  longest: number
  /** Names whose values are not for here. */
  isSpecial: (key: string) => boolean
}

export function flatWriter({ leaves, longest, isSpecial }: FlatOptions): FlatWriter {
  const keys = new Map<string, Known>()

  function learn(key: string): Known {
    const flat = key.length <= LONGEST_KEY && !isSpecial(key) && leaves(key, true)
    const known = { head: copyOf(`,${quote(key)}:`), flat, text: undefined, written: '', trace: 0 }
    if (key.length > LONGEST_KEY) return known
    if (keys.size >= MOST_KEYS) keys.clear()
    keys.set(key, known)
    return known
  }

  function textField(key: string, text: string, known: Known): string | undefined {
    if (text === known.text) return known.written
    const { length } = text
    if (length > longest || !leaves(key, text)) return undefined
    const written = known.head + quote(text)
    if (length <= LONGEST_KEPT) keep(text, known)
    return written
  }

  return (key, value) => {
    const known = keys.get(key) ?? learn(key)
    if (!known.flat) return undefined
    switch (typeof value) {
      case 'string':
        return textField(key, value, known)
      case 'number':
        return Number.isFinite(value) ? known.head + value : undefined
      case 'boolean':
        return known.head + value
      case 'undefined':
      case 'function':
        return ''
      default:
        return value === null ? known.head + 'null' : undefined
    }
  }
}

/** Most texts never come again; only one that may have come before is worth a copy. */
function keep(text: string, known: Known): void {
  const { length } = text
  const trace = length + 1e3 * text.charCodeAt(length - 1) + 1e8 * text.charCodeAt(length >> 1)
  if (trace === known.trace) {
    known.text = copyOf(text)
    known.written = copyOf(known.head + quote(known.text))
  }
  known.trace = trace
}

/** A text of its own and in one piece: a part of another keeps that one in memory, and one made of parts is put together at each use. */
export function copyOf(text: string): string {
  return Buffer.from(text).toString()
}
