// Where a request goes, as its records say it: read from a URL, or from a text whose origin has been read before.

/** The address of a request in the parts that records name. */
export interface Target {
  /** `http` or `https`. */
  readonly scheme: string
  readonly hostname: string
  /** As written; undefined for the port of the scheme. */
  readonly port: number | undefined
  /** With the port, if there is one. */
  readonly host: string
  readonly path: string
  /** Without the question mark. */
  readonly query: string
}
type Origin = Pick<Target, 'scheme' | 'hostname' | 'port' | 'host'>

/** A service calls few origins, and reading a URL costs as much as the record of the call. No path and no password is kept. */
const MOST_ORIGINS = 100
const origins = new Map<string, Origin>()
const PLAIN_ORIGIN = /^https?:\/\/[\w.:[\]-]{1,128}$/
/** A path and a query that stand in a URL as they are written: no dot segments, nothing to escape. */
const PLAIN_REST = /^(?:\/(?!\.)[\w~.:-]*)+(?:\?[\w~.:/?!$&()*+,;=@%-]*)?$/
const LONGEST_PLAIN = 2048

export function targetOf(url: URL): Target {
  return { ...originOf(url), path: url.pathname, query: url.search.slice(1) }
}

/** Reads an absolute URL; undefined for what is none. */
export function readTarget(text: string): Target | undefined {
  const pathAt = text.indexOf('/', 8)
  const rest = pathAt < 0 ? '/' : text.slice(pathAt)
  const origin = pathAt < 0 ? text : text.slice(0, pathAt)
  const known = origins.get(origin)
  if (known !== undefined && rest.length <= LONGEST_PLAIN && PLAIN_REST.test(rest)) {
    const queryAt = rest.indexOf('?')
    const { scheme, hostname, port, host } = known
    return queryAt < 0
      ? { scheme, hostname, port, host, path: rest, query: '' }
      : { scheme, hostname, port, host, path: rest.slice(0, queryAt), query: rest.slice(queryAt + 1) }
  }
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return undefined
  }
  if (known === undefined && PLAIN_ORIGIN.test(origin)) {
    if (origins.size >= MOST_ORIGINS) origins.clear()
    origins.set(origin, originOf(url))
  }
  return targetOf(url)
}

function originOf({ protocol, hostname, port, host }: URL): Origin {
  return { scheme: protocol.slice(0, -1), hostname, port: port === '' ? undefined : Number(port), host }
}
