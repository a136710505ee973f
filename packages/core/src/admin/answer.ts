// One request on the admin listener: checked, read, answered piece by piece.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isLoopback } from './options.js'
import type { AdminPage, AdminReply } from './types.js'

export interface AnswerSettings {
  readonly pages: Readonly<Record<string, AdminPage>>
  readonly allowed: (authorization: string | undefined) => boolean
  /** The listener is on loopback without a key: any program here may call, but no web page may make a browser call. */
  readonly local: boolean
}

const MAX_BODY = 65_536
/** Longest stretch of writing before other work has its turn, in milliseconds. */
const SLICE_MS = 1
const PLAIN = 'text/plain; charset=utf-8'

/** Answers a request; never rejects. */
export async function answer(request: IncomingMessage, response: ServerResponse, settings: AnswerSettings): Promise<void> {
  try {
    await write(response, await replyTo(request, settings), request.method === 'HEAD')
  } catch {
    if (response.headersSent) response.destroy()
    else await write(response, plain(500, 'this page failed'), false).catch(() => response.destroy())
  }
}

async function replyTo(request: IncomingMessage, { pages, allowed, local }: AnswerSettings): Promise<AdminReply> {
  const { headers, method = 'GET', url = '/' } = request
  if (!allowed(headers.authorization)) return { ...plain(401, 'a bearer token is needed'), headers: { 'www-authenticate': 'Bearer' } }
  // A page of the web may point its own name at 127.0.0.1, or post a form to it.
  if (local && !isLocalName(headers.host)) return plain(403, 'call this listener by a name of loopback, or set a token')
  if (local && headers.origin !== undefined && method !== 'GET' && method !== 'HEAD')
    return plain(403, 'browsers may only read here, or set a token')
  const queryAt = url.indexOf('?')
  const path = queryAt < 0 ? url : url.slice(0, queryAt)
  const page = Object.hasOwn(pages, path) ? pages[path]! : undefined
  if (!page) return plain(404, `no such page; there are ${Object.keys(pages).join(' ')}`)
  const body = await readBody(request)
  if (body === undefined) return plain(413, `a body here has at most ${MAX_BODY} bytes`)
  return page({ method, path, headers, body, query: new URLSearchParams(queryAt < 0 ? '' : url.slice(queryAt + 1)) })
}

function isLocalName(host: string | undefined): boolean {
  return host !== undefined && isLoopback(host.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > MAX_BODY) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

async function write(response: ServerResponse, reply: AdminReply, head: boolean): Promise<void> {
  const { status = 200, type = PLAIN, headers, body } = reply
  // It comes after `finish`, so after all bytes were taken, or when the connection is gone.
  if (reply.done) response.once('close', () => reply.done!())
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers })
  if (head) return void response.end()
  if (typeof body === 'string') return void response.end(body)
  let slice = performance.now()
  for await (const piece of body) {
    if (response.destroyed) return
    // A peer that reads fast empties the socket within the same turn: `drain` alone would never let anybody else have one.
    if (!response.write(piece)) await drained(response)
    if (performance.now() - slice < SLICE_MS) continue
    await new Promise((resolve) => setImmediate(resolve))
    slice = performance.now()
  }
  response.end()
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

function plain(status: number, text: string): AdminReply {
  return { status, body: `${text}\n` }
}
