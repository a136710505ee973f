// One HTTP request to a collector; every answer becomes a verdict, nothing is thrown, and no request of ours is traced.

import http from 'node:http'
import https from 'node:https'
import { Worker } from 'node:worker_threads'
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { LONGEST_TIMER_MS } from '@rag/core'

/** What becomes of the lines of a request. */
export type Verdict =
  | { readonly is: 'taken'; readonly rejected: number }
  | { readonly is: 'refused'; readonly problem: string }
  | { readonly is: 'again'; readonly problem: string; readonly afterMs?: number }

export interface Collector {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly tls: { ca?: string | Buffer; cert?: string | Buffer; key?: string | Buffer }
}

export interface Poster {
  post(body: string, timeoutMs: number): Promise<Verdict>
  close(): void
}

// Kept from before anybody patches the modules: our own requests are no work of the application.
const requests = { 'http:': http.request, 'https:': https.request }
/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const AGAIN = new Set([429, 502, 503, 504])
/** The key by which instrumentations know what they must leave alone: https://github.com/open-telemetry/opentelemetry-js/tree/main/packages/opentelemetry-core */
const QUIET = ROOT_CONTEXT.setValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true)
const LONGEST_ANSWER = 65_536
const EXIT_WAIT_MS = 1500

export function createPoster({ url, headers, tls }: Collector): Poster {
  const secure = url.protocol === 'https:'
  const settings = { keepAlive: true, maxSockets: 2 }
  const agent = secure ? new https.Agent({ ...settings, ...tls }) : new http.Agent(settings)
  const request = requests[secure ? 'https:' : 'http:']

  function post(body: string, timeoutMs: number): Promise<Verdict> {
    return context.with(
      QUIET,
      () =>
        new Promise<Verdict>((resolve) => {
          let outgoing: http.ClientRequest | undefined
          const settle = (verdict: Verdict): void => {
            clearTimeout(timer)
            resolve(verdict)
          }
          const timer = setTimeout(
            () => {
              settle({ is: 'again', problem: `no answer within ${timeoutMs} ms` })
              outgoing?.destroy()
            },
            Math.min(timeoutMs, LONGEST_TIMER_MS)
          ).unref()
          try {
            outgoing = request(url, {
              method: 'POST',
              agent,
              headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
            })
            // A log alone keeps no process running.
            outgoing.on('socket', (socket) => socket.unref())
            outgoing.on('error', (error: NodeJS.ErrnoException) => settle({ is: 'again', problem: error.code ?? error.message }))
            outgoing.on('response', (response) => readAnswer(response, settle))
            outgoing.end(body)
          } catch (error) {
            settle({ is: 'refused', problem: String(error) })
          }
        })
    )
  }

  return { post, close: () => agent.destroy() }
}

function readAnswer(response: http.IncomingMessage, settle: (verdict: Verdict) => void): void {
  let text = ''
  const finish = (): void => settle(verdictOf(response, text))
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    if (text.length <= LONGEST_ANSWER) return
    finish()
    response.destroy()
  })
  response.on('end', finish)
  response.on('close', finish)
  response.on('error', finish)
}

function verdictOf({ statusCode = 0, headers }: http.IncomingMessage, text: string): Verdict {
  if (statusCode >= 200 && statusCode < 300) return { is: 'taken', rejected: rejectedIn(text) }
  const problem = `the collector answered ${statusCode}`
  if (!AGAIN.has(statusCode)) return { is: 'refused', problem }
  const wait = headers['retry-after']
  const ms = wait === undefined ? Number.NaN : /^\d{1,6}$/.test(wait) ? Number(wait) * 1000 : Date.parse(wait) - Date.now()
  return { is: 'again', problem, ...(ms >= 0 && { afterMs: ms }) }
}

function rejectedIn(text: string): number {
  try {
    const rejected = Number(
      (JSON.parse(text) as { partialSuccess?: { rejectedLogRecords?: unknown } } | null)?.partialSuccess?.rejectedLogRecords ?? 0
    )
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0
  } catch {
    return 0
  }
}

const POST = `
const { workerData: { url, headers, bodies, tls, answers } } = require('node:worker_threads')
const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http')
bodies.forEach((body, at) => {
  const settle = (status) => { if (Atomics.compareExchange(answers, at + 1, 0, status) === 0) { Atomics.add(answers, 0, 1); Atomics.notify(answers, 0) } }
  const outgoing = request(url, { method: 'POST', ...tls, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => {
    response.resume()
    response.on('end', () => settle(response.statusCode))
    response.on('close', () => settle(1))
  })
  outgoing.on('error', () => settle(1))
  outgoing.end(body)
})`

/** Posts while this thread waits, for the exit of the process, where nothing asynchronous runs any more. Says which bodies were taken. */
export function postAndWait({ url, headers, tls }: Collector, bodies: readonly string[]): boolean[] {
  const answers = new Int32Array(new SharedArrayBuffer(4 * (bodies.length + 1)))
  try {
    const worker = new Worker(POST, {
      eval: true,
      workerData: { url: url.href, headers: { ...headers, 'content-type': 'application/json' }, bodies, tls, answers },
      stdout: true,
      stderr: true,
      execArgv: [],
      env: {}
    })
    worker.on('error', () => {})
    const deadline = performance.now() + EXIT_WAIT_MS
    for (let done = 0; done < bodies.length; done = Atomics.load(answers, 0)) {
      const left = deadline - performance.now()
      if (left <= 0) break
      Atomics.wait(answers, 0, done, left)
    }
  } catch {
    // No worker can start: what is left is lost with the process, and counted.
  }
  return bodies.map((_, at) => answers[at + 1]! >= 200 && answers[at + 1]! < 300)
}
