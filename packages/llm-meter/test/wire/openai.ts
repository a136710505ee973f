// The wire format of OpenAI and of what speaks like it, with the refusals of each.
import { type Exchange, sse } from './server.js'

export type Flavour = 'openai' | 'azure' | 'groq' | 'vllm' | 'ollama' | 'mistral'

export const CHAT_USAGE = {
  prompt_tokens: 2006,
  completion_tokens: 300,
  total_tokens: 2306,
  prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 64, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 }
}
export const RESPONSES_USAGE = {
  input_tokens: 2006,
  input_tokens_details: { cached_tokens: 1920 },
  output_tokens: 300,
  output_tokens_details: { reasoning_tokens: 64 },
  total_tokens: 2306
}
const LIMITS = {
  'x-ratelimit-limit-requests': '500',
  'x-ratelimit-remaining-requests': '499',
  'x-ratelimit-limit-tokens': '30000',
  'x-ratelimit-remaining-tokens': '24000',
  'x-ratelimit-reset-requests': '120ms',
  'x-ratelimit-reset-tokens': '6m0s'
}
const CHAT_FIELDS =
  'model messages stream stream_options temperature top_p max_tokens max_completion_tokens n tools tool_choice response_format user metadata store seed stop service_tier parallel_tool_calls reasoning_effort frequency_penalty presence_penalty logprobs top_logprobs logit_bias modalities prediction verbosity prompt_cache_key safety_identifier'
const RESPONSES_FIELDS =
  'model input stream background instructions max_output_tokens store tools tool_choice text reasoning include metadata temperature top_p truncation user previous_response_id conversation service_tier parallel_tool_calls prompt_cache_key'
const EMBEDDING_FIELDS = 'model input encoding_format dimensions user'
const TEXT = ['Grüß', ' dich ✓', ', Welt', ' 你好']

/** Answers as a flavour does, and refuses what it refuses. */
export async function answerOpenAI(exchange: Exchange, flavour: Flavour = 'openai'): Promise<void> {
  const { path, method, body, play, attempt } = exchange
  const refuse = (status: number, message: string, more: object = {}) => refusal(exchange, flavour, status, message, more)
  if (flavour === 'azure') {
    if (exchange.headers['api-key'] !== 'test-key') return refuse(401, 'Access denied due to invalid subscription key')
    if (!exchange.query.has('api-version')) return refuse(404, 'Resource not found')
  } else if (flavour !== 'ollama' && flavour !== 'vllm' && exchange.headers.authorization !== 'Bearer test-key')
    return refuse(401, 'Incorrect API key provided', { code: 'invalid_api_key' })
  const stored = /\/responses\/(\w+)$/.exec(path)
  if (method === 'GET' && stored) return void exchange.json(200, responseBody(body['model'], 'completed', stored[1]))
  if (method !== 'POST') return refuse(405, 'Not allowed to use this method')
  if (!String(exchange.headers['content-type']).startsWith('application/json')) return refuse(400, 'The body must be JSON')
  const deployment = /\/deployments\/([^/]+)\//.exec(path)?.[1]
  if ((body['model'] ?? deployment) === undefined) return refuse(400, 'you must provide a model parameter')
  if (body['model'] === 'missing' || deployment === 'missing')
    return refuse(404, 'The model `missing` does not exist', { code: 'model_not_found' })
  if (play === 'retry' && attempt === 1) return refuse(429, 'Rate limit reached', { code: 'rate_limit_exceeded', type: 'requests' })
  if (path.endsWith('/chat/completions')) return chat(exchange, flavour, refuse)
  if (path.endsWith('/responses')) return responses(exchange, refuse)
  if (path.endsWith('/embeddings')) return embeddings(exchange, refuse)
  refuse(404, `Unknown request URL: POST ${path}`)
}

function refusal({ json }: Exchange, flavour: Flavour, status: number, message: string, more: object): void {
  const error = { message, type: 'invalid_request_error', param: null, code: null, ...more }
  const headers: Record<string, string> = status === 429 ? { 'retry-after-ms': '2', 'retry-after': '0' } : {}
  if (flavour === 'vllm') return json(status, { object: 'error', ...error, code: status, type: 'BadRequestError' }, headers)
  if (flavour === 'mistral' && status === 422)
    return json(status, { object: 'error', message: { detail: [{ type: 'extra_forbidden', loc: ['body', message] }] } })
  json(status, { error }, headers)
}

async function chat(exchange: Exchange, flavour: Flavour, refuse: (status: number, message: string) => void): Promise<void> {
  const { body, whole, frames } = exchange
  const options = body['stream_options'] as { include_usage?: boolean } | undefined
  const unknown = Object.keys(body).find((name) => !CHAT_FIELDS.split(' ').includes(name))
  if (unknown) return refuse(400, `Unrecognized request argument supplied: ${unknown}`)
  const messages = body['messages'] as { role?: unknown; content?: unknown }[] | undefined
  if (!Array.isArray(messages) || messages.length === 0) return refuse(400, "'messages' must be a list that is not empty")
  if (messages.some(({ role }) => typeof role !== 'string')) return refuse(400, "Missing required parameter: 'messages[0].role'")
  if (options && body['stream'] !== true) return refuse(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled")
  if (options && flavour === 'mistral') return refuse(422, 'stream_options')
  if (options && flavour === 'azure' && (exchange.query.get('api-version') ?? '') < '2024-09')
    return refuse(400, 'Unrecognized request argument supplied: stream_options')
  const failure = { error: { message: 'The server had an error', type: 'server_error', code: null, param: null } }
  const base = { id: 'chatcmpl-1', created: 1, model: `${body['model']}-2026-01-01`, service_tier: 'default' }
  if (body['stream'] !== true) {
    const message = { role: 'assistant', content: TEXT.join(''), refusal: null }
    const choices = [{ index: 0, finish_reason: 'stop', logprobs: null, message }]
    if (exchange.play === 'normal' || exchange.play === 'retry')
      for (const [name, value] of Object.entries(LIMITS)) exchange.response.setHeader(name, value)
    return whole({ ...base, object: 'chat.completion', choices, usage: CHAT_USAGE }, failure)
  }
  const asked = options?.include_usage === true
  const chunk = (more: object) => sse({ ...base, object: 'chat.completion.chunk', ...more, ...extra(flavour, asked) })
  const list = [
    chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] }),
    ...TEXT.map((content) => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }))
  ]
  if (flavour === 'azure') list.unshift(sse({ ...base, model: '', object: '', choices: [], prompt_filter_results: [] }))
  const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }
  if (flavour === 'groq') {
    list.push(sse({ ...base, object: 'chat.completion.chunk', ...last, x_groq: { id: 'req_1', usage: CHAT_USAGE } }))
    if (asked) list.push(sse({ ...base, object: 'chat.completion.chunk', choices: [], usage: CHAT_USAGE }))
  } else if (flavour === 'mistral') list.push(sse({ ...base, object: 'chat.completion.chunk', ...last, usage: CHAT_USAGE }))
  else {
    list.push(chunk(last))
    if (asked) list.push(sse({ ...base, object: 'chat.completion.chunk', choices: [], usage: CHAT_USAGE }))
  }
  list.push(sse('[DONE]'))
  // Servers of their own kind: comments and CRLF are legal in event streams.
  const sent = flavour === 'vllm' ? [': ping\n\n', ...list].map((frame) => frame.replaceAll('\n', '\r\n')) : list
  await frames(sent, sse(failure), LIMITS)
}

/** vLLM and OpenAI put a null beside each chunk once they are asked; Ollama and Groq do not. */
function extra(flavour: Flavour, asked: boolean): object {
  return asked && (flavour === 'openai' || flavour === 'azure' || flavour === 'vllm') ? { usage: null } : {}
}

function responseBody(model: unknown, status: string, id = 'resp_1') {
  const content = [{ type: 'output_text', text: TEXT.join(''), annotations: [] }]
  const output = status === 'completed' ? [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }] : []
  const error = status === 'failed' ? { code: 'server_error', message: 'The model failed' } : null
  const usage = status === 'completed' ? RESPONSES_USAGE : null
  const named = `${model ?? 'gpt-5-mini'}-2026-01-01`
  return { id, object: 'response', created_at: 1, status, error, incomplete_details: null, model: named, output, usage, tools: [] }
}

async function responses(exchange: Exchange, refuse: (status: number, message: string) => void): Promise<void> {
  const { body, whole, frames, play } = exchange
  const unknown = Object.keys(body).find((name) => !RESPONSES_FIELDS.split(' ').includes(name))
  if (unknown) return refuse(400, `Unknown parameter: '${unknown}'`)
  if (body['input'] === undefined) return refuse(400, "Missing required parameter: 'input'")
  if (body['background'] === true && body['store'] === false) return refuse(400, 'Background mode needs store')
  if (body['stream'] !== true)
    return whole(responseBody(body['model'], body['background'] === true ? 'queued' : 'completed'), responseBody(body['model'], 'failed'))
  let sequence = 0
  const event = (type: string, more: object) => sse({ type, sequence_number: sequence++, ...more }, type)
  const part = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const message = { id: 'msg_1', type: 'message', role: 'assistant' }
  const list = [
    event('response.created', { response: responseBody(body['model'], 'in_progress') }),
    event('response.in_progress', { response: responseBody(body['model'], 'in_progress') }),
    event('response.output_item.added', { output_index: 0, item: { ...message, status: 'in_progress', content: [] } }),
    event('response.content_part.added', { ...part, part: { type: 'output_text', text: '', annotations: [] } }),
    ...TEXT.map((delta) => event('response.output_text.delta', { ...part, delta, logprobs: [] })),
    event('response.output_text.done', { ...part, text: TEXT.join(''), logprobs: [] }),
    event('response.content_part.done', { ...part, part: { type: 'output_text', text: TEXT.join(''), annotations: [] } }),
    event('response.completed', { response: responseBody(body['model'], 'completed') })
  ]
  await frames(list, play === 'inside' ? event('response.failed', { response: responseBody(body['model'], 'failed') }) : '')
}

function embeddings(exchange: Exchange, refuse: (status: number, message: string) => void): void {
  const { body, whole } = exchange
  const unknown = Object.keys(body).find((name) => !EMBEDDING_FIELDS.split(' ').includes(name))
  if (unknown) return refuse(400, `Unrecognized request argument supplied: ${unknown}`)
  const input = typeof body['input'] === 'string' ? [body['input']] : body['input']
  if (!Array.isArray(input) || input.length === 0 || input.includes('')) return refuse(400, "'$.input' is invalid")
  if (input.length > 2048) return refuse(400, "'$.input' is too long")
  const floats = [0.5, 0.25, -1]
  const vector = body['encoding_format'] === 'base64' ? Buffer.from(new Float32Array(floats).buffer).toString('base64') : floats
  const data = input.map((_text, index) => ({ object: 'embedding', index, embedding: vector }))
  const failure = { error: { message: 'The server had an error', type: 'server_error', code: null, param: null } }
  whole({ object: 'list', model: body['model'], data, usage: { prompt_tokens: 7 * input.length, total_tokens: 7 * input.length } }, failure)
}
