// Watches one response: holds its head until the first byte of the body, and keeps a copy of the body up to a bound.
import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'

export interface Capture {
  /** Called once, before the head goes out. The body is there when it comes in one piece. True: the body is not to be sent. */
  onHead(body: Uint8Array | undefined): boolean
  /** Called once, after all went out; without a body when it was too large or cut off. */
  onEnd(body: Uint8Array | undefined): void
}

type Written = readonly [chunk?: unknown, encoding?: unknown, callback?: unknown]

/** The response is the handler's: all its methods work as before. */
export function capture(response: ServerResponse, maxBytes: number, { onHead, onEnd }: Capture): void {
  const { writeHead, write, end, flushHeaders } = response
  let chunks: Uint8Array[] | undefined = []
  let size = 0
  let headed = false
  let muted = false
  let ended = false

  const keep = (chunk: unknown, encoding: unknown) => {
    if (!chunks || chunk === undefined || chunk === null || typeof chunk === 'function') return
    const bytes = bytesOf(chunk, encoding)
    size += bytes.length
    if (size > maxBytes) chunks = undefined
    else chunks.push(bytes)
  }
  const whole = () => chunks && Buffer.concat(chunks)
  const head = (body: Uint8Array | undefined) => {
    if (headed) return
    headed = true
    response.writeHead = writeHead
    try {
      muted = onHead(body)
    } catch {
      // Headers that cannot be set cost the caching, not the answer.
    }
  }
  const done = (body: Uint8Array | undefined) => {
    if (ended) return
    ended = true
    onEnd(body)
  }

  // The head waits for the body. Whoever writes it early only sets status and headers; a later error may still change them.
  response.writeHead = function held(this: ServerResponse, status: number, ...rest: unknown[]) {
    const headers = typeof rest[0] === 'string' ? rest[1] : rest[0]
    if (typeof rest[0] === 'string') response.statusMessage = rest[0]
    response.statusCode = status
    for (const [name, value] of pairsOf(headers)) response.setHeader(name, value)
    return response
  } as ServerResponse['writeHead']
  response.flushHeaders = function flush() {
    head(undefined)
    Reflect.apply(flushHeaders, response, [])
  }
  response.write = function written(...values: Written) {
    head(undefined)
    keep(values[0], values[1])
    if (!muted) return Reflect.apply(write, response, values) as boolean
    const callback = values.find((value) => typeof value === 'function') as (() => void) | undefined
    if (callback) process.nextTick(callback)
    return true
  } as ServerResponse['write']
  response.end = function finished(...values: Written) {
    if (response.writableEnded) return Reflect.apply(end, response, values) as ServerResponse
    keep(values[0], values[1])
    const body = whole()
    head(body)
    const rest = muted ? values.filter((value) => typeof value === 'function') : values
    const result = Reflect.apply(end, response, rest) as ServerResponse
    done(body)
    return result
  } as ServerResponse['end']
  response.once('close', () => done(undefined))
}

function bytesOf(chunk: unknown, encoding: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  // A copy: who writes may use its memory again.
  return Buffer.from(chunk as Uint8Array)
}

/** The headers of `writeHead`: an object, a flat list, or a list of pairs. */
function pairsOf(headers: unknown): [string, OutgoingHttpHeader][] {
  if (Array.isArray(headers)) {
    if (Array.isArray(headers[0])) return headers as [string, OutgoingHttpHeader][]
    return headers.flatMap((name, index) => (index % 2 === 0 ? [[String(name), headers[index + 1]] as [string, OutgoingHttpHeader]] : []))
  }
  const known = Object.entries((headers ?? {}) as OutgoingHttpHeaders)
  return known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, OutgoingHttpHeader]]))
}
