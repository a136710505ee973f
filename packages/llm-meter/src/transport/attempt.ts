// Sends one attempt of a call: asks for the usage of streams, taps the reply and reads the limits in its headers.
import { type Call, within } from '../call.js'
import { readRateLimit } from '../limits/headers.js'
import { textOf, withBody } from './request.js'
import { brokenBy, tapResponse } from './response.js'

type Send = (input: Parameters<typeof fetch>[0], init?: RequestInit) => Promise<Response>

/** Sends and taps. What the transport throws passes on; only a call whose attempts are all its own settles by it. */
export async function sendAttempt(call: Call, send: Send, input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  call.attempt()
  const asked = askForUsage(call, input, init)
  let response: Response
  try {
    response = await within(call, () => send(input, asked ?? init))
    if (asked && (response.status === 400 || response.status === 422) && (await rejectsOption(response))) {
      call.core.stats.oddity('option_rejected')
      remember(call.core.refusing, serverOf(input))
      response = await within(call, () => send(input, init))
      return received(call, response, init, false)
    }
  } catch (error) {
    const kind = abortKind(init?.signal, error)
    if (kind !== 'aborted') call.errorType = kind
    if (call.final) call.settle(kind === 'aborted' ? 'aborted' : 'error')
    throw error
  }
  return received(call, response, init, asked !== undefined)
}

function received(call: Call, response: Response, init: RequestInit | undefined, strip: boolean): Response {
  call.status = response.status
  call.touchedAt = performance.now()
  const rateLimit = readRateLimit(response.headers, call.target.provider)
  if (rateLimit) {
    call.rateLimit = rateLimit
    call.core.limits.observe(call.target.provider, call.target.model, rateLimit)
  }
  call.core.limits.status(call.target.provider, call.target.model, response)
  const signal = init?.signal
  if (signal && response.ok) {
    const onAbort = (): void => {
      if ((abortKind(signal, undefined) === 'timeout' || call.timedOut?.()) && call.errorType === undefined) call.fail('timeout')
      else call.close()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    call.onSettle(() => signal.removeEventListener('abort', onAbort))
  }
  return tapResponse(response, call, strip && response.ok)
}

/** How a transfer that failed under this signal ended. */
export function abortKind(signal: AbortSignal | null | undefined, error: unknown): 'aborted' | 'timeout' | 'connection' {
  if (signal?.aborted) return (signal.reason as { name?: unknown } | undefined)?.name === 'TimeoutError' ? 'timeout' : 'aborted'
  const kind = brokenBy(error)
  return kind === 'parse' ? 'connection' : kind
}

const OPTION = '"stream_options":{"include_usage":true}'

/** The same request with `include_usage`, unless it says so itself or its server refuses. */
function askForUsage(call: Call, input: Parameters<typeof fetch>[0], init: RequestInit | undefined): RequestInit | undefined {
  const { target, core } = call
  if (!core.streamUsage || !target.stream || (target.dialect !== 'chat' && target.dialect !== 'completions')) return undefined
  const body = textOf(init?.body)
  if (body?.[0] !== '{' || core.refusing.has(serverOf(input))) return undefined
  if (body.includes('"stream_options"')) {
    const options = optionsOf(body)
    // A caller that turned it off gets it on for us and hidden for itself; one that turned it on is left alone.
    if (options === undefined || options['include_usage'] === true) return undefined
    const parsed = JSON.parse(body) as Record<string, unknown>
    return withBody(init, JSON.stringify({ ...parsed, stream_options: { ...options, include_usage: true } }))
  }
  return withBody(init, body.length > 2 ? `{${OPTION},${body.slice(1)}` : `{${OPTION}}`)
}

function optionsOf(body: string): Record<string, unknown> | undefined {
  try {
    const options = (JSON.parse(body) as { stream_options?: unknown }).stream_options
    return options === undefined || options === null ? {} : typeof options === 'object' ? (options as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

async function rejectsOption(response: Response): Promise<boolean> {
  try {
    return /stream_options|include_usage/.test(await response.clone().text())
  } catch {
    return false
  }
}

const MAX_SERVERS = 500

function remember(servers: Set<string>, server: string): void {
  if (servers.size >= MAX_SERVERS) servers.clear()
  servers.add(server)
}

function serverOf(input: Parameters<typeof fetch>[0]): string {
  const address = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url
  return address.split('?')[0]!
}
