// Sends bodies to an HTTP collector over kept-alive connections; every answer becomes a verdict, nothing is thrown.
import http from 'node:http'
import https from 'node:https'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import type { Verdict } from './delivery.js'

export interface Transport {
  send(body: Uint8Array, timeoutMs: number): Promise<Verdict>
  close(): void
}

export interface TransportOptions {
  url: URL
  headers: Record<string, string>
  contentType: string
  tls?: Tls
  /** Bodies are compressed, by a thread of the pool. @default false */
  gzip?: boolean
}

/** PEM texts or files' contents for a collector behind TLS. */
export interface Tls {
  ca?: string | Buffer
  cert?: string | Buffer
  key?: string | Buffer
}

// Kept from before anyone patches the modules: our own requests are no work of the application.
const requests = { 'http:': http.request, 'https:': https.request }
const MOST_SOCKETS = 2
export const GZIPPED = { 'content-encoding': 'gzip' }
const compressed = promisify(zlib.gzip)
// An answer is a few bytes; whoever sends more is not listened to.
const LONGEST_ANSWER = 65_536
const RETRYABLE = new Set([429, 502, 503, 504])

export function createTransport({ url, headers, contentType, tls = {}, gzip = false }: TransportOptions): Transport {
  const secure = url.protocol === 'https:'
  const settings = { keepAlive: true, maxSockets: MOST_SOCKETS, scheduling: 'lifo' as const }
  const agent = secure ? new https.Agent({ ...settings, ...tls }) : new http.Agent(settings)
  const quiet = suppressTracing(ROOT_CONTEXT)
  const request = requests[secure ? 'https:' : 'http:']
  const encoding = gzip ? GZIPPED : {}
  const post: Transport['send'] = (body, timeoutMs) =>
    context.with(
      quiet,
      () =>
        new Promise<Verdict>((resolve) => {
          let settled = false
          const settle = (verdict: Verdict): void => {
            if (settled) return
            settled = true
            clearTimeout(timer)
            resolve(verdict)
          }
          let giveUp = (): void => settle({ status: 'retry', problem: `no answer within ${timeoutMs} ms` })
          const timer = setTimeout(() => {
            giveUp()
            outgoing?.destroy()
          }, timeoutMs)
          // An export alone never keeps a process running.
          timer.unref()
          let outgoing: http.ClientRequest | undefined
          try {
            outgoing = request(url, {
              method: 'POST',
              agent,
              headers: { ...headers, ...encoding, 'content-type': contentType, 'content-length': body.length }
            })
            outgoing.on('socket', (socket) => socket.unref())
            outgoing.on('error', (error) =>
              settle({ status: 'retry', problem: error.message || String((error as { code?: unknown }).code) })
            )
            outgoing.on('response', (response) => {
              giveUp = readAnswer(response, settle)
            })
            outgoing.end(body)
          } catch (error) {
            settle({ status: 'drop', reason: 'backend', problem: String(error) })
          }
        })
    )
  return {
    send: gzip ? async (body, timeoutMs) => post(await compressed(body), timeoutMs) : post,
    close: () => agent.destroy()
  }
}

/** Returns what settles it at once: a status without the rest of its answer says enough, and the spans are not sent twice. */
function readAnswer(response: http.IncomingMessage, settle: (verdict: Verdict) => void): () => void {
  const chunks: Buffer[] = []
  let size = 0
  const finish = (): void => settle(verdictOf(response, Buffer.concat(chunks)))
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > LONGEST_ANSWER) {
      finish()
      response.destroy()
    } else chunks.push(chunk)
  })
  response.on('end', finish)
  response.on('close', finish)
  response.on('error', finish)
  return finish
}

function verdictOf(response: http.IncomingMessage, answer: Buffer): Verdict {
  const status = response.statusCode ?? 0
  if (status >= 200 && status < 300) return { status: 'ok', rejected: rejectedSpans(answer, response.headers['content-type']) }
  const problem = `the collector answered ${status}`
  if (RETRYABLE.has(status)) return { status: 'retry', problem, afterMs: retryAfter(response.headers['retry-after']) }
  return { status: 'drop', reason: status >= 500 ? 'backend' : 'rejected', problem }
}

function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** `partial_success.rejected_spans` of an ExportTraceServiceResponse; 0 for anything else. */
function rejectedSpans(answer: Buffer, type: string | undefined): number {
  if (answer.length === 0) return 0
  if (type?.includes('json')) {
    try {
      const parsed = JSON.parse(answer.toString()) as { partialSuccess?: { rejectedSpans?: unknown } } | null
      return count(Number(parsed?.partialSuccess?.rejectedSpans ?? 0))
    } catch {
      return 0
    }
  }
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; at < answer.length && scale < 2 ** 64; scale *= 0x80) {
      const byte = answer[at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    return Number.NaN
  }
  // Field 1, a message of some length whose field 1 is the number; a text why may follow.
  if (varint() !== 0x0a || Number.isNaN(varint()) || varint() !== 0x08) return 0
  return count(varint())
}

function count(value: number): number {
  return Number.isSafeInteger(value) && value > 0 ? value : 0
}
