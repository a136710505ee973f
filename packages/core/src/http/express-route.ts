// The pattern of an Express route with all its mounts. Express keeps the pattern of a route but not those of the routers and
// applications it is mounted in, and resets `req.baseUrl` when a handler throws; so the route is looked up in the tree of layers.
import type { IncomingMessage } from 'node:http'
import { type Layer, mountPattern, segmentsOf } from './express-layer.js'

export interface Route {
  path: string | RegExp | readonly (string | RegExp)[]
  [HOLDER]?: Holder
}
export interface ExpressApp {
  parent?: ExpressApp
  mountpath?: string | readonly string[]
  lazyrouter?: unknown
  router?: { stack?: Layer[] }
  _router?: { stack?: Layer[] }
}
interface Holder {
  /** The pattern when it can only be one. */
  fixed: string | undefined
  chains: Layer[][]
  /** Patterns by number of path segments, for routes below mounts. */
  byShape: Map<number, string>
}

const HOLDER = Symbol.for('@rag/core/route/1')
const DEEPEST = 12

/** The full pattern of a matched route; bounded whatever the URL. */
export function expressPattern(route: Route, app: ExpressApp, request: IncomingMessage & { originalUrl?: string }): string {
  route[HOLDER] ??= locate(route, app)
  const holder = route[HOLDER]
  if (holder.fixed !== undefined) return holder.fixed
  const path = pathOf(request.originalUrl ?? request.url ?? '/')
  const shape = segmentsOf(path).length
  const known = holder.byShape.get(shape)
  if (known !== undefined) return known
  const { prefix, rest } = appPrefix(app, path)
  for (const chain of holder.chains) {
    const pattern = chainPattern(chain, rest, route)
    if (pattern === undefined) continue
    const full = prefix + pattern.text
    if (pattern.stable && holder.chains.length === 1 && holder.byShape.size < 32) holder.byShape.set(shape, full)
    return full
  }
  return join(prefix, routeText(route))
}

function locate(route: Route, app: ExpressApp): Holder {
  const chains: Layer[][] = []
  collect(stackOf(app), route, [], chains)
  const [only] = chains
  const plain = typeof route.path === 'string' && !app.parent && (chains.length === 0 || (chains.length === 1 && only!.length === 1))
  return { fixed: plain ? (route.path as string) : undefined, chains, byShape: new Map() }
}

function collect(stack: readonly Layer[], route: Route, above: Layer[], found: Layer[][]): void {
  if (above.length > DEEPEST) return
  for (const layer of stack) {
    if (layer.route) {
      if ((layer.route as unknown) === route) found.push([...above, layer])
      continue
    }
    const inner = layer.handle as (ExpressApp & { stack?: Layer[] }) | undefined
    if (inner && !above.includes(layer)) collect(stackOf(inner), route, [...above, layer], found)
  }
}

/** The layers of a router, or of an application used as one. Express 4 throws when `app.router` is read. */
function stackOf(handle: ExpressApp & { stack?: Layer[] }): readonly Layer[] {
  if (Array.isArray(handle.stack)) return handle.stack
  const router = handle._router ?? (handle.lazyrouter === undefined ? handle.router : undefined)
  return Array.isArray(router?.stack) ? router.stack : []
}

function chainPattern(chain: readonly Layer[], path: string, route: Route): { text: string; stable: boolean } | undefined {
  let text = ''
  let rest = path
  let stable = true
  for (const layer of chain.slice(0, -1)) {
    const mount = mountPattern(layer, rest)
    if (!mount) return undefined
    text += mount.text
    rest = mount.rest
    stable &&= mount.stable
  }
  if (typeof route.path === 'string') return { text: join(text, route.path), stable }
  const own = mountPattern(chain.at(-1)!, rest)
  if (!own) return undefined
  // A list of paths is called by the one that matched, a regular expression by its text.
  const list = Array.isArray(route.path) ? route.path : [route.path]
  return { text: list.every((path) => typeof path === 'string') ? join(text, own.text) : join(text, routeText(route)), stable: false }
}

/** The patterns under which applications are mounted in each other, and what of the path is left below them. */
function appPrefix(app: ExpressApp, path: string): { prefix: string; rest: string } {
  if (!app.parent) return { prefix: '', rest: path }
  const outer = appPrefix(app.parent, path)
  const mounts = Array.isArray(app.mountpath) ? app.mountpath : [app.mountpath ?? '/']
  const segments = segmentsOf(outer.rest)
  const mount =
    mounts.find((text: string) => segmentsOf(text).every((part, index) => part.startsWith(':') || part === segments[index])) ?? mounts[0]!
  const depth = segmentsOf(mount).length
  return { prefix: depth === 0 ? outer.prefix : join(outer.prefix, mount), rest: '/' + segments.slice(depth).join('/') }
}

function routeText(route: Route): string {
  return Array.isArray(route.path) ? route.path.map(String).join(',').slice(0, 120) : String(route.path).slice(0, 120)
}

function join(prefix: string, path: string): string {
  if (path === '/' && prefix !== '') return prefix
  return path.startsWith('/') && !prefix.endsWith('/') ? prefix + path : prefix + (path.startsWith('/') ? path.slice(1) : `/${path}`)
}

function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}
