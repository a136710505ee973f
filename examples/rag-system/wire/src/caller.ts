// Passes on who a request is for. Only services behind the gateway may believe these headers.
import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from './bodies.js'

/** The caller of a request between services. */
export function callerOf(headers: IncomingHttpHeaders): Caller {
  return { user: one(headers['x-user']), tenant: one(headers['x-tenant']) }
}

export function callerHeaders({ user, tenant }: Caller): Record<string, string> {
  return { ...(user !== undefined && { 'x-user': user }), ...(tenant !== undefined && { 'x-tenant': tenant }) }
}

function one(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
