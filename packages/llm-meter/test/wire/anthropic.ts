// The wire format of Anthropic's Messages API, with its refusals.
import { type Exchange, sse } from './server.js'

const FIELDS =
  'model messages max_tokens system stream temperature top_p top_k stop_sequences tools tool_choice metadata thinking service_tier container'
const TEXT = ['Grüß', ' dich ✓', ', Welt', ' 你好']
const INPUT = {
  input_tokens: 86,
  cache_read_input_tokens: 1500,
  cache_creation_input_tokens: 420,
  cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 120 },
  service_tier: 'standard'
}

export async function answerAnthropic({ path, method, headers, body, play, attempt, json, whole, frames }: Exchange): Promise<void> {
  const refuse = (status: number, type: string, message: string, more: Record<string, string> = {}) =>
    json(status, { type: 'error', error: { type, message }, request_id: 'req_1' }, more)
  if (headers['x-api-key'] !== 'test-key' && headers.authorization !== 'Bearer test-key')
    return refuse(401, 'authentication_error', 'invalid x-api-key')
  if (headers['anthropic-version'] === undefined) return refuse(400, 'invalid_request_error', 'anthropic-version: header is required')
  if (method !== 'POST' || !path.endsWith('/v1/messages')) return refuse(404, 'not_found_error', 'Not Found')
  const unknown = Object.keys(body).find((name) => !FIELDS.split(' ').includes(name))
  if (unknown) return refuse(400, 'invalid_request_error', `${unknown}: Extra inputs are not permitted`)
  if (typeof body['max_tokens'] !== 'number') return refuse(400, 'invalid_request_error', 'max_tokens: Field required')
  if (!Array.isArray(body['messages'])) return refuse(400, 'invalid_request_error', 'messages: Field required')
  if (body['model'] === 'missing') return refuse(404, 'not_found_error', 'model: missing')
  if (play === 'retry' && attempt === 1)
    return refuse(429, 'rate_limit_error', 'This request would exceed your rate limit', { 'retry-after-ms': '2', 'retry-after': '0' })
  const failure = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: `${body['model']}-20260101`, stop_sequence: null }
  if (body['stream'] !== true)
    return whole(
      { ...message, content: [{ type: 'text', text: TEXT.join('') }], stop_reason: 'end_turn', usage: { ...INPUT, output_tokens: 300 } },
      failure
    )
  const event = (type: string, more: object) => sse({ type, ...more }, type)
  const list = [
    event('message_start', { message: { ...message, content: [], stop_reason: null, usage: { ...INPUT, output_tokens: 1 } } }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: TEXT[0] } }),
    event('ping', {}),
    ...TEXT.slice(1).map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 300 } }),
    event('message_stop', {})
  ]
  await frames(list, event('error', { error: failure.error }), {
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '49',
    'anthropic-ratelimit-tokens-limit': '40000',
    'anthropic-ratelimit-tokens-remaining': '30000',
    'anthropic-ratelimit-tokens-reset': '2099-01-01T00:00:00Z'
  })
}
