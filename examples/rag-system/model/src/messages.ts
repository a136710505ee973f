// Messages over Anthropic's wire format, plain and streamed. https://docs.claude.com/en/api/messages-streaming
import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { answer, type Message } from './answer.js'
import { SECOND_CHAT_MODEL } from './models.js'
import { countTokens, piecesOf, promptTokensOf } from './tokens.js'
import { sendJson, WireError } from './wire.js'

export interface MessagesRequest {
  model?: unknown
  system?: unknown
  messages?: unknown
  max_tokens?: unknown
  stream?: unknown
}

export async function message(request: MessagesRequest, response: ServerResponse, pieceDelayMs: number): Promise<void> {
  const messages = messagesOf(request)
  const text = answer(messages)
  const usage = { input_tokens: promptTokensOf(messages), output_tokens: countTokens(text) }
  const head = { id: `msg_${randomUUID()}`, type: 'message', role: 'assistant', model: SECOND_CHAT_MODEL }
  if (request.stream !== true) {
    await pause(pieceDelayMs)
    return sendJson(response, 200, { ...head, content: [{ type: 'text', text }], stop_reason: 'end_turn', stop_sequence: null, usage })
  }
  const send = (type: string, fields: object) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  send('message_start', {
    message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } }
  })
  send('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
  for (const piece of piecesOf(text)) {
    await pause(pieceDelayMs)
    if (response.destroyed) return
    send('content_block_delta', { index: 0, delta: { type: 'text_delta', text: piece } })
  }
  send('content_block_stop', { index: 0 })
  send('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: usage.output_tokens } })
  send('message_stop', {})
  response.end()
}

function messagesOf({ model, system, messages, max_tokens }: MessagesRequest): Message[] {
  if (model !== SECOND_CHAT_MODEL) throw new WireError(404, 'not_found_error', `model: ${String(model)}`)
  if (typeof max_tokens !== 'number' || max_tokens < 1) throw new WireError(400, 'invalid_request_error', 'max_tokens: Field required')
  if (!Array.isArray(messages) || messages.length === 0)
    throw new WireError(400, 'invalid_request_error', 'messages: at least one message is required')
  const given = messages.map((one: { role?: unknown; content?: unknown } | null) => {
    if ((one?.role !== 'user' && one?.role !== 'assistant') || typeof one.content !== 'string')
      throw new WireError(400, 'invalid_request_error', 'messages: each has the role user or assistant and a text')
    return { role: one.role, content: one.content }
  })
  return typeof system === 'string' && system !== '' ? [{ role: 'system', content: system }, ...given] : given
}
