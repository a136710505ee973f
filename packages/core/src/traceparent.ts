// W3C trace context, level 1: https://www.w3.org/TR/trace-context/

/** What a valid `traceparent` says. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly flags: number
}

// Exactly 55 characters for version 00; a later version may be longer, but only behind another dash. No version `ff`, no id of zeros:
// looked at here, because to compare a text cut out of another one costs as much as the whole expression.
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/
const SHORTEST = 55
const LONGEST = 512

/** Reads a `traceparent` header strictly: lower case, no zero ids, no version `ff`, nothing behind version 00. Anything else is undefined. */
export function parseTraceparent(header: unknown): TraceParent | undefined {
  if (typeof header !== 'string' || header.length < SHORTEST || header.length > LONGEST || !TRACEPARENT.test(header)) return undefined
  if (header.length > SHORTEST && header.startsWith('00')) return undefined
  // Cut out by place: the groups of a match would be five texts and a list.
  return { traceId: header.slice(3, 35), spanId: header.slice(36, 52), flags: hexAt(header, 53) * 16 + hexAt(header, 54) }
}

/** The value of a lower-case hexadecimal digit. */
function hexAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code < 58 ? code - 48 : code - 87
}

/** Writes a `traceparent` header of version 00. */
export function formatTraceparent(traceId: string, spanId: string, flags: number): string {
  return `00-${traceId}-${spanId}-0${flags & 1}`
}
