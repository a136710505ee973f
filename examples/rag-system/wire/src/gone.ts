// Knows when a client has gone away.
import type { ServerResponse } from 'node:http'

/** Aborts when the client goes away before the reply is complete. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  return gone.signal
}
