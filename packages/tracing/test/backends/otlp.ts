// Decodes OTLP: protobuf by the official .proto files and protobufjs, JSON as the same messages.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import protobuf from 'protobufjs'
import type { DecodedSpan } from '../../src/test-suite/index.js'

const PROTOS = join(dirname(createRequire(import.meta.url).resolve('otlp-protos/package.json')), 'build/protos')
const root = new protobuf.Root()
root.resolvePath = (_origin, target) => join(PROTOS, target)
root.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto')
const request = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest')

interface Pair {
  key: string
  value: Record<string, unknown>
}
interface Message {
  resourceSpans: {
    resource: { attributes: Pair[] }
    scopeSpans: { scope: { name: string; version?: string }; spans: MessageSpan[] }[]
  }[]
}
interface MessageSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Pair[]
  events: { name: string; timeUnixNano: string; attributes: Pair[] }[]
  links: { traceId: string; spanId: string }[]
  status?: { code?: number; message?: string }
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const

/** The message of a body; a field or wire type that the .proto does not know would throw or be lost. */
export function decodeProtobuf(body: Uint8Array): Message {
  const message = request.toObject(request.decode(body), { longs: String, arrays: true, bytes: Array }) as unknown as Message
  for (const { scopeSpans } of message.resourceSpans)
    for (const { spans } of scopeSpans)
      for (const span of spans) {
        const ids = span as unknown as Record<string, number[] | string>
        for (const name of ['traceId', 'spanId', 'parentSpanId'])
          ids[name] = Buffer.from((ids[name] as number[] | undefined) ?? []).toString('hex')
        for (const link of span.links as unknown as Record<string, number[] | string>[])
          for (const name of ['traceId', 'spanId']) link[name] = Buffer.from(link[name] as number[]).toString('hex')
      }
  return message
}

export function decodeJson(body: Buffer): Message {
  return JSON.parse(body.toString()) as Message
}

export function spansOf({ resourceSpans }: Message): DecodedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId || undefined,
        service: String(textsOf(resource.attributes)['service.name']),
        name: span.name,
        kind: KINDS[span.kind]!,
        startMicros: micros(span.startTimeUnixNano),
        durationMicros: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1000,
        error: span.status?.code === 2,
        attributes: textsOf(span.attributes),
        events: span.events.map(({ name, timeUnixNano }) => ({ name, micros: micros(timeUnixNano) }))
      }))
    )
  )
}

function micros(nanos: string): number {
  return Number(BigInt(nanos) / 1000n)
}

function textsOf(pairs: Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, textOf(value)]))
}

function textOf(value: Record<string, unknown>): string {
  const [kind, inner] = Object.entries(value)[0] ?? []
  if (kind === 'arrayValue') return JSON.stringify((inner as { values: Record<string, unknown>[] }).values.map(textOf))
  return String(inner)
}
