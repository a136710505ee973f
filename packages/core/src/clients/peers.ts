// Names of the services behind addresses: on loopback and behind one load balancer the host alone says nothing.
import { RagError } from '../errors.js'

/** Names by address: `{ 'http://127.0.0.1:3003': 'auth-service', 'search.internal': 'search' }`. */
export type Peers = Readonly<Record<string, string>>
export type PeerName = (host: string, port: number | undefined, scheme?: string) => string

const VARIABLE = 'OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING'
const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 }

/**
 * Finds the name of the service behind an address: as given, else as OpenTelemetry's variable for it says (`host=name,host:port=name`), else the host.
 * An address with a port wins over its host alone.
 *
 * @throws RagError `RAG_CORE_PEERS` for a name that is no text or an address that is none.
 */
export function peerNames(peers: Peers = {}, mapping = process.env[VARIABLE] ?? ''): PeerName {
  const names = new Map<string, string>()
  for (const pair of mapping.split(',')) {
    const at = pair.indexOf('=')
    const [address, name] = [addressOf(pair.slice(0, at).trim()), pair.slice(at + 1).trim()]
    // What the environment says is never a reason not to start.
    if (at > 0 && address !== undefined && name !== '') names.set(address, name)
  }
  if (typeof peers !== 'object' || peers === null || Array.isArray(peers)) throw wrongPeers(peers)
  for (const [given, name] of Object.entries(peers)) {
    const address = addressOf(given)
    if (address === undefined || typeof name !== 'string' || name === '') throw wrongPeers(`${given}: ${String(name)}`)
    names.set(address, name)
  }
  if (names.size === 0) return (host) => host
  return (host, port, scheme = 'http') => names.get(`${host}:${port ?? DEFAULT_PORTS[scheme]}`) ?? names.get(host) ?? host
}

function wrongPeers(value: unknown): RagError {
  return new RagError('RAG_CORE_PEERS', {
    option: 'peers',
    value,
    problem: 'this does not name the service behind an address',
    fix: "write { 'http://host:port': 'name' } or { 'host': 'name' }"
  })
}

/** `host` or `host:port` of an address or a URL; a URL without a port has that of its scheme. */
function addressOf(given: string): string | undefined {
  try {
    const named = given.includes('://')
    const { hostname, port, protocol } = new URL(named ? given : `tcp://${given}`)
    if (hostname === '') return undefined
    const known = port === '' && named ? DEFAULT_PORTS[protocol.slice(0, -1)] : port
    return known === undefined || known === '' ? hostname : `${hostname}:${known}`
  } catch {
    return undefined
  }
}

let fromEnvironment: PeerName | undefined

/** What the environment alone says, read at the first call. */
export function peerNamesOfEnvironment(): PeerName {
  fromEnvironment ??= peerNames()
  return fromEnvironment
}
