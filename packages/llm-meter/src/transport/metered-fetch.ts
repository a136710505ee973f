// A fetch that meters: for AI SDK providers, LangChain and any other client that takes one.
import { openCall } from '../begin.js'
import { type Call, insideCall } from '../call.js'
import { watchRetrieval } from '../clients/stainless.js'
import type { Core } from '../core.js'
import { retryAfterMs } from '../limits/headers.js'
import { recognise } from '../recognise.js'
import { sendAttempt } from './attempt.js'
import { headerOf, textOf, withBody } from './request.js'
import { placeInTime, watchTimer } from './time-outs.js'

/** How long a failed attempt of a client that retries waits for its retry, beyond what the server asks: the AI SDK and LangChain begin with 2 s and double. */
const FIRST_MS = 2000
const MOST_MS = 60_000
const SLACK_MS = 1000
const MAX_WAITING = 1000

interface Waiting {
  call: Call
  timer: NodeJS.Timeout
}

export function createMeteredFetch(core: Core): typeof fetch {
  const waiting = new Map<string, Waiting[]>()

  const resume = (key: string): Call | undefined => {
    const list = waiting.get(key)
    const entry = list?.shift()
    if (list?.length === 0) waiting.delete(key)
    if (!entry) return undefined
    clearTimeout(entry.timer)
    return entry.call.settled ? undefined : entry.call
  }

  /** Keeps a failed call open for its retry; without one it settles as it failed. */
  const awaitRetry = (key: string, call: Call, ms: number): void => {
    if (waiting.size >= MAX_WAITING) return call.fail(call.errorType ?? String(call.status ?? 'connection'))
    call.restingSince = performance.now()
    const give = (): void => {
      const list = waiting.get(key)?.filter((entry) => entry.call !== call) ?? []
      if (list.length > 0) waiting.set(key, list)
      else waiting.delete(key)
      if (!call.settled) call.fail(call.errorType ?? String(call.status ?? 'connection'))
    }
    const entry = { call, timer: setTimeout(give, ms) }
    entry.timer.unref()
    call.onSettle(() => clearTimeout(entry.timer))
    waiting.set(key, [...(waiting.get(key) ?? []), entry])
  }

  return function meteredFetch(input, init) {
    const place = init?.signal ? placeInTime() : 0
    return insideCall() ? globalThis.fetch(input, init) : metered(input, init, place)
  }

  async function metered(input: Parameters<typeof fetch>[0], init: RequestInit | undefined, place: number): Promise<Response> {
    const send = globalThis.fetch
    const request = typeof input === 'object' && 'url' in input ? input : undefined
    const address = request ? request.url : String(input)
    const method = (init?.method ?? request?.method ?? 'GET').toUpperCase()
    const unread = request && init?.body === undefined && recognise(method, address, () => undefined)
    const own = unread ? await read(request) : undefined
    const text = own ?? textOf(init?.body)
    const body = parse(text)
    const target = recognise(method, address, () => body)
    if (!target) return send(input, init)
    if (target.retrieves !== undefined) return watchRetrieval(core, target.retrieves, { response: await send(input, init) }).response
    const headers = init?.headers ?? request?.headers
    const retries = retriesItself(headers)
    const key = retries ? `${address}\n${text ?? ''}` : ''
    let call = retries ? resume(key) : undefined
    // The text of a Request is sent in its place, so that it can be asked for its usage.
    let sent = own === undefined || own === '' ? init : { ...init, body: own }
    if (!call) {
      const opened = await openCall(core, target, body, init?.signal)
      call = opened.call
      if (opened.model !== undefined && body) sent = withBody(init, JSON.stringify({ ...body, model: opened.model }))
    }
    call.final = !retries
    const timer = init?.signal ? watchTimer(init.signal, place) : undefined
    if (timer) {
      call.timedOut = timer.ranOut
      call.onSettle(timer.release)
    }
    try {
      const response = await sendAttempt(call, send, input, sent)
      if (retries && isRetryable(response.status)) awaitRetry(key, call, windowOf(call) + (retryAfterMs(response.headers) ?? 0))
      else call.final = true
      return response
    } catch (error) {
      if (!call.settled) {
        if (init?.signal?.aborted && call.errorType === undefined) {
          if (!timer?.ranOut() && !ranOut(headers, call)) call.settle('aborted')
          else call.errorType = 'timeout'
        }
        if (retries && !call.settled) awaitRetry(key, call, windowOf(call))
      }
      throw error
    }
  }
}

function windowOf({ attempts }: Call): number {
  return Math.min(MOST_MS, FIRST_MS * 2 ** (attempts - 1)) + SLACK_MS
}

/** These clients abort for their own time-out too, and say how many whole seconds it is. */
function ranOut(headers: unknown, { touchedAt }: Call): boolean {
  const seconds = Number(headerOf(headers, 'x-stainless-timeout'))
  const elapsed = performance.now() - touchedAt
  return elapsed >= seconds * 950 && elapsed <= (seconds + 1) * 1000 + SLACK_MS
}

function isRetryable(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500
}

/** Clients that send a failed request again by themselves say who they are. */
function retriesItself(headers: unknown): boolean {
  return headerOf(headers, 'x-stainless-retry-count') !== undefined || (headerOf(headers, 'user-agent') ?? '').includes('ai-sdk/')
}

async function read(request: Request): Promise<string | undefined> {
  try {
    return await request.clone().text()
  } catch {
    return undefined
  }
}

function parse(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
