// A small OTLP collector in the demo process: it keeps every body it gets and reads the spans from them.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { spansFromJson } from '../read/otlp-json.js'
import { spansFromProtobuf } from '../read/otlp-protobuf.js'
import { type ReadSpan, SERVER } from '../read/spans.js'

export interface Sink {
  readonly url: string
  /** Every span received so far. */
  readonly spans: readonly ReadSpan[]
  /** Bodies as they came, unpacked. */
  readonly bodies: readonly Buffer[]
  /** Spans received since the start, by service. */
  readonly counts: ReadonlyMap<string, { all: number; server: number }>
  /** Whether spans are counted alone from now on, and not kept. */
  countOnly(only: boolean): void
  close(): void
}

/** Starts the collector on a free port of the loopback interface. */
export async function startSink(): Promise<Sink> {
  const spans: ReadSpan[] = []
  const bodies: Buffer[] = []
  const counts = new Map<string, { all: number; server: number }>()
  let keeping = true
  const take = (received: readonly ReadSpan[], body: Buffer) => {
    for (const { service, kind } of received) {
      const count = counts.get(service) ?? { all: 0, server: 0 }
      counts.set(service, count)
      count.all++
      if (kind === SERVER) count.server++
    }
    if (!keeping) return
    spans.push(...received)
    bodies.push(body)
  }
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      try {
        const sent = Buffer.concat(parts)
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
        const isJson = String(request.headers['content-type']).includes('json')
        if (request.url === '/v1/traces') {
          take(isJson ? spansFromJson(body.toString('utf8')) : spansFromProtobuf(body), body)
        }
        response.writeHead(200, { 'content-type': isJson ? 'application/json' : 'application/x-protobuf' }).end(isJson ? '{}' : '')
      } catch {
        response.writeHead(400).end()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const countOnly = (only: boolean) => {
    keeping = !only
  }
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, bodies, counts, countOnly, close }
}
