// Watches a reply on the Response object itself, so that the client gets the very object that its fetch made.
import type { Call } from '../call.js'
import { readFrame } from './frames.js'
import { createScanner, latin1 } from './sse.js'
import { type Tap, tapStream } from './stream.js'
import { createStrip } from './strip.js'

/** A non-streamed body beyond this is passed on but not kept for reading. */
const MAX_BODY = 16 * 1024 * 1024
/** How long a released body waits for its next reader. */
const RELEASE_MS = 500
/** Background responses waited for at a time. */
const MAX_BACKGROUND = 1000
/** Types of replies that are read whole, also where a stream was asked for. */
const WHOLE = /json|html|xml/
const READERS = ['json', 'text', 'arrayBuffer', 'blob', 'bytes'] as const

/** A reply that nobody kept and nobody read. */
const forgotten = new FinalizationRegistry<{ call: Call; attempt: number }>(({ call, attempt }) => {
  // A failed attempt is let go of while its call goes on; so is the receipt of a background response.
  if (call.settled || call.pending || attempt !== call.attempts || (call.status ?? 0) >= 400) return
  call.core.stats.oddity('unread')
  call.settle('aborted')
})

/** Taps a reply. `strip` takes out what our request for usage put in. */
export function tapResponse(response: Response, call: Call, strip: boolean): Response {
  const streamed = isStreamed(response, call)
  forgotten.register(response, { call, attempt: call.attempts }, response)
  if (streamed) tapStreamed(response, call, strip)
  else tapWhole(response, call)
  const copy = response.clone
  own(response, 'clone', () => () => {
    // The body is tapped when it is first asked for; tapped before it is split, both halves are what the application would have seen.
    void response.body
    return copy.call(response)
  })
  return response
}

/** Clients read what they asked to be streamed as events, whatever its server calls it. */
function isStreamed(response: Response, call: Call): boolean {
  const type = (response.headers.get('content-type') ?? '').toLowerCase()
  return type.includes('text/event-stream') || (call.target.stream && response.ok && !WHOLE.test(type))
}

function tapStreamed(response: Response, call: Call, strip: boolean): void {
  const tap = streamTap(call, strip)
  const body = bodyGetter(response)
  const tapped = (): ReadableStream<Uint8Array> | null => {
    const stream = body()
    return stream && tapStream(kept(response, stream), tap)
  }
  own(response, 'body', tapped)
  for (const name of READERS) {
    if (typeof response[name as 'text'] !== 'function') continue
    own(response, name, () => () => new Response(tapped(), { headers: response.headers })[name as 'text']())
  }
}

function tapWhole(response: Response, call: Call): void {
  const tap = wholeTap(call)
  const body = bodyGetter(response)
  own(response, 'body', () => {
    const stream = body()
    return stream && tapStream(kept(response, stream), tap)
  })
  for (const name of READERS) {
    const read = response[name as 'text'] as ((this: Response) => Promise<unknown>) | undefined
    if (typeof read !== 'function') continue
    own(response, name, () => () => {
      forgotten.unregister(response)
      const result = read.call(response)
      result.then(
        (value) => settleWhole(call, value),
        (error) => settleBroken(call, error)
      )
      return result
    })
  }
}

/** Whoever has the stream may let go of the reply. */
function kept<T>(response: Response, stream: T): T {
  forgotten.unregister(response)
  return stream
}

function streamTap(call: Call, strip: boolean): Tap {
  const scanner = createScanner(call)
  const cleaner = strip ? createStrip() : undefined
  const finish = (whenOpen: 'ok' | 'aborted'): void => {
    let ended = false
    try {
      ended = scanner.ended()
    } catch {
      // Called from listeners and timers of the host, too: nothing of ours may be thrown there.
      call.core.stats.oddity('callback')
    }
    if (call.errorType !== undefined) call.settle('error')
    else call.settle(ended ? 'ok' : whenOpen)
  }
  call.close = () => finish('aborted')
  return guarded(call, {
    chunk(bytes) {
      const text = latin1(bytes)
      scanner.chunk(bytes, text)
      return cleaner ? cleaner.chunk(bytes, text) : bytes
    },
    end() {
      finish('ok')
      return cleaner?.end()
    },
    cancel: () => finish('aborted'),
    error(error) {
      if (call.errorType !== undefined) call.settle('error')
      else settleBroken(call, error)
    },
    release: () => afterRelease(call, () => finish('aborted'))
  })
}

function wholeTap(call: Call): Tap {
  let parts: Uint8Array[] | undefined = []
  let size = 0
  return guarded(call, {
    chunk(bytes) {
      size += bytes.length
      if (size > MAX_BODY) parts = undefined
      parts?.push(bytes.slice())
      call.active = true
      return bytes
    },
    end() {
      settleWhole(call, parts && Buffer.concat(parts))
      return undefined
    },
    cancel: () => {
      // A retried attempt is cancelled unread; the call goes on.
      if (call.status === undefined || call.status < 400) call.settle('aborted')
    },
    error: (error) => settleBroken(call, error),
    release: () => afterRelease(call, () => call.settle('aborted'))
  })
}

/** Clients that stop reading without a cancel only let go of their reader; another one may follow. */
function afterRelease(call: Call, finish: () => void): void {
  call.active = false
  const timer = setTimeout(() => {
    if (!call.active) finish()
  }, RELEASE_MS)
  timer.unref()
  call.onSettle(() => clearTimeout(timer))
}

/** A fault of ours costs the figures of this call, never the bytes. */
function guarded(call: Call, tap: Tap): Tap {
  let broken = false
  const attempt = <T>(run: () => T, otherwise: T): T => {
    if (broken) return otherwise
    try {
      return run()
    } catch {
      broken = true
      call.core.stats.oddity('frame_invalid')
      return otherwise
    }
  }
  return {
    chunk: (bytes) => attempt<Uint8Array | undefined>(() => tap.chunk(bytes), bytes),
    end: () => attempt<Uint8Array | undefined>(() => tap.end(), undefined),
    cancel: () => attempt(() => tap.cancel(), undefined),
    error: (error) => attempt(() => tap.error(error), undefined),
    release: () => attempt(() => tap.release(), undefined)
  }
}

/** A whole body was read: as a parsed value, a text or bytes. */
function settleWhole(call: Call, value: unknown): void {
  try {
    const body = parsed(value)
    if (body === undefined && value instanceof Blob) {
      value.text().then(
        (text) => settleWhole(call, text),
        () => call.settle('ok')
      )
      return
    }
    readFrame(call, Array.isArray(body) ? body.at(-1) : body)
    call.estimator?.answer(body)
    if (call.core.content && call.input !== undefined) call.output = call.core.content.answer(body)
  } catch {
    call.core.stats.oddity('frame_invalid')
  }
  if (call.status !== undefined && call.status >= 400) {
    call.errorType ??= String(call.status)
    // Whoever owns the retries decides whether this was the last attempt.
    if (call.final) call.settle('error')
  } else if (call.pending && call.responseId !== undefined) waitFor(call, call.responseId)
  else call.settle(call.errorType === undefined ? 'ok' : 'error')
}

/** A background response: its usage comes with a later GET. */
function waitFor(call: Call, id: string): void {
  const { background } = call.core
  if (background.size >= MAX_BACKGROUND) background.values().next().value?.settle('ok')
  background.set(id, call)
  call.onSettle(() => background.delete(id))
}

function settleBroken(call: Call, error: unknown): void {
  if (call.status !== undefined && call.status >= 400 && !call.final) return
  const kind = brokenBy(error)
  if (kind === 'aborted') call.settle('aborted')
  else call.fail(kind)
}

/** What broke a transfer: an abort, a time-out or the connection. */
export function brokenBy(error: unknown): 'aborted' | 'timeout' | 'connection' | 'parse' {
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: { code?: unknown } }
  if (name === 'AbortError') return 'aborted'
  if (name === 'TimeoutError' || String(cause?.code ?? '').includes('TIMEOUT')) return 'timeout'
  return name === 'SyntaxError' ? 'parse' : 'connection'
}

function parsed(value: unknown): unknown {
  const text =
    typeof value === 'string'
      ? value
      : value instanceof ArrayBuffer
        ? Buffer.from(value).toString()
        : value instanceof Uint8Array
          ? Buffer.from(value).toString()
          : undefined
  if (text === undefined) return typeof value === 'object' && !(value instanceof Blob) ? value : undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function bodyGetter(response: Response): () => ReadableStream<Uint8Array> | null {
  // One of its own, if somebody gave it one.
  const descriptor =
    Object.getOwnPropertyDescriptor(response, 'body') ?? Object.getOwnPropertyDescriptor(Object.getPrototypeOf(response), 'body')
  if (descriptor?.get) return () => descriptor.get!.call(response) as ReadableStream<Uint8Array> | null
  const body = response.body as ReadableStream<Uint8Array> | null
  return () => body
}

function own(response: Response, name: string, get: () => unknown): void {
  Object.defineProperty(response, name, { get, configurable: true, enumerable: false })
}
