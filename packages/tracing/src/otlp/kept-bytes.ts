// Bytes that are written over and over, kept within bounds: keys, values of small sets, and texts that the masker leaves as they are.
import { type Mask, maskedKey } from '../span/values.js'

const MOST_KEYS = 2000
const MOST_KNOWN = 5000
const LONGEST_KNOWN = 256
const MOST_TEXTS = 4000
const LONGEST_TEXT = 64

type ByValue = Map<string, Map<string, Uint8Array>>

const known: ByValue = new Map()
let knownCount = 0

/** Names of attributes that one mask has seen: key to field 1 of a KeyValue, masked. */
export type KeyFields = Map<string, Uint8Array>
const fieldsOf = new WeakMap<Mask, KeyFields>()

export function keyFieldsFor(mask: Mask): KeyFields {
  let fields = fieldsOf.get(mask)
  if (!fields) fieldsOf.set(mask, (fields = new Map()))
  return fields
}

/** Field 1 of a KeyValue; undefined for a key that is new when there are too many. */
export function keyField(fields: KeyFields, key: string, mask: Mask): Uint8Array | undefined {
  const kept = fields.get(key)
  if (kept || fields.size >= MOST_KEYS) return kept
  const text = Buffer.from(maskedKey(key, mask))
  // Longer keys are written as they come.
  if (text.length >= 0x80) return undefined
  const field = Uint8Array.of(0x0a, text.length, ...text)
  fields.set(key, field)
  return field
}

/** A whole attribute of a span whose value comes from a small set, such as a method or a route. */
export function knownText(key: string, value: string): Uint8Array | undefined {
  return known.get(key)?.get(value)
}

export function learnKnown(key: string, value: string, bytes: Uint8Array, start: number, end: number): void {
  if (knownCount >= MOST_KNOWN || value.length > LONGEST_KNOWN) return
  keep(known, key, value, bytes, start, end)
  knownCount++
}

/** What one masker has left as it was. */
interface Texts {
  readonly byKey: ByValue
  count: number
}
const textsOf = new WeakMap<Mask, Texts>()
let lastMask: Mask | undefined
let last: Texts = { byKey: new Map(), count: 0 }
/** Stands for a text that was seen once: what comes but once is not worth its bytes. */
const ONCE = new Uint8Array(0)

function textsFor(mask: Mask): Texts {
  if (mask === lastMask) return last
  let texts = textsOf.get(mask)
  if (!texts) textsOf.set(mask, (texts = { byKey: new Map(), count: 0 }))
  lastMask = mask
  last = texts
  return texts
}

/** A whole attribute of a span with a text of the application that has passed this mask unchanged before. */
export function keptText(mask: Mask, key: string, value: string): Uint8Array | undefined {
  const kept = textsFor(mask).byKey.get(key)?.get(value)
  return kept === ONCE ? undefined : kept
}

export function learnText(mask: Mask, key: string, value: string, bytes: Uint8Array, start: number, end: number): void {
  if (value.length > LONGEST_TEXT) return
  const texts = textsFor(mask)
  if (texts.byKey.get(key)?.has(value)) return keep(texts.byKey, key, value, bytes, start, end)
  if (texts.count >= MOST_TEXTS) {
    texts.byKey.clear()
    texts.count = 0
  }
  keep(texts.byKey, key, value, ONCE, 0, 0)
  texts.count++
}

function keep(kept: ByValue, key: string, value: string, bytes: Uint8Array, start: number, end: number): void {
  let values = kept.get(key)
  if (!values) kept.set(key, (values = new Map()))
  values.set(value, bytes === ONCE ? ONCE : Uint8Array.prototype.slice.call(bytes, start, end))
}
