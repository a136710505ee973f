// Decodes Zipkin v2 JSON and refuses what Zipkin's own validation refuses.
import type { DecodedSpan } from '../../src/test-suite/index.js'

interface ZipkinSpan {
  traceId: string
  id: string
  parentId?: string
  name: string
  kind?: string
  timestamp: number
  duration: number
  localEndpoint: { serviceName: string }
  remoteEndpoint?: { serviceName?: string; port?: number }
  annotations: { timestamp: number; value: string }[]
  tags: Record<string, string>
}

export function decodeZipkin(body: Buffer): ZipkinSpan[] {
  const spans = JSON.parse(body.toString()) as ZipkinSpan[]
  for (const { traceId, id, timestamp, duration, tags } of spans) {
    const fine =
      /^[0-9a-f]{16}([0-9a-f]{16})?$/.test(traceId) &&
      /^[0-9a-f]{16}$/.test(id) &&
      Number.isSafeInteger(timestamp) &&
      Number.isSafeInteger(duration) &&
      duration > 0 &&
      Object.values(tags).every((value) => typeof value === 'string')
    if (!fine) throw new Error(`no Zipkin span: ${JSON.stringify({ traceId, id, timestamp, duration })}`)
  }
  return spans
}

export function spansOfZipkin(spans: ZipkinSpan[]): DecodedSpan[] {
  return spans.map((span) => ({
    traceId: span.traceId,
    spanId: span.id,
    parentSpanId: span.parentId,
    service: span.localEndpoint.serviceName,
    name: span.name,
    kind: (span.kind?.toLowerCase() ?? 'internal') as DecodedSpan['kind'],
    startMicros: span.timestamp,
    durationMicros: span.duration,
    error: span.tags['error'] !== undefined,
    attributes: span.tags,
    events: span.annotations.map(({ timestamp, value }) => ({
      name: /^"((?:[^"\\]|\\.)*)": /.exec(value)?.[1] ?? value,
      micros: timestamp
    }))
  }))
}
