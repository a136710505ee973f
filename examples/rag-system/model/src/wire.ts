// What the replies of the model server have in common.
import type { ServerResponse } from 'node:http'

/** An error in the shape of OpenAI's. */
export class WireError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string
  ) {
    super(message)
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
