// One HTTP request of a push: by node:http, so that no instrumentation of the application sees it; never throws.
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { LONGEST_TIMER_MS, RagError } from '@rag/core'

export interface Shipment {
  method: 'POST' | 'PUT' | 'DELETE'
  url: URL
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array
  timeoutMs: number
  /** The process may end while this is under way. */
  background?: boolean
}

/** What was wrong, or undefined. The text of the answer is cut: it may be a whole page. */
export function send({ method, url, headers, body, timeoutMs, background = false }: Shipment): Promise<string | undefined> {
  return new Promise((resolve) => {
    try {
      const bytes = Buffer.from(body)
      const request = (url.protocol === 'https:' ? secureRequest : plainRequest)(
        url,
        {
          method,
          headers: { ...headers, 'content-length': bytes.length },
          signal: AbortSignal.timeout(Math.min(timeoutMs, LONGEST_TIMER_MS)),
          agent: false
        },
        (response) => {
          const status = response.statusCode ?? 0
          let text = ''
          response.setEncoding('utf8').on('data', (piece: string) => {
            if (text.length < 300) text += piece
          })
          response.on('end', () => resolve(status >= 200 && status < 300 ? undefined : `status ${status} ${text.slice(0, 300).trim()}`))
          response.on('error', (error) => resolve(error.message))
        }
      )
      if (background) request.on('socket', (socket) => socket.unref())
      request.on('error', (error: NodeJS.ErrnoException) =>
        resolve(
          error.name === 'TimeoutError' || error.name === 'AbortError' ? `no answer within ${timeoutMs} ms` : (error.code ?? error.message)
        )
      )
      request.end(bytes)
    } catch (error) {
      resolve((error as Error).message)
    }
  })
}

/** @throws RagError `RAG_METRICS_PUSH` */
export function targetUrl(option: string, url: string): URL {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined
  if (parsed && (parsed.protocol === 'http:' || parsed.protocol === 'https:')) return parsed
  throw new RagError('RAG_METRICS_PUSH', {
    option,
    value: url,
    problem: 'this is no address to push to',
    fix: 'give one that starts with http:// or https://'
  })
}
