// W3C baggage, from and to an allow-list only: size limits before any parsing, entries of strangers never reach another host.
import { type Baggage, type BaggageEntry, type Context, propagation } from '@opentelemetry/api'
import { type Operation, RagError } from '@rag/core'
import { networkTest } from './incoming.js'

export interface BaggageOptions {
  /** Networks whose baggage is taken, such as `10.0.0.0/8`. @default none */
  from?: readonly string[]
  /** Hosts that baggage is sent to: `engine.internal`, `engine.internal:8080` or `*.internal`. @default none */
  to?: readonly string[]
  /** The keys that are taken; without it all of them. */
  keys?: readonly string[]
}

export interface BaggageRules {
  enter(operation: Operation, context: Context): Context
  allowedTo(host: string): boolean
}

const LONGEST = 8192
const MOST_ENTRIES = 64
// https://www.w3.org/TR/baggage/#definition
const KEY = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

/** @throws RagError `RAG_TRACING_BAGGAGE`, and `RAG_TRACING_INCOMING` for what is no network */
export function baggageRules({ from = [], to = [], keys }: BaggageOptions = {}): BaggageRules {
  if (!Array.isArray(from)) throw wrong('baggage.from', from)
  const trusted = from.length > 0 ? networkTest(from) : () => false
  const hosts = checkTexts('baggage.to', to).map(hostTest)
  const known = keys && new Set(checkTexts('baggage.keys', keys))
  return {
    enter(operation, around) {
      const header = operation.incoming?.headers['baggage']
      if (header === undefined || !trusted(operation.incoming?.peerAddress)) return around
      const baggage = readBaggage(header, known)
      return baggage ? propagation.setBaggage(around, baggage) : around
    },
    allowedTo: (host) => hosts.some((matches) => matches(host))
  }
}

/** Reads a header strictly: an entry that is malformed costs itself, a header that is too large costs all. */
export function readBaggage(header: unknown, keys?: ReadonlySet<string>): Baggage | undefined {
  if (typeof header !== 'string' || header.length > LONGEST) return undefined
  const members = header.split(',')
  if (members.length > MOST_ENTRIES) return undefined
  const entries: Record<string, BaggageEntry> = Object.create(null) as Record<string, BaggageEntry>
  for (const member of members) {
    const pair = member.split(';', 1)[0]!
    const at = pair.indexOf('=')
    if (at <= 0) continue
    const key = pair.slice(0, at).trim()
    const value = pair.slice(at + 1).trim()
    if (!KEY.test(key) || !VALUE.test(value) || (keys && !keys.has(key))) continue
    try {
      entries[key] = { value: decodeURIComponent(value) }
    } catch {
      // A broken escape says nothing.
    }
  }
  return Object.keys(entries).length > 0 ? propagation.createBaggage({ ...entries }) : undefined
}

function hostTest(pattern: string): (host: string) => boolean {
  const wanted = pattern.toLowerCase()
  const withPort = /:\d+$/.test(wanted)
  return (host) => {
    const given = withPort ? host.toLowerCase() : host.toLowerCase().replace(/:\d+$/, '')
    return wanted.startsWith('*.') ? given.endsWith(wanted.slice(1)) : given === wanted
  }
}

function checkTexts(option: string, list: unknown): string[] {
  if (Array.isArray(list) && list.every((item) => typeof item === 'string' && item !== '' && item !== '*')) return list as string[]
  throw wrong(option, list)
}

function wrong(option: string, value: unknown): RagError {
  return new RagError('RAG_TRACING_BAGGAGE', {
    option,
    value,
    problem: 'this is no list of networks, hosts or keys',
    fix: `give arrays of texts: { from: ['10.0.0.0/8'], to: ['engine.internal'], keys: ['tenant'] }`
  })
}
