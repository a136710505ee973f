// Serves the answerer and the encoder over OpenAI's wire format: chat completions (plain and streamed), embeddings, models;
// and the answerer over Anthropic's. https://platform.openai.com/docs/api-reference https://docs.claude.com/en/api/messages
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type ChatRequest, chatCompletion } from './chat.js'
import { type EmbeddingsRequest, embeddings } from './embeddings.js'
import type { Encoder } from './encoder.js'
import { createFaults, type Fault, type Wire } from './faults.js'
import { type MessagesRequest, message } from './messages.js'
import { CHAT_MODEL, EMBEDDING_MODEL } from './models.js'
import { sendJson, WireError } from './wire.js'

export interface ModelServerOptions {
  readonly encoder: Encoder
  /** Pause before each streamed piece, milliseconds. @default 15 */
  pieceDelayMs?: number
}

/** An HTTP server that does not listen yet. */
export function createModelServer({ encoder, pieceDelayMs = 15 }: ModelServerOptions): Server {
  const faults = createFaults()
  const answers = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const route = `${request.method} ${request.url?.split('?')[0]}`
    if (route === 'GET /v1/models')
      return sendJson(response, 200, {
        object: 'list',
        data: [CHAT_MODEL, EMBEDDING_MODEL].map((id) => ({ id, object: 'model', owned_by: 'demo' }))
      })
    if (route === 'POST /v1/chat/completions') {
      const body = (await bodyOf(request)) as ChatRequest
      const fault = await faults.pass('openai')
      return chatCompletion(body, response, fault.pieceDelayMs ?? pieceDelayMs)
    }
    if (route === 'POST /anthropic/v1/messages') {
      const body = (await bodyOf(request)) as MessagesRequest
      const fault = await faults.pass('anthropic')
      return message(body, response, fault.pieceDelayMs ?? pieceDelayMs)
    }
    if (route === 'POST /faults') {
      const { wire, ...fault } = (await bodyOf(request)) as Fault & { wire: Wire }
      faults.set(wire, fault)
      return sendJson(response, 200, {})
    }
    if (route === 'POST /v1/embeddings')
      return sendJson(response, 200, await embeddings((await bodyOf(request)) as EmbeddingsRequest, encoder))
    throw new WireError(404, 'not_found', `Unknown request: ${route}`)
  }
  return createServer((request, response) => {
    answers(request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy()
      const { status, code, message, headers } = error instanceof WireError ? error : new WireError(500, 'server_error', String(error))
      const type = status < 500 ? 'invalid_request_error' : 'server_error'
      sendJson(response, status, { error: { message, type, param: null, code } }, headers)
    })
  })
}

const MAX_BODY_BYTES = 8 * 1024 * 1024

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > MAX_BODY_BYTES) throw new WireError(413, 'too_large', 'The body is larger than 8 MiB')
    parts.push(part)
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch {
    throw new WireError(400, 'invalid_json', 'The body is not JSON')
  }
}
