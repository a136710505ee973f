// What turns spans into the body of a request.
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

export interface Encoder {
  readonly spans: number
  readonly bytes: number
  /** Returns false for a span that cannot be encoded. */
  add(span: ReadableSpan): boolean
  /** The body of a request; the encoder is empty afterwards. */
  take(): Buffer
}
