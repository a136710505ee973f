// What happens on a server outside the framework: upgrades, requests that the parser refuses, replies that the router sends before any hook.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { context } from '@opentelemetry/api'
import { contextOf, startOperation } from '../context.js'
import { RagError } from '../errors.js'
import { joinObservers, type Observers } from '../observer.js'
import { operationOfRequest, startServerOperation, UNMATCHED } from './exchange.js'
import { sniffStatus } from './sniff-status.js'

const OBSERVED = Symbol.for('@rag/core/server/1')

interface Watch {
  observers: Observers
  /** Readies a request before the framework has it; an adapter sets it once. */
  ready: ReadyRequest | undefined
  restore(): void
}
interface Watched {
  [OBSERVED]?: Watch
}
type Emit = Server['emit']
/** What a framework's adapter does to a request before anybody else sees it. */
export type ReadyRequest = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Observes what a framework does not see on its server. Listening to `upgrade` or `clientError` would change what Node does by default,
 * so the server's `emit` is looked at on the instance. Returns the undo.
 *
 * @throws RagError `RAG_CORE_CLIENT`
 */
export function observeServer(server: Server, observers: Observers): () => void {
  if (typeof (server as Server | undefined)?.emit !== 'function') {
    throw new RagError('RAG_CORE_CLIENT', {
      option: 'server',
      value: server ?? 'missing',
      problem: 'this is no server of Node',
      fix: 'pass what http.createServer() or app.listen() returns'
    })
  }
  const watched = server as Server & Watched
  const present = watched[OBSERVED]
  if (present) {
    present.observers = joinObservers(present.observers, observers)
    return present.restore
  }
  const original = server.emit as Emit
  const own = Object.hasOwn(server, 'emit')
  const watch: Watch = {
    observers,
    ready: undefined,
    restore() {
      if (server.emit !== emit) return
      if (own) server.emit = original
      else delete (server as { emit?: Emit }).emit
      delete watched[OBSERVED]
    }
  }
  const emit = function emit(this: Server, event: string | symbol, ...values: unknown[]): boolean {
    if (event === 'request') {
      watch.ready?.(values[0] as IncomingMessage, values[1] as ServerResponse)
      const handled = (original as (event: string, ...values: unknown[]) => boolean).call(this, event, values[0], values[1])
      recordUnhooked(values[0] as IncomingMessage, values[1] as ServerResponse, watch.observers)
      return handled
    }
    const pass = () => Reflect.apply(original, this, [event, ...values]) as boolean
    if (event === 'upgrade' || event === 'connect')
      return runUpgrade(values[0] as IncomingMessage, values[1] as Duplex, watch.observers, pass)
    if (event === 'clientError') recordReject(values[0], values[1], watch.observers)
    return pass()
  } as Emit
  Object.defineProperty(server, 'emit', { value: emit, writable: true, configurable: true, enumerable: false })
  watched[OBSERVED] = watch
  return watch.restore
}

/** Joins the server that a request came in on; frameworks that do not own a server find it here. */
export function observeServerOf(request: IncomingMessage, observers: Observers): Pick<Watch, 'ready'> | undefined {
  const server = (request.socket as { server?: Server & Watched } | null)?.server
  if (!server || typeof server.emit !== 'function') return undefined
  const watch = server[OBSERVED]
  if (watch === undefined || (watch.observers !== observers && joinObservers(watch.observers, observers) !== watch.observers))
    observeServer(server, observers)
  return server[OBSERVED]
}

/** A router may answer on its own before any hook runs, such as 400 for a path with a broken escape. */
function recordUnhooked(request: IncomingMessage, response: ServerResponse, observers: Observers): void {
  if (operationOfRequest(request) || !response?.headersSent) return
  const operation = startServerOperation(request, observers)
  operation.set({ statusCode: response.statusCode })
  operation.name = `${operation.attributes.method} ${UNMATCHED}`
  operation.end(response.statusCode >= 500 ? 'error' : 'ok')
}

function runUpgrade(request: IncomingMessage, socket: Duplex, observers: Observers, pass: () => boolean): boolean {
  const operation = startServerOperation(request, observers)
  operation.set({ special: 'upgrade' })
  operation.uncount()
  operation.name = `${operation.attributes.method} ${UNMATCHED}`
  let status = 0
  sniffStatus(socket, (seen) => {
    status = seen
    operation.set({ firstByteMs: performance.now() - operation.startMark })
  })
  socket.once('close', () => {
    operation.set({ statusCode: status || 499 })
    operation.end(status === 0 ? 'aborted' : status >= 500 ? 'error' : 'ok')
  })
  return context.with(contextOf(operation), pass)
}

// What Node answers by default; https://nodejs.org/api/http.html#event-clienterror
const REJECT_STATUS: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408
}

/** Whether the parser is in the body of a request: that one has been seen, and a client that breaks off there sends no other. */
function isInBody(socket: unknown): boolean {
  const incoming = (socket as { parser?: { incoming?: { complete?: boolean } | null } | null } | undefined)?.parser?.incoming
  return incoming !== undefined && incoming !== null && incoming.complete === false
}

function recordReject(error: unknown, socket: unknown, observers: Observers): void {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  // A connection that breaks between requests refuses nothing.
  if ((!code.startsWith('HPE_') && code !== 'ERR_HTTP_REQUEST_TIMEOUT') || isInBody(socket)) return
  const operation = startOperation(
    'server',
    `_OTHER ${UNMATCHED}`,
    {
      method: '_OTHER',
      route: UNMATCHED,
      path: '',
      query: '',
      scheme: 'http',
      statusCode: REJECT_STATUS[code] ?? 400,
      firstByteMs: undefined,
      requestBytes: undefined,
      responseBytes: undefined,
      peerAddress: undefined,
      protocol: '1.1',
      headers: undefined,
      special: 'rejected'
    },
    observers
  )
  operation.takeRequestId(undefined)
  operation.end(code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'ok', error)
}
