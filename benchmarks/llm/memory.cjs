// Memory over many calls and over one long answer, in a process of its own that may collect garbage when it likes.
const { OpenAI } = require('openai')
const { createMeter } = require('@rag/llm-meter')

const usage = { prompt_tokens: 2006, completion_tokens: 300, total_tokens: 2306 }
const whole = JSON.stringify({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'x'.repeat(500) } }],
  usage
})
const frame = (content) => Buffer.from(`data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content } }] })}\n\n`)

/** A transport from memory: what is measured is the client and the meter. */
const transport = async (_url, init) => {
  if (!String(init.body).includes('"stream":true')) return new Response(whole, { headers: { 'content-type': 'application/json' } })
  const piece = frame('y'.repeat(1000))
  let left = 10 * 1024 * 1024
  const body = new ReadableStream({
    pull(controller) {
      left -= piece.length
      controller.enqueue(new Uint8Array(piece))
      if (left <= 0) {
        controller.enqueue(new Uint8Array(Buffer.from(`data: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\ndata: [DONE]\n\n`)))
        controller.close()
      }
    }
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}
const ask = { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'x' }] }
const live = () => {
  global.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** The most that is held while a long answer is read. */
async function peak(client) {
  let most = 0
  const start = live()
  let chunks = 0
  for await (const _chunk of await client.chat.completions.create({ ...ask, stream: true }))
    if (++chunks % 1000 === 0) most = Math.max(most, live() - start)
  return most
}

async function main() {
  const meter = createMeter({ onUsage() {} })
  const client = meter.wrap(new OpenAI({ apiKey: 'k', fetch: transport }))
  const calls = Number(process.argv[2])
  for (let n = 0; n < 5000; n++) await client.chat.completions.create(ask)
  await new Promise((resolve) => setTimeout(resolve, 50))
  const before = live()
  for (let n = 0; n < calls; n++) await client.chat.completions.create(ask)
  await new Promise((resolve) => setTimeout(resolve, 50))
  const growth = live() - before

  const bare = new OpenAI({ apiKey: 'k', fetch: transport })
  // Once for the code that has to be compiled, once for the figure.
  for (const one of [bare, client]) await peak(one)
  const bareLongAnswerPeakBytes = await peak(bare)
  const longAnswerPeakBytes = await peak(client)
  const longAnswerBytes = 10 * 1024 * 1024
  process.stdout.write(JSON.stringify({ calls, growthBytes: growth, longAnswerBytes, longAnswerPeakBytes, bareLongAnswerPeakBytes }))
  process.exit(0)
}
main()
