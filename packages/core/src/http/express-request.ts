// What the adapter for Express keeps on a request, and the slots made for it before Express has the request.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { reserveOperation } from './exchange.js'
import type { ExpressApp, Route } from './express-route.js'
import type { ReadyRequest } from './node-server.js'

/** The route that matched, and the application it belongs to. */
export interface Matched {
  readonly route: Route
  readonly app: ExpressApp | undefined
}

export const MATCHED = Symbol.for('@rag/core/express/matched/1')
/** The last pair of a route: nearly always the only one. */
const PAIR = Symbol.for('@rag/core/express/pair/1')

/** A route belongs to one application unless its router is mounted in two: no object a request. */
export function matchedOf(route: Route & { [PAIR]?: Matched }, app: ExpressApp | undefined): Matched {
  const known = route[PAIR]
  if (known?.app === app && known) return known
  const pair: Matched = { route, app }
  route[PAIR] = pair
  return pair
}

/** What Express 4 and 5 set on every request before the first middleware runs, and on every reply. */
interface Slots {
  next?: unknown
  baseUrl?: unknown
  originalUrl?: unknown
  _parsedUrl?: unknown
  params?: unknown
  [MATCHED]?: unknown
}

/**
 * Up to V8 12 (Node 20 and 22) an object whose prototype was changed gets a hidden class of its own with each property added after that,
 * which copies the list of all its properties and makes every later access a miss of the inline caches. Express changes the prototype of
 * each request and then adds these. Added before, they share one hidden class, and Express itself runs in half the time;
 * `npm run bench -- metrics` shows it. Express sets them before any middleware runs, so no middleware sees a difference.
 */
const SLOTS_PAY = Number.parseInt(process.versions.v8, 10) < 13

/** What to do with the requests of a server once it is known that an Express application answers them. */
export function readyForExpress(app: { request?: object } | undefined): ReadyRequest {
  const shared = app?.request
  // Whoever has put an accessor of this name where all requests inherit it keeps it.
  return SLOTS_PAY && shared && !SLOTS.some((name) => name in shared) ? readyRequest : asItIs
}

const SLOTS = ['next', 'baseUrl', 'originalUrl', '_parsedUrl', 'params'] as const
const asItIs: ReadyRequest = () => {}

function readyRequest(request: IncomingMessage & Slots, response: ServerResponse & { locals?: unknown }): void {
  // Somebody was here before us.
  if ('next' in request || 'originalUrl' in request || 'locals' in response) return
  request.next = undefined
  request.baseUrl = undefined
  request.originalUrl = undefined
  request._parsedUrl = undefined
  request.params = undefined
  request[MATCHED] = undefined
  reserveOperation(request)
  response.locals = undefined
}
