// A collector on loopback: takes OTLP/HTTP bodies and reads the spans in them.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SinkSpan {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  /** 2 server, 3 client, 1 internal. */
  kind: number
  durationMs: number
  attributes: Record<string, unknown>
  status: number
  links: string[]
}

export interface OtlpSink {
  url: string
  spans: SinkSpan[]
  /** Everything that arrived, as text: for tests that look for what must not be there. */
  raw(): string
  servers(): SinkSpan[]
  close(): Promise<void>
}

export async function startOtlpSink(): Promise<OtlpSink> {
  const spans: SinkSpan[] = []
  const bodies: Buffer[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    bodies.push(body)
    spans.push(...readSpans(body))
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    spans,
    raw: () => Buffer.concat(bodies).toString('latin1'),
    servers: () => spans.filter(({ kind }) => kind === 2),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

/** Field numbers: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto */
function readSpans(body: Buffer): SinkSpan[] {
  const scopes = all(fields(body), 1).flatMap((resource) => all(fields(resource), 2))
  return scopes.flatMap((scope) => all(fields(scope), 2)).map(readSpan)
}

function readSpan(bytes: Buffer): SinkSpan {
  const span = fields(bytes)
  const [start, end] = [7, 8].map((field) => first(span, field)!.readBigUInt64LE())
  const status = first(span, 15)
  return {
    traceId: first(span, 1)!.toString('hex'),
    spanId: first(span, 2)!.toString('hex'),
    parentSpanId: first(span, 4)?.toString('hex') ?? '',
    name: first(span, 5)!.toString(),
    kind: varintOf(first(span, 6)),
    durationMs: Number(end! - start!) / 1e6,
    attributes: Object.fromEntries(all(span, 9).map((pair) => readPair(fields(pair)))),
    status: status ? varintOf(first(fields(status), 3)) : 0,
    links: all(span, 13).map((link) => first(fields(link), 1)!.toString('hex'))
  }
}

function readPair(pair: Field[]): [string, unknown] {
  return [first(pair, 1)!.toString(), readValue(fields(first(pair, 2)!))]
}

function readValue([field]: Field[]): unknown {
  if (!field) return undefined
  const { number, bytes } = field
  if (number === 1) return bytes.toString()
  if (number === 2) return varintOf(bytes) === 1
  if (number === 3) return varintOf(bytes)
  if (number === 4) return bytes.readDoubleLE()
  return all(fields(bytes), 1).map((item) => readValue(fields(item)))
}

interface Field {
  number: number
  bytes: Buffer
}

/** The fields of a message, undecoded. https://protobuf.dev/programming-guides/encoding/ */
function fields(message: Buffer): Field[] {
  const found: Field[] = []
  for (let at = 0; at < message.length; ) {
    const tagEnd = varintEnd(message, at)
    const tag = varintOf(message.subarray(at, tagEnd))
    let size: number
    at = tagEnd
    if ((tag & 7) === 0) size = varintEnd(message, at) - at
    else if ((tag & 7) === 1) size = 8
    else if ((tag & 7) === 5) size = 4
    else {
      const sizeEnd = varintEnd(message, at)
      size = varintOf(message.subarray(at, sizeEnd))
      at = sizeEnd
    }
    if (at + size > message.length) throw new Error('an OTLP body is cut off')
    found.push({ number: tag >>> 3, bytes: message.subarray(at, at + size) })
    at += size
  }
  return found
}

function varintEnd(bytes: Buffer, from: number): number {
  let end = from
  while (bytes[end]! > 0x7f) end++
  return end + 1
}

function varintOf(bytes: Buffer | undefined): number {
  return (bytes ?? Buffer.of()).reduceRight((value, byte) => value * 0x80 + (byte & 0x7f), 0)
}

function all(list: Field[], number: number): Buffer[] {
  return list.filter((field) => field.number === number).map(({ bytes }) => bytes)
}

function first(list: Field[], number: number): Buffer | undefined {
  return list.find((field) => field.number === number)?.bytes
}
