// Passes what the page asks for on to the gateway, and the reply back as it comes.
import { Hono } from 'hono'
import type { FrontendEnvironment } from './environment.js'

export interface ToGatewayOptions extends Pick<FrontendEnvironment, 'gateway' | 'guestKey'> {
  readonly fetch: typeof globalThis.fetch
}

const TO = ['content-type', 'content-length'] as const
const BACK = ['content-type', 'retry-after', 'x-trace-id', 'x-request-id'] as const

export function toGateway({ gateway, guestKey, fetch }: ToGatewayOptions): Hono {
  const app = new Hono()
  app.all('/:path{.+}', async (context) => {
    const { raw } = context.req
    // Another page that its visitor has open would ask with the guest's key.
    if (raw.headers.get('sec-fetch-site') === 'cross-site') return context.json({ message: 'Other pages may not ask here.' }, 403)
    const url = new URL(raw.url)
    const headers = new Headers()
    for (const name of TO) if (raw.headers.has(name)) headers.set(name, raw.headers.get(name)!)
    const authorization = raw.headers.get('authorization') ?? (guestKey && `Bearer ${guestKey}`)
    if (authorization) headers.set('authorization', authorization)
    try {
      const init: RequestInit & { duplex: 'half' } = { method: raw.method, headers, signal: raw.signal, duplex: 'half' }
      if (raw.body) init.body = raw.body
      const reply = await fetch(`${gateway}${url.pathname.replace(/^\/api/, '')}${url.search}`, init)
      const back = new Headers({ 'cache-control': 'no-store' })
      for (const name of BACK) if (reply.headers.has(name)) back.set(name, reply.headers.get(name)!)
      return new Response(reply.body, { status: reply.status, headers: back })
    } catch (error) {
      if (raw.signal.aborted) throw error
      return context.json({ message: 'The system cannot be reached at the moment. Please try again.' }, 503)
    }
  })
  return app
}
