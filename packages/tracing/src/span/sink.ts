// Takes the attributes of a span one by one: the encoder writes bytes, a reader gets an object.
import type { Attributes, AttributeValue } from '@opentelemetry/api'
import { type Mask, maskedKey, maskedText, type SpanLimits } from './values.js'

/** What a text of the application passes on its way out. */
export interface Gate {
  readonly mask: Mask
  readonly limits: SpanLimits
}

export interface AttributeSink {
  put(key: string, value: AttributeValue | null | undefined): void
  /** For values that come from a small set, such as methods and routes; an encoder keeps their bytes. */
  known(key: string, value: string | undefined): void
  /** A text as the application gave it, not yet masked; an encoder keeps the bytes of what comes again. */
  given(key: string, value: string, gate: Gate): void
}

/** A sink that fills an object, with names masked if they leave from there; keys that are there already are kept. */
export function objectSink(attributes: Attributes, keyMask?: Mask): AttributeSink {
  const put = (name: string, value: AttributeValue | null | undefined): void => {
    const key = keyMask ? maskedKey(name, keyMask) : name
    if (value !== undefined && value !== null && !Object.hasOwn(attributes, key)) attributes[key] = value
  }
  return { put, known: put, given: (key, value, { mask, limits }) => put(key, maskedText(value, mask, limits.textLength, key)) }
}
