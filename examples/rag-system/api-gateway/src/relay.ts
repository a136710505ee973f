// Passes a request on to another service, and its reply back as it comes. A client that goes away ends the call behind it.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { failureOf, goneSignal, unreachable } from '@rag-example/wire'
import type { Response } from 'express'

/** Headers of a reply that go back to the client. */
const PASSED = ['content-type', 'retry-after']

export interface Target {
  readonly name: string
  readonly url: string
}

/** @throws ServiceError for a service that cannot be reached or whose failure is no answer for people. */
export async function relay(
  response: Response,
  { name, url }: Target,
  fetch: typeof globalThis.fetch,
  init: RequestInit & { duplex?: 'half' } = {}
): Promise<void> {
  const gone = goneSignal(response)
  const reply = await fetch(url, { ...init, signal: gone }).catch((error: unknown) => {
    // The client left: there is nobody to answer.
    if (gone.aborted) return undefined
    throw unreachable(name, error)
  })
  if (!reply) return
  if (reply.status >= 500 && reply.status !== 502 && reply.status !== 503 && reply.status !== 507) throw await failureOf(name, reply)
  response.status(reply.status)
  for (const header of PASSED) if (reply.headers.has(header)) response.set(header, reply.headers.get(header)!)
  try {
    if (reply.body) await pipeline(Readable.fromWeb(reply.body as ReadableStream), response)
    else response.end()
  } catch (error) {
    if (!gone.aborted) throw error
  }
}
