// A span as the demo reads it from an OTLP body, whatever its encoding.

export type AttributeValue = string | number | boolean | readonly AttributeValue[]

export interface ReadSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty for the root. */
  readonly parentSpanId: string
  readonly name: string
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  readonly startMs: number
  readonly durationMs: number
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly events: readonly { readonly name: string }[]
  /** `service.name` of the resource. */
  readonly service: string
}

export const SERVER = 2
export const CLIENT = 3
export const ERROR = 2

/** The span that two readings of nanoseconds since 1970 enclose. */
export function times(start: bigint, end: bigint): { startMs: number; durationMs: number } {
  return { startMs: Number(start / 1000n) / 1000, durationMs: Number(end - start) / 1e6 }
}
