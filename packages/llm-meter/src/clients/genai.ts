// Meters the client of Google: `apiClient.apiCall` of the instance is one logical call, the fetch it is given one attempt.
import { openCall } from '../begin.js'
import { type Call, insideCall, within } from '../call.js'
import type { Core } from '../core.js'
import { recognise } from '../recognise.js'
import { abortKind, sendAttempt } from '../transport/attempt.js'

type ApiCall = (url: string, init: RequestInit, ...rest: unknown[]) => Promise<Response>

export interface GenaiClient {
  apiClient: { apiCall: ApiCall }
}

/** Places of the parameters that version 2 added. */
const TIMEOUT = 1
const SIGNAL = 2
const FETCH = 3

export function isGenai(client: object): client is GenaiClient {
  return typeof (client as Partial<GenaiClient>).apiClient?.apiCall === 'function'
}

/** Meters the instance; returns the undo. */
export function meterGenai(core: Core, { apiClient }: GenaiClient): () => void {
  const original = apiClient.apiCall
  // From version 2 on each attempt goes through a fetch that the caller may name.
  const takesFetch = original.length >= 6

  const apiCall: ApiCall = async (url, init, ...rest) => {
    const pass = () => original.call(apiClient, url, init, ...rest)
    if (insideCall()) return pass()
    const body = once(() => parse(init.body))
    const target = recognise((init.method ?? 'GET').toUpperCase(), url, body)
    if (!target || target.retrieves !== undefined) return pass()
    const signal = (takesFetch ? rest[SIGNAL] : init.signal) as AbortSignal | undefined
    const { call, model } = await openCall(core, target, body(), signal)
    const address =
      model === undefined ? url : url.replace(`/models/${encodeURIComponent(target.model)}:`, `/models/${encodeURIComponent(model)}:`)
    const timeout = takesFetch ? rest[TIMEOUT] : headerOf(init, 'X-Server-Timeout')
    call.timedOut = () => ranOut(call.startedAt, timeout, signal, takesFetch)
    try {
      const send = ((input: string, sent: RequestInit) => {
        const inner = (rest[FETCH] as typeof fetch | undefined) ?? globalThis.fetch
        return sendAttempt(call, inner, input, sent)
      }) as typeof fetch
      let response: Response
      if (takesFetch) {
        const given = [...rest]
        given.length = Math.max(given.length, FETCH + 1)
        given[FETCH] = send
        response = await within(call, () => original.call(apiClient, address, init, ...given))
      } else {
        response = await sendAttempt(call, (input, sent) => original.call(apiClient, input as string, counting(call, sent)), address, init)
      }
      call.final = true
      return response
    } catch (error) {
      if (!call.settled) {
        const kind = call.timedOut() ? 'timeout' : call.status !== undefined && call.status >= 400 ? 'status' : abortKind(signal, error)
        if (kind === 'aborted') call.settle('aborted')
        else call.fail(kind === 'status' ? (call.errorType ?? String(call.status)) : kind)
      }
      throw error
    }
  }
  Object.defineProperty(apiClient, 'apiCall', { value: apiCall, configurable: true, writable: true, enumerable: false })
  return () => {
    if (apiClient.apiCall === apiCall) Reflect.deleteProperty(apiClient, 'apiCall')
  }
}

/** Version 1 waits at least a second before it sends again. */
const SAME_ATTEMPT_MS = 500

/** Version 1 sends again by itself, through the global fetch: each attempt reads the method of its request anew. */
function counting(call: Call, init: RequestInit | undefined): RequestInit {
  const method = init?.method
  let last: number | undefined
  const read = (): string | undefined => {
    const now = performance.now()
    if (last !== undefined && now - last > SAME_ATTEMPT_MS) call.attempt('unknown')
    last = now
    return method
  }
  return Object.defineProperty({ ...init }, 'method', { get: read, enumerable: true, configurable: true }) as RequestInit
}

/** The client aborts for its own time-out and for the caller's signal alike: told apart by the caller's signal, or by the time that went by. */
function ranOut(startedAt: number, timeout: unknown, signal: AbortSignal | undefined, ownSignal: boolean): boolean {
  const limit =
    typeof timeout === 'number' ? timeout : timeout === undefined || timeout === null ? undefined : Number(timeout) * 1000 - 1000
  if (limit === undefined || !(limit >= 0)) return false
  if (ownSignal && signal?.aborted) return false
  return performance.now() - startedAt >= limit * 0.95
}

function headerOf(init: RequestInit, name: string): string | undefined {
  return init.headers instanceof Headers ? (init.headers.get(name) ?? undefined) : undefined
}

function parse(body: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof body !== 'string') return undefined
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
