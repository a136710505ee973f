// The bridge: takes Alertmanager's webhook and speaks to what it has no receiver for: Teams, SMS, a dead-man's switch.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Model } from '../config/model.js'
import { readSecret } from '../config/secrets.js'
import { adaptiveCard, type Notice, smsText } from './messages.js'

const MOST_BYTES = 1_000_000

/**
 * A server for `POST /teams`, `/sms` and `/deadman`. Secrets are read from their files at each notice, so they can be changed while it runs.
 * What could not be delivered is answered with 502: Alertmanager tries again.
 */
export function createBridge(
  model: Model,
  { warn = (line: string) => void process.stderr.write(`${line}\n`) }: { warn?: (line: string) => void } = {}
): Server {
  return createServer((request, response) => {
    void handle(model, request).then(
      (status) => response.writeHead(status).end(),
      (error: unknown) => {
        // The reason, never the address: it is a secret.
        warn(`rag-ops bridge: ${request.url} was not delivered: ${(error as { code?: string }).code ?? (error as Error).name}`)
        response.writeHead(502).end()
      }
    )
  })
}

async function handle(model: Model, request: IncomingMessage): Promise<number> {
  if (request.method === 'GET' && request.url === '/health') return 200
  if (request.method !== 'POST') return 405
  const { teams, sms, deadman } = model.contacts
  const body = await bodyOf(request)
  if (body === undefined) return 413
  let notice: Notice
  try {
    notice = JSON.parse(body) as Notice
    if (!Array.isArray(notice.alerts)) return 400
  } catch {
    return 400
  }
  if (request.url === '/teams' && teams) await send(readSecret('contacts.teams.urlFile', teams.urlFile), adaptiveCard(notice))
  else if (request.url === '/sms' && sms) {
    const url = readSecret('contacts.sms.urlFile', sms.urlFile)
    const token = sms.tokenFile ? readSecret('contacts.sms.tokenFile', sms.tokenFile) : undefined
    await Promise.all(sms.to.map((to) => send(url, { to, ...(sms.from && { from: sms.from }), body: smsText(notice) }, token)))
  } else if (request.url === '/deadman' && deadman) await send(readSecret('contacts.deadman.urlFile', deadman.urlFile), { status: 'alive' })
  else return 404
  return 200
}

async function send(url: string, body: unknown, token?: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(8000)
  })
  if (!response.ok) throw Object.assign(new Error('refused'), { code: `status ${response.status}` })
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
