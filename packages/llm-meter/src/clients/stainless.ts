// Meters the clients of OpenAI and Anthropic: `makeRequest` of the instance is one logical call, its `fetch` one attempt.
import { openCall } from '../begin.js'
import { activeCall, type Call, insideCall, within } from '../call.js'
import type { Core } from '../core.js'
import { recognise } from '../recognise.js'
import { sendAttempt } from '../transport/attempt.js'
import { tapResponse } from '../transport/response.js'
import { isAborted, isTimedOut } from './failures.js'

interface RequestOptions {
  method?: string
  path?: string
  body?: unknown
  signal?: AbortSignal | null
  fetchOptions?: object
}
interface Answer {
  response?: Response
}
type MakeRequest = (
  this: StainlessClient,
  options: RequestOptions | Promise<RequestOptions>,
  retries: number | null,
  retryOf: string | undefined,
  ...rest: unknown[]
) => Promise<Answer>

/** The members of the client that metering stands on; a contract test over the supported majors holds them. */
export interface StainlessClient {
  makeRequest: MakeRequest
  fetch: typeof fetch
  withOptions?: (this: StainlessClient, options: object) => object
  baseURL?: string
  getUserAgent?: () => string
  apiVersion?: string
  deploymentName?: string
  _tracer?: unknown
}

const SUPPORTED: Readonly<Record<string, readonly [number, number]>> = { OpenAI: [5, 7], AzureOpenAI: [5, 7], Anthropic: [0, 1] }

export function isStainless(client: object): client is StainlessClient {
  const { makeRequest, fetch: send, withOptions } = client as Partial<StainlessClient>
  return typeof makeRequest === 'function' && typeof send === 'function' && typeof withOptions === 'function'
}

/** Whether this major is one that the contract test knows. A client that hides its version is taken by its shape. */
export function isSupported(client: StainlessClient): boolean {
  const match = /^(\w+)\/JS (\d+)\./.exec(agentOf(client))
  const range = match && SUPPORTED[match[1]!]
  return !range || (Number(match[2]) >= range[0] && Number(match[2]) <= range[1])
}

function agentOf(client: StainlessClient): string {
  try {
    return String(client.getUserAgent?.() ?? '')
  } catch {
    return ''
  }
}

/** Meters the instance; returns the undo. `onClone` meters what `withOptions` makes. */
export function meterStainless(core: Core, client: StainlessClient, silence: boolean, onClone: (clone: object) => object): () => void {
  // A clone is given the fetch of the client that it comes from: metered twice, an attempt would count twice.
  const original = {
    makeRequest: client.makeRequest,
    fetch: bareFetch(client.fetch),
    withOptions: client.withOptions,
    tracer: client._tracer
  }
  const azure = typeof client.apiVersion === 'string' && 'deploymentName' in client

  // On `this`: a client behind a proxy runs on what the proxy stands for, which alone has its private members.
  const makeRequest: MakeRequest = async function (given, retries, retryOf, ...rest) {
    const pass = () => original.makeRequest.call(this, given, retries, retryOf, ...rest)
    // A retry runs inside its call already.
    if (retryOf !== undefined || insideCall()) return pass()
    let options: RequestOptions
    try {
      options = await given
    } catch {
      return pass()
    }
    const body = objectOf(options.body)
    const path = options.path ?? ''
    const address = /^https?:/.test(path) ? path : (client.baseURL ?? '') + path
    const target = recognise((options.method ?? 'get').toUpperCase(), address, () => body)
    if (!target) return pass()
    if (azure) target.provider = 'azure.ai.openai'
    if (target.retrieves !== undefined) return watchRetrieval(core, target.retrieves, await pass())
    const { call, model } = await openCall(core, target, options.body, options.signal)
    const { signal } = options
    if (signal) call.timedOut = () => isTimeout(signal)
    options = { ...options, fetchOptions: { ...options.fetchOptions, [CALL]: call } }
    if (model !== undefined && body) options.body = { ...body, model }
    try {
      const answer = await within(call, () => original.makeRequest.call(this, options, retries, retryOf, ...rest))
      // Middleware of the application answered without a request.
      if (call.attempts === 0 && answer.response) tapResponse(answer.response, call, false)
      return answer
    } catch (error) {
      settleFailure(call, error, signal)
      throw error
    }
  }

  const send: typeof fetch = (input, init) => {
    const call = takeCall(init) ?? activeCall()
    return call && !call.settled ? sendAttempt(call, original.fetch, input, init) : original.fetch(input, init)
  }

  Object.defineProperty(send, BARE, { value: original.fetch })
  define(client, 'makeRequest', makeRequest)
  define(client, 'fetch', send)
  if (original.withOptions) {
    const withOptions = original.withOptions
    define(client, 'withOptions', function (this: StainlessClient, options: object) {
      return onClone(withOptions.call(this, options))
    })
  }
  if (silence && original.tracer) define(client, '_tracer', undefined)
  return () => {
    if (client.makeRequest !== makeRequest) return
    Reflect.deleteProperty(client, 'makeRequest')
    Reflect.deleteProperty(client, 'withOptions')
    define(client, 'fetch', original.fetch)
    if (silence && original.tracer) define(client, '_tracer', original.tracer)
  }
}

/** The call travels to its attempts with the options of the request. */
const CALL = Symbol.for('@rag/llm-meter/call/1')

/** The call of a request; what the transport is given does not show it. */
function takeCall(init: (RequestInit & { [CALL]?: Call }) | undefined): Call | undefined {
  const call = init?.[CALL]
  if (call) Reflect.deleteProperty(init!, CALL)
  return call
}

const BARE = Symbol.for('@rag/llm-meter/bare-fetch/1')

function bareFetch(send: typeof fetch & { [BARE]?: typeof fetch }): typeof fetch {
  return send[BARE] ?? send
}

/** A GET of a stored response settles the background call that made it, once. */
export function watchRetrieval<T extends Answer>(core: Core, id: string, answer: T): T {
  const call = core.background.get(id)
  if (call && !call.settled && answer.response?.ok) tapResponse(answer.response, call, false)
  return answer
}

/** Whether the caller's own signal was one of `AbortSignal.timeout()`. */
function isTimeout(signal: AbortSignal | null | undefined): boolean {
  return signal?.aborted === true && (signal.reason as { name?: unknown } | undefined)?.name === 'TimeoutError'
}

function settleFailure(call: Call, error: unknown, signal: AbortSignal | null | undefined): void {
  if (call.settled) return
  const { status, type, code } = (error ?? {}) as { status?: unknown; type?: unknown; code?: unknown }
  if (typeof status === 'number') call.status = status
  if (isTimedOut(error) || isTimeout(signal)) return call.fail('timeout', undefined)
  if (signal?.aborted || isAborted(error)) {
    call.errorType = undefined
    return call.settle('aborted')
  }
  const named = [type, code].find((value) => typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)) as string | undefined
  if (typeof status === 'number') return call.fail(named ?? call.errorType ?? String(status))
  call.fail(call.errorType ?? 'connection')
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined
}

function define(client: object, name: string, value: unknown): void {
  Object.defineProperty(client, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: Object.prototype.propertyIsEnumerable.call(client, name)
  })
}
