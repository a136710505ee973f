// W3C trace context, level 1: https://www.w3.org/TR/trace-context/

/** What a valid `traceparent` says. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly flags: number
}

// Exactly 55 characters for version 00; a later version may be longer, but only behind another dash.
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const LONGEST = 512

/** Reads a `traceparent` header strictly: lower case, no zero ids, no version `ff`, nothing behind version 00. Anything else is undefined. */
export function parseTraceparent(header: unknown): TraceParent | undefined {
  if (typeof header !== 'string' || header.length < 55 || header.length > LONGEST) return undefined
  const match = TRACEPARENT.exec(header)
  if (!match) return undefined
  const [, version, traceId, spanId, flags, rest] = match
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0+$/.test(traceId!) || /^0+$/.test(spanId!)) return undefined
  return { traceId: traceId!, spanId: spanId!, flags: Number.parseInt(flags!, 16) }
}

/** Writes a `traceparent` header of version 00. */
export function formatTraceparent(traceId: string, spanId: string, flags: number): string {
  return `00-${traceId}-${spanId}-0${flags & 1}`
}
