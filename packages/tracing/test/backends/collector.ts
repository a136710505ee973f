// A collector on loopback (wire-level stub): refuses what a real one refuses, keeps the bodies of what it takes.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface Collector {
  url: string
  port: number
  bodies: Buffer[]
  /** Requests that came in, answered or not. */
  requests: number
  close(): Promise<void>
}
/** Answers in place of the collector; returns false to let it answer itself. */
export type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean | undefined

export async function startCollector(path: string, contentType: string, answer: Answer = () => false): Promise<Collector> {
  const bodies: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer(async (request, response) => {
    collector.requests++
    const parts: Buffer[] = []
    try {
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
    } catch {
      return
    }
    const body = Buffer.concat(parts)
    if (answer(request, response, body)) return
    if (request.method !== 'POST' || request.url !== path) return void response.writeHead(404).end()
    if (request.headers['content-type'] !== contentType) return void response.writeHead(415).end()
    bodies.push(body)
    response.writeHead(200, { 'content-type': contentType }).end(contentType.includes('json') ? '{}' : undefined)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const collector: Collector = {
    url: `http://127.0.0.1:${port}${path}`,
    port,
    bodies,
    requests: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      })
  }
  return collector
}

export const startOtlpCollector = (answer?: Answer): Promise<Collector> => startCollector('/v1/traces', 'application/x-protobuf', answer)
