// undici: a dispatcher that the application made, or every request of any copy of undici in the process.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { context } from '@opentelemetry/api'
import { contextOf } from '../context.js'
import { RagError } from '../errors.js'
import { type Observers, observerList } from '../observer.js'
import type { Operation } from '../operation.js'
import { noteCall, placeOfCall } from './call.js'
import type { ClientSettings } from './observe-client.js'
import { announcedAbove, carriesTrace, endAnswered, endFailed, type Outgoing, startOutgoing, traceHeaders } from './outgoing.js'
import { patchMethod } from './patch.js'
import { type Target, targetOf } from './target.js'

interface DispatchOptions {
  origin?: unknown
  path?: unknown
  method?: unknown
  headers?: unknown
}
type Handler = object

export function isUndici(client: object): boolean {
  const shape = client as { dispatch?: unknown; compose?: unknown; close?: unknown; destroy?: unknown }
  return typeof shape.dispatch === 'function' && typeof shape.close === 'function' && typeof shape.destroy === 'function'
}

/** Records each request that goes through `dispatch` of a Client, Pool, Agent or ProxyAgent. */
export function observeUndici(client: object, { observers }: ClientSettings): () => void {
  if (isComposed(client))
    throw new RagError('RAG_CORE_CLIENT', {
      option: 'client',
      value: 'a composed dispatcher',
      problem: 'what compose() returns cannot be instrumented in place: it hands its members through to the dispatcher underneath',
      fix: 'observe the dispatcher underneath first: observeClient(new Agent(), options).compose(...)'
    })
  return patchMethod(
    client,
    'dispatch',
    (original) =>
      function dispatch(this: unknown, options: DispatchOptions, handler: Handler) {
        const pass = (given: DispatchOptions, watching: Handler): unknown => Reflect.apply(original, this, [given, watching] as never[])
        const place = placeOfCall()
        const target = targetFor(options, this)
        if (place === 'unrecorded' || !target || typeof handler !== 'object' || handler === null || announcedAbove(observers))
          return pass(options, handler)
        const method = String(options.method ?? 'GET').toUpperCase()
        if (place)
          return noteCall(place, 'http.call', { method, host: target.hostname }, () =>
            pass(withTrace(options, traceHeaders(context.active(), place, target.host)), handler)
          )
        const operation = startOutgoing(method, target, observers)
        const active = contextOf(operation as unknown as Operation)
        const given = withTrace(options, traceHeaders(active, operation as unknown as Operation, target.host))
        try {
          return context.with(active, () => pass(given, watch(handler, operation)))
        } catch (error) {
          endFailed(operation, error)
          throw error
        }
      } as never
  )
}

/** A composed dispatcher calls another `dispatch` than the one that it or its class has. */
function isComposed(client: object): boolean {
  for (let holder: object | null = client; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    const own = Object.getOwnPropertyDescriptor(holder, 'dispatch')
    if (own) return own.value !== undefined && own.value !== (client as { dispatch: unknown }).dispatch
  }
  return false
}

/** The handler with its first answer and its end looked at: undici 5 and 6 call `onHeaders` and `onError`, 7 and later `onResponseStart` and `onResponseError`. */
function watch(handler: Handler, operation: Outgoing): Handler {
  const seen: Record<string, (values: unknown[]) => void> = {
    onHeaders: ([status]) => answered(status),
    onResponseStart: ([, status]) => answered(status),
    onUpgrade: ([status]) => endAnswered(operation, Number(status), undefined),
    onRequestUpgrade: ([, status]) => endAnswered(operation, Number(status), undefined),
    onError: ([error]) => endFailed(operation, error),
    onResponseError: ([, error]) => endFailed(operation, error)
  }
  const answered = (status: unknown): void => {
    // 1xx is not the answer yet.
    if (Number(status) >= 200) endAnswered(operation, Number(status), undefined)
  }
  return new Proxy(handler, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      const look = typeof name === 'string' ? seen[name] : undefined
      return (...values: unknown[]) => {
        look?.(values)
        return Reflect.apply(value, target, values) as unknown
      }
    }
  })
}

interface UndiciRequest {
  origin?: unknown
  path?: unknown
  method?: unknown
  headers?: unknown
  addHeader?(name: string, value: string): unknown
}

/** Records what any undici in the process sends, Node's own included, unless a client above has done so. Returns the undo. */
export function observeUndiciRequests(observers: Observers): () => void {
  const list = observerList(observers)
  const running = new WeakMap<object, Outgoing>()
  const listeners: Record<string, (message: Message) => void> = {
    'undici:request:create': ({ request }) => {
      const target = targetFor(request, undefined)
      if (!target || placeOfCall() !== undefined || announcedAbove(list) || carriesTrace(request.headers)) return
      const operation = startOutgoing(String(request.method ?? 'GET').toUpperCase(), target, list)
      running.set(request, operation)
      const active = contextOf(operation as unknown as Operation)
      const headers = traceHeaders(active, operation as unknown as Operation, target.host)
      for (const name of Object.keys(headers)) request.addHeader?.(name, headers[name]!)
    },
    'undici:request:headers': ({ request, response }) => {
      const operation = running.get(request)
      if (operation) endAnswered(operation, response?.statusCode ?? 0, undefined)
    },
    'undici:request:error': ({ request, error }) => {
      const operation = running.get(request)
      if (operation) endFailed(operation, error)
    }
  }
  const guarded = Object.entries(listeners).map(([channel, listen]) => {
    // What a subscriber throws becomes an uncaught exception of the application.
    const listener = (message: unknown): void => {
      try {
        listen(message as Message)
      } catch {
        // The call is not recorded.
      }
    }
    subscribe(channel, listener)
    return () => unsubscribe(channel, listener)
  })
  return () => {
    for (const undo of guarded) undo()
  }
}

interface Message {
  request: UndiciRequest
  response?: { statusCode?: number }
  error?: unknown
}

/** A Client and a Pool know their origin, the options of an Agent carry it. */
function targetFor({ origin, path }: DispatchOptions, dispatcher: unknown): Target | undefined {
  try {
    const own = Object.getOwnPropertySymbols(dispatcher ?? {}).find(({ description }) => description === 'url')
    const base = origin ?? (own && (dispatcher as Record<symbol, unknown>)[own])
    return targetOf(new URL(String(path ?? '/'), String(base)))
  } catch {
    return undefined
  }
}

function withTrace(options: DispatchOptions, trace: Record<string, string>): DispatchOptions {
  const { headers } = options
  if (Object.keys(trace).length === 0) return options
  // A flat list of names and values, as undici takes it.
  if (Array.isArray(headers)) {
    const names = new Set(headers.filter((_, index) => index % 2 === 0).map((name) => String(name).toLowerCase()))
    return {
      ...options,
      headers: [...headers, ...Object.entries(trace).flatMap(([name, value]) => (names.has(name) ? [] : [name, value]))]
    }
  }
  const given = isIterable(headers) ? Object.fromEntries(headers) : ((headers ?? {}) as Record<string, unknown>)
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()))
  return { ...options, headers: { ...given, ...Object.fromEntries(Object.entries(trace).filter(([name]) => !names.has(name))) } }
}

function isIterable(headers: unknown): headers is Iterable<[string, unknown]> {
  return typeof (headers as { [Symbol.iterator]?: unknown } | null | undefined)?.[Symbol.iterator] === 'function'
}
