// Gathers spans as JSON texts and closes them into one body.
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { Encoder } from './encoder.js'

/** What a format makes of spans. */
export interface JsonFormat {
  /** One span as JSON. */
  span(span: ReadableSpan): string
  /** The body around spans of one resource and scope. */
  body(groups: readonly JsonGroup[]): string
}
export interface JsonGroup {
  /** The first span of the group stands for its resource and scope. */
  readonly sample: ReadableSpan
  readonly spans: string[]
}

export function createJsonEncoder({ span: write, body }: JsonFormat): Encoder {
  let groups: JsonGroup[] = []
  let spans = 0
  let bytes = 0
  return {
    get spans() {
      return spans
    },
    get bytes() {
      return bytes
    },
    add(span) {
      let text: string
      try {
        text = write(span)
      } catch {
        return false
      }
      const group = groups.find(
        ({ sample }) =>
          sample.resource === span.resource &&
          sample.instrumentationScope.name === span.instrumentationScope.name &&
          sample.instrumentationScope.version === span.instrumentationScope.version
      )
      if (group) group.spans.push(text)
      else groups.push({ sample: span, spans: [text] })
      spans++
      bytes += text.length
      return true
    },
    take() {
      const taken = Buffer.from(body(groups))
      groups = []
      spans = 0
      bytes = 0
      return taken
    }
  }
}
