// A wire-level stub: the address says how the reply ends, so that one server plays every scenario at once.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What happens to a reply. */
export type Play = 'normal' | 'stall' | 'silent' | 'cut' | 'inside' | 'retry' | 'html'

export interface Exchange {
  method: string
  /** Without the scenario. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Record<string, unknown>
  play: Play
  /** 1 for the first request of the scenario. */
  attempt: number
  response: ServerResponse
  json(status: number, body: object, headers?: Record<string, string>): void
  /** Sends a whole body, as the scenario has it. */
  whole(body: object, failure: object): void
  /** Sends frames as they are given, ending as the scenario has it. */
  frames(frames: readonly string[], failure: string, headers?: Record<string, string>): Promise<void>
}

export interface Wire {
  /** A fresh address whose requests play a scenario. */
  url(play: Play): string
  /** The bodies of the requests to an address. */
  sent(url: string): Record<string, unknown>[]
  /** Connections that the caller closed before the reply was whole. */
  closed(url: string): number
  close(): Promise<void>
}

export async function startWire(answer: (exchange: Exchange) => unknown): Promise<Wire> {
  const sent = new Map<string, Record<string, unknown>[]>()
  const closed = new Map<string, number>()
  const server = createServer(async (request, response) => {
    // Two runs are compared: no header may tell one second from the next.
    response.sendDate = false
    const at = new URL(request.url ?? '/', 'http://stub')
    const [, scenario = '', ...rest] = at.pathname.split('/')
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const text = Buffer.concat(parts).toString()
    let body: Record<string, unknown> = {}
    try {
      body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
    } catch {
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"could not parse the JSON body"}}')
      return
    }
    const list = sent.get(scenario) ?? []
    list.push(body)
    sent.set(scenario, list)
    response.on('close', () => {
      if (!response.writableFinished) closed.set(scenario, (closed.get(scenario) ?? 0) + 1)
    })
    const play = scenario.split('.')[0] as Play
    if (play === 'silent') return
    if (play === 'html')
      return void response.writeHead(502, { 'content-type': 'text/html' }).end('<html><body><h1>502 Bad Gateway</h1></body></html>')
    const exchange = {
      method: request.method ?? 'GET',
      path: `/${rest.join('/')}`,
      query: at.searchParams,
      headers: request.headers,
      body,
      play,
      attempt: list.length,
      response
    }
    await answer({ ...exchange, ...sending(exchange) })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  let count = 0
  const scenarioOf = (url: string) => new URL(url).pathname.split('/')[1]!
  return {
    url: (play) => `http://127.0.0.1:${port}/${play}.${++count}`,
    sent: (url) => sent.get(scenarioOf(url)) ?? [],
    closed: (url) => closed.get(scenarioOf(url)) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

const REQUEST_ID = { 'x-request-id': 'req_1', 'request-id': 'req_1' }

function sending({ play, response }: Pick<Exchange, 'play' | 'response'>): Pick<Exchange, 'json' | 'whole' | 'frames'> {
  const json = (status: number, body: object, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...REQUEST_ID, ...headers }).end(JSON.stringify(body))
  }
  return {
    json,
    whole(body, failure) {
      const text = Buffer.from(JSON.stringify(play === 'inside' ? failure : body))
      if (play !== 'cut') return json(200, play === 'inside' ? failure : body)
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length), ...REQUEST_ID })
      response.write(text.subarray(0, text.length >> 1), () => setTimeout(() => response.destroy(), 5))
    },
    async frames(frames, failure, headers = {}) {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...REQUEST_ID, ...headers })
      const some = play === 'normal' || play === 'retry' ? frames : frames.slice(0, 3)
      for (const frame of some) {
        const bytes = Buffer.from(frame)
        // Split where it hurts: characters of several bytes are cut in two.
        const cut = bytes.findIndex((byte) => byte > 0xbf) + 1 || bytes.length >> 1
        response.write(bytes.subarray(0, cut))
        await new Promise(setImmediate)
        response.write(bytes.subarray(cut))
      }
      if (play === 'inside') response.end(failure)
      else if (play === 'cut') setTimeout(() => response.destroy(), 10)
      else if (play !== 'stall') response.end()
    }
  }
}

export function sse(data: object | string, event?: string): string {
  return `${event ? `event: ${event}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}
