// What a caller's trace context is worth: linked to, trusted or ignored.
import { BlockList, isIP } from 'node:net'
import type { Link, SpanContext } from '@opentelemetry/api'
import { RagError } from '@rag/core'

/** `link`: a new trace linked to the caller's. `trust`: a child of it. `restart`: a new trace. Networks: trust inside, link outside. */
export type Incoming = 'link' | 'trust' | 'restart' | { trusted: readonly string[] }
export type Treatment = 'link' | 'trust' | 'restart'

/**
 * Reads the option, else `RAG_INCOMING`: a mode, or networks separated by commas.
 *
 * @throws RagError `RAG_TRACING_INCOMING`
 */
export function treatmentOf(option: Incoming | undefined, env: string | undefined): (peer: string | undefined) => Treatment {
  const given =
    option ?? (env === undefined || env === '' ? 'link' : isMode(env) ? env : { trusted: env.split(',').map((part) => part.trim()) })
  if (isMode(given)) return () => given
  if (typeof given !== 'object' || given === null || !Array.isArray(given.trusted)) throw wrong(given)
  const networks = blockList(given.trusted as unknown[])
  // Peers of a service are few.
  const seen = new Map<string, Treatment>()
  return (peer) => {
    if (peer === undefined) return 'link'
    let treatment = seen.get(peer)
    if (treatment === undefined) {
      treatment = contains(networks, peer) ? 'trust' : 'link'
      if (seen.size < 1000) seen.set(peer, treatment)
    }
    return treatment
  }
}

/** The link of a new trace to the span of the caller. */
export function callerLink(caller: SpanContext): Link {
  return { context: caller, attributes: { 'rag.link': 'caller' } }
}

/**
 * Whether an address lies in one of the networks.
 *
 * @throws RagError `RAG_TRACING_INCOMING` for what is no network
 */
export function networkTest(networks: readonly unknown[]): (peer: string | undefined) => boolean {
  const list = blockList(networks)
  return (peer) => peer !== undefined && contains(list, peer)
}

function isMode(value: unknown): value is Treatment {
  return value === 'link' || value === 'trust' || value === 'restart'
}

function blockList(networks: readonly unknown[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix, ...rest] = typeof network === 'string' ? network.split('/') : []
    const family = isIP(address)
    const bits = prefix === undefined ? (family === 4 ? 32 : 128) : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1
    if (family === 0 || rest.length > 0 || bits < 0 || bits > (family === 4 ? 32 : 128)) throw wrong(network)
    list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

function contains(networks: BlockList, peer: string): boolean {
  const address = peer.startsWith('::ffff:') && isIP(peer.slice(7)) === 4 ? peer.slice(7) : peer
  const family = isIP(address)
  return family !== 0 && networks.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

function wrong(value: unknown): RagError {
  return new RagError('RAG_TRACING_INCOMING', {
    option: 'incoming',
    value,
    problem: 'this is no treatment of incoming trace context',
    fix: `pass 'link', 'trust', 'restart' or { trusted: ['10.0.0.0/8'] }`
  })
}
