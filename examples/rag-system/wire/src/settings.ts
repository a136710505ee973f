// Where a service listens and what it may know, from its environment; a secret also from the file that NAME_FILE names.
import { readFileSync } from 'node:fs'

type Environment = Readonly<Record<string, string | undefined>>

export interface Settings {
  /** Of the service itself. */
  readonly listen: { readonly host: string; readonly port: number }
  /** Of its admin listener: another host than loopback needs a token. */
  readonly admin: { readonly host: string; readonly port: number; readonly token?: string }
}

/** `HOST`, `PORT`, `ADMIN_PORT` and `ADMIN_TOKEN`; loopback and free ports by default. */
export function settings(environment: Environment = process.env): Settings {
  const { HOST: host = '127.0.0.1', PORT = '0', ADMIN_PORT = '0' } = environment
  const token = secret('ADMIN_TOKEN', environment)
  return { listen: { host, port: Number(PORT) }, admin: { host, port: Number(ADMIN_PORT), ...(token !== undefined && { token }) } }
}

/**
 * A secret from `NAME` or from the file in `NAME_FILE`.
 *
 * @throws Error when the file cannot be read.
 */
export function secret(name: string, environment: Environment = process.env): string | undefined {
  const file = environment[`${name}_FILE`]
  return file ? readFileSync(file, 'utf8').trim() : environment[name] || undefined
}
