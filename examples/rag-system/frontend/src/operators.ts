// Lets the page read the admin listeners of the services: the same /metrics, /traces, /logs and /health that operators and Prometheus read.
import { Hono } from 'hono'
import type { FrontendEnvironment } from './environment.js'

const PAGES = new Set(['metrics', 'traces', 'logs', 'health'])
const LIMIT_MS = 3000

type OperatorsOptions = Pick<FrontendEnvironment, 'admins' | 'adminToken' | 'alertmanager'>

export function operators({ admins, adminToken, alertmanager }: OperatorsOptions): Hono {
  const app = new Hono()
  const read = async (url: string, headers: Record<string, string>): Promise<Response> => {
    try {
      const reply = await fetch(url, { headers, signal: AbortSignal.timeout(LIMIT_MS) })
      return new Response(reply.body, {
        status: reply.status,
        headers: { 'content-type': reply.headers.get('content-type') ?? 'text/plain', 'cache-control': 'no-store' }
      })
    } catch {
      return Response.json({ message: 'This service cannot be reached.' }, { status: 502 })
    }
  }
  app.get('/services', (context) => context.json({ services: Object.keys(admins), alertmanager: alertmanager !== undefined }))
  app.get('/alerts', (context) => (alertmanager === undefined ? context.json([]) : read(`${alertmanager}/api/v2/alerts?active=true`, {})))
  app.get('/:service/:page', (context) => {
    const { service, page } = context.req.param()
    const admin = Object.hasOwn(admins, service) ? admins[service] : undefined
    if (admin === undefined || !PAGES.has(page)) return context.json({ message: 'There is no such page.' }, 404)
    const { search } = new URL(context.req.url)
    return read(`${admin}/${page}${search}`, adminToken === undefined ? {} : { authorization: `Bearer ${adminToken}` })
  })
  return app
}
