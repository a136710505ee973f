// A provider that speaks OpenAI's wire format, in a process of its own so that its work is nobody's.
import { createServer } from 'node:http'

const usage = { prompt_tokens: 2006, completion_tokens: 300, total_tokens: 2306, prompt_tokens_details: { cached_tokens: 1920 } }
const base = { id: 'chatcmpl-1', created: 1, model: 'gpt-5-mini-2026-01-01', service_tier: 'default', system_fingerprint: 'fp_1' }
const answer = 'The quick brown fox jumps over the lazy dog and goes on to the river. '.repeat(12)
const whole = JSON.stringify({
  ...base,
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', logprobs: null, message: { role: 'assistant', content: answer, refusal: null } }],
  usage
})
const frame = (more) => `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...more })}\n\n`
const frames = (asked) => {
  const extra = asked ? { usage: null } : {}
  const list = Array.from({ length: 200 }, (_frame, index) =>
    frame({ choices: [{ index: 0, delta: { content: ` word${index}` }, logprobs: null, finish_reason: null }], ...extra })
  )
  list.push(frame({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], ...extra }))
  if (asked) list.push(frame({ choices: [], usage }))
  return [...list, 'data: [DONE]\n\n']
}
const [asked, unasked] = [frames(true), frames(false)]
let retried = false
const TICK_MS = 1

const server = createServer(async (request, response) => {
  let text = ''
  for await (const part of request) text += part
  const body = JSON.parse(text)
  const refuse = (status, type) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '1' })
      .end(JSON.stringify({ error: { message: type, type } }))
  if (body.model === 'missing') return refuse(404, 'invalid_request_error')
  if (body.model === 'retry') {
    retried = !retried
    if (retried) return refuse(429, 'rate_limit_error')
  }
  if (!body.stream) return response.writeHead(200, { 'content-type': 'application/json' }).end(whole)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const list = body.stream_options?.include_usage ? asked : unasked
  if (body.model === 'inside') {
    for (const one of list.slice(0, 5)) response.write(one)
    return response.end(`data: ${JSON.stringify({ error: { message: 'down', type: 'server_error' } })}\n\n`)
  }
  if (body.model === 'stall') return list.slice(0, 5).map((one) => response.write(one))
  streams.add({ response, list, at: 0 })
})

/** As a model makes its tokens: one frame a tick. Written at once, how many come in one piece would be chance, and the price of a stream with it. */
const streams = new Set()
setInterval(() => {
  for (const stream of streams) {
    if (stream.at < stream.list.length) stream.response.write(stream.list[stream.at++])
    else {
      stream.response.end()
      streams.delete(stream)
    }
  }
}, TICK_MS)
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
