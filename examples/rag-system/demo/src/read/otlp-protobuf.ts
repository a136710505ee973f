// Reads spans from an OTLP body in protobuf, by the field numbers of opentelemetry/proto/trace/v1/trace.proto.
import { type Field, fieldsOf } from './protobuf.js'
import { type AttributeValue, type ReadSpan, times } from './spans.js'

const SPAN = { traceId: 1, spanId: 2, parentSpanId: 4, name: 5, kind: 6, start: 7, end: 8, attributes: 9, events: 11, status: 15 } as const

export function spansFromProtobuf(body: Uint8Array): ReadSpan[] {
  return all(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const fields = fieldsOf(resourceSpans)
    const resource = all(fields, 1)[0]
    const service = String((resource && attributesOf(fieldsOf(resource), 1)['service.name']) ?? '')
    return all(fields, 2).flatMap((scopeSpans) => all(fieldsOf(scopeSpans), 2).map((span) => spanOf(fieldsOf(span), service)))
  })
}

function spanOf(fields: readonly Field[], service: string): ReadSpan {
  const status = all(fields, SPAN.status)[0]
  return {
    traceId: hex(fields, SPAN.traceId),
    spanId: hex(fields, SPAN.spanId),
    parentSpanId: hex(fields, SPAN.parentSpanId),
    name: text(all(fields, SPAN.name)[0]),
    kind: Number(number(fields, SPAN.kind)),
    ...times(number(fields, SPAN.start), number(fields, SPAN.end)),
    status: status ? Number(number(fieldsOf(status), 3)) : 0,
    attributes: attributesOf(fields, SPAN.attributes),
    events: all(fields, SPAN.events).map((event) => ({ name: text(all(fieldsOf(event), 2)[0]) })),
    service
  }
}

function attributesOf(fields: readonly Field[], number: number): Record<string, AttributeValue> {
  return Object.fromEntries(
    all(fields, number).map((pair) => {
      const [key, value] = [all(fieldsOf(pair), 1)[0], all(fieldsOf(pair), 2)[0]]
      return [text(key), value ? readValue(fieldsOf(value)) : '']
    })
  )
}

/** AnyValue: 1 string, 2 bool, 3 int, 4 double, 5 array. */
function readValue([field]: readonly Field[]): AttributeValue {
  if (!field) return ''
  if (typeof field.value === 'bigint') {
    if (field.number === 2) return field.value === 1n
    return field.number === 4 ? doubleOf(field.value) : Number(BigInt.asIntN(64, field.value))
  }
  return field.number === 5 ? all(fieldsOf(field.value), 1).map((item) => readValue(fieldsOf(item))) : text(field.value)
}

function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}

function all(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((field) => (field.number === number && typeof field.value !== 'bigint' ? [field.value] : []))
}

function number(fields: readonly Field[], wanted: number): bigint {
  const value = fields.find((field) => field.number === wanted)?.value
  return typeof value === 'bigint' ? value : 0n
}

const hex = (fields: readonly Field[], wanted: number) => Buffer.from(all(fields, wanted)[0] ?? []).toString('hex')
const text = (bytes: Uint8Array = new Uint8Array()) => new TextDecoder().decode(bytes)
