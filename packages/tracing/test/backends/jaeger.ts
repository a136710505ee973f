// Decodes Jaeger Thrift (binary protocol over HTTP) by Jaeger's own IDL.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { DecodedSpan } from '../../src/test-suite/index.js'

const fromExporter = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/exporter-jaeger'))
const client = dirname(fromExporter.resolve('jaeger-client'))
const { Thrift } = createRequire(import.meta.url)('thriftrw') as { Thrift: new (options: object) => JaegerThrift }
const thrift = new Thrift({
  source: readFileSync(join(client, 'jaeger-idl/thrift/jaeger.thrift'), 'ascii'),
  allowOptionalArguments: true
})

interface JaegerThrift {
  Batch: { rw: { readFrom(buffer: Buffer, offset: number): { err?: Error; value: Batch } } }
}
interface Tag {
  key: string
  vType: 'STRING' | 'DOUBLE' | 'BOOL' | 'LONG' | 'BINARY'
  vStr?: string
  vDouble?: number
  vBool?: boolean
  vLong?: Buffer
}
interface Batch {
  process: { serviceName: string }
  spans: {
    traceIdLow: Buffer
    traceIdHigh: Buffer
    spanId: Buffer
    parentSpanId: Buffer
    operationName: string
    startTime: Buffer
    duration: Buffer
    tags: Tag[]
    logs: { timestamp: Buffer; fields: Tag[] }[]
  }[]
}

export function decodeJaeger(body: Buffer): Batch {
  const { err, value } = thrift.Batch.rw.readFrom(body, 0)
  if (err) throw err
  return value
}

export function spansOfJaeger({ process, spans }: Batch): DecodedSpan[] {
  return spans.map((span) => {
    const attributes = Object.fromEntries(span.tags.map((tag) => [tag.key, valueOf(tag)]))
    const parent = span.parentSpanId.toString('hex')
    return {
      traceId: span.traceIdHigh.toString('hex') + span.traceIdLow.toString('hex'),
      spanId: span.spanId.toString('hex'),
      parentSpanId: parent === '0000000000000000' ? undefined : parent,
      service: process.serviceName,
      name: span.operationName,
      kind: (attributes['span.kind'] ?? 'internal') as DecodedSpan['kind'],
      startMicros: Number(span.startTime.readBigInt64BE()),
      durationMicros: Number(span.duration.readBigInt64BE()),
      error: attributes['error'] === 'true',
      attributes,
      events: span.logs.map(({ timestamp, fields }) => ({
        name: String(fields.find(({ key }) => key === 'event')?.vStr),
        micros: Number(timestamp.readBigInt64BE())
      }))
    }
  })
}

function valueOf({ vType, vStr, vDouble, vBool, vLong }: Tag): string {
  return String({ STRING: vStr, DOUBLE: vDouble, BOOL: vBool, LONG: vLong?.readBigInt64BE(), BINARY: undefined }[vType])
}
