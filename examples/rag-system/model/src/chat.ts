// Chat completions over OpenAI's wire format; streamed, the usage comes in a last chunk without choices when it was asked for.
import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { answer, type Message } from './answer.js'
import { CHAT_MODEL } from './models.js'
import { countTokens, piecesOf, promptTokensOf } from './tokens.js'
import { sendJson, WireError } from './wire.js'

export interface ChatRequest {
  model?: unknown
  messages?: unknown
  stream?: unknown
  stream_options?: { include_usage?: unknown } | null
}

export async function chatCompletion(request: ChatRequest, response: ServerResponse, pieceDelayMs: number): Promise<void> {
  const messages = messagesOf(request)
  const text = answer(messages)
  const promptTokens = promptTokensOf(messages)
  const completionTokens = countTokens(text)
  const usage = { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: promptTokens + completionTokens }
  const head = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: CHAT_MODEL }
  if (request.stream !== true) {
    await pause(pieceDelayMs)
    const choice = { index: 0, message: { role: 'assistant', content: text, refusal: null }, logprobs: null, finish_reason: 'stop' }
    return sendJson(response, 200, { ...head, object: 'chat.completion', choices: [choice], usage })
  }

  const wantsUsage = request.stream_options?.include_usage === true
  const send = (choices: unknown[], last?: typeof usage) => {
    const chunk = { ...head, object: 'chat.completion.chunk', choices, ...(wantsUsage && { usage: last ?? null }) }
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  send([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }])
  for (const piece of piecesOf(text)) {
    await pause(pieceDelayMs)
    if (response.destroyed) return
    send([{ index: 0, delta: { content: piece }, finish_reason: null }])
  }
  send([{ index: 0, delta: {}, finish_reason: 'stop' }])
  if (wantsUsage) send([], usage)
  response.end('data: [DONE]\n\n')
}

function messagesOf({ model, messages }: ChatRequest): Message[] {
  if (model !== CHAT_MODEL) throw new WireError(404, 'model_not_found', `The model '${String(model)}' does not exist`)
  if (!Array.isArray(messages) || messages.length === 0) throw new WireError(400, 'invalid_value', "'messages' is missing or empty")
  return messages.map((message: { role?: unknown; content?: unknown } | null) => {
    if (typeof message?.role !== 'string' || typeof message.content !== 'string')
      throw new WireError(400, 'invalid_value', 'Each message has a role and a text as content')
    return { role: message.role, content: message.content }
  })
}
