// Turns whatever an application gives as an attribute into something a span can carry; never throws.
import type { Attributes, AttributeValue } from '@opentelemetry/api'
import type { Masker } from '@rag/core'

/** How much one span may hold. */
export interface SpanLimits {
  /** Attributes of a span, an event or a link. */
  attributes: number
  /** Characters of one text. */
  textLength: number
  events: number
  links: number
}

export const DEFAULT_LIMITS: SpanLimits = { attributes: 128, textLength: 4096, events: 128, links: 128 }

const LONGEST_ARRAY = 128
const LONGEST_KEY = 256
// Longer texts are cut before they are masked: what lies behind is cut off afterwards in any case.
const CUT_FACTOR = 8
const MOST_KNOWN = 2000
const LONGEST_KNOWN = 64

/** An attribute value, or undefined for what has no place in a span: objects, functions, symbols and whatever throws when it is looked at. */
export function attributeValue(value: unknown): AttributeValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value
    case 'bigint':
      return String(value)
    case 'object':
      return value === null ? undefined : arrayValue(value)
    default:
      return undefined
  }
}

function arrayValue(value: object): AttributeValue | undefined {
  try {
    if (value instanceof Date) return Number.isFinite(value.getTime()) ? value.toISOString() : undefined
    if (!Array.isArray(value)) return undefined
    const items: unknown[] = []
    let type: string | undefined
    for (let index = 0; index < value.length && index < LONGEST_ARRAY; index++) {
      const item: unknown = value[index]
      if (item === null || item === undefined) {
        items.push(null)
        continue
      }
      const plain = typeof item === 'bigint' ? String(item) : item
      // A list of mixed types is not an attribute value; its first type says what it is a list of.
      const kind = typeof plain
      type ??= kind
      if (kind !== type) continue
      if (type === 'string' || type === 'number' || type === 'boolean') items.push(plain)
    }
    return items as AttributeValue
  } catch {
    return undefined
  }
}

export function isKey(key: unknown): key is string {
  return typeof key === 'string' && key.length > 0 && key.length <= LONGEST_KEY
}

/** Calls `take` for each usable attribute of an object that may be hostile. */
export function eachAttribute(attributes: unknown, take: (key: string, value: AttributeValue) => void): void {
  if (typeof attributes !== 'object' || attributes === null) return
  let keys: string[]
  try {
    // A list may be long and names nothing.
    if (Array.isArray(attributes) || ArrayBuffer.isView(attributes)) return
    keys = Object.keys(attributes)
  } catch {
    return
  }
  for (let index = 0; index < keys.length && index < 1024; index++) {
    const key = keys[index]!
    try {
      const value = attributeValue((attributes as Record<string, unknown>)[key])
      if (value !== undefined && isKey(key)) take(key, value)
    } catch {
      // A getter that throws costs its own attribute.
    }
  }
}

/** A plain, bounded copy of attributes. */
export function plainAttributes(attributes: unknown, limit: number): { attributes: Attributes; dropped: number } {
  const plain: Attributes = {}
  let count = 0
  let dropped = 0
  eachAttribute(attributes, (key, value) => {
    if (count < limit) {
      plain[key] = value
      count++
    } else dropped++
  })
  return { attributes: plain, dropped }
}

/** A text of whatever was given as a name or message. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return typeof value === 'symbol' ? value.toString() : String(value)
  } catch {
    return 'unreadable'
  }
}

/** Masks a text; under the name of a secret all of it. */
export type Mask = (text: string, key?: string) => string

/** For what has been masked before. */
export const AS_IS: Mask = (text) => text

/** The texts of a masker's gate with the name that a text stands under. */
export function keyedMask(masker: Masker): Mask {
  const secret = new Map<string, boolean>()
  const clean = new Set<string>()
  const isSecret = (key: string): boolean => {
    let answer = secret.get(key)
    if (answer === undefined) {
      answer = masker.isSecretKey(key)
      if (secret.size < MOST_KNOWN) secret.set(key, answer)
    }
    return answer
  }
  return (text, key) => {
    if (key === undefined || !isSecret(key)) {
      // Methods, hosts and routes come again and again; only what the masker left as it was is remembered.
      if (clean.has(text)) return text
      const masked = masker.mask(text)
      if (masked === text && text.length <= LONGEST_KNOWN) {
        if (clean.size >= MOST_KNOWN) clean.clear()
        clean.add(text)
      }
      return masked
    }
    const masked = (masker.mask({ [key]: text }) as Record<string, unknown>)[key]
    return typeof masked === 'string' ? masked : '[masked]'
  }
}

const keysOf = new WeakMap<Mask, Map<string, string>>()

/** The name of an attribute, masked: an application may make names of what it gets. */
export function maskedKey(key: string, mask: Mask): string {
  let known = keysOf.get(mask)
  if (!known) keysOf.set(mask, (known = new Map()))
  let masked = known.get(key)
  if (masked === undefined) {
    masked = maskedText(key, mask, LONGEST_KEY)
    if (known.size < MOST_KNOWN) known.set(key, masked)
  }
  return masked
}

/** Masks a text, then cuts it: a secret that is cut in two would not be recognised. */
export function maskedText(text: string, mask: Mask, limit: number, key?: string): string {
  const bounded = text.length > limit * CUT_FACTOR ? text.slice(0, limit * CUT_FACTOR) : text
  let masked: string
  try {
    masked = mask(bounded, key)
  } catch {
    return '[unmaskable]'
  }
  return masked.length > limit ? masked.slice(0, limit) : masked
}

/** Masks the texts inside a value; numbers and booleans pass. */
export function maskedValue(value: AttributeValue, mask: Mask, limit: number, key?: string): AttributeValue {
  if (typeof value === 'string') return maskedText(value, mask, limit, key)
  if (!Array.isArray(value)) return value
  return value.map((item) => (typeof item === 'string' ? maskedText(item, mask, limit, key) : item)) as AttributeValue
}
