// The checks of the admin listener: it must never be open to a network by mistake.
import { isIPv4 } from 'node:net'
import { RagError } from '../errors.js'
import { checkOptions } from '../options.js'
import type { AdminOptions, AdminPage } from './types.js'

const KNOWN = ['port', 'host', 'token', 'tls', 'insecure', 'pages'] as const
const MIN_TOKEN = 16

/** Whether an address is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

/** @throws RagError `RAG_CORE_ADMIN` */
export function checkAdminOptions(options: AdminOptions & { pages: Readonly<Record<string, AdminPage>> }): void {
  checkOptions('admin', options, KNOWN)
  const { port, host = '127.0.0.1', token, tls, insecure = false, pages } = options
  const refuse = (option: string, value: unknown, problem: string, fix: string): never => {
    throw new RagError('RAG_CORE_ADMIN', { option, value, problem, fix })
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    refuse('port', port, 'this is no port', 'give a number from 0 to 65535')
  if (typeof host !== 'string' || host === '') refuse('host', host, 'this is no address', "leave it out for '127.0.0.1'")
  // The token itself is never shown.
  if (token !== undefined && (typeof token !== 'string' || token.length < MIN_TOKEN))
    refuse('token', undefined, `the token is shorter than ${MIN_TOKEN} characters`, 'use a long random text')
  if (tls !== undefined && (!tls?.key || !tls.cert))
    refuse('tls', undefined, 'key or certificate is missing', 'give { key, cert } and, for mTLS, ca')
  for (const path of Object.keys(pages)) if (!path.startsWith('/')) refuse('pages', path, 'this is no path', 'start it with /')
  if (!isLoopback(host) && token === undefined && tls?.ca === undefined && !insecure)
    refuse(
      'host',
      host,
      'others could read this listener without a key',
      'set token, or tls with ca, or insecure: true where the network protects it'
    )
}
