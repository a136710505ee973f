// One adapter in a process of its own: runs the calls it is told to and says what CPU they took.
const adapters = require('./adapters.cjs')

const [name, port] = process.argv.slice(2)
const { client: make, flush } = adapters[name](undefined)
const client = make({ apiKey: 'test', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 })
const ask = { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Tell me about the fox, the dog and the river, in some detail.' }] }

const work = {
  async chat() {
    await client.chat.completions.create(ask)
  },
  async stream() {
    for await (const _chunk of await client.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } }));
  },
  async 'stream, usage not asked for'() {
    for await (const _chunk of await client.chat.completions.create({ ...ask, stream: true }));
  }
}

process.on('message', async ({ kind, count }) => {
  const before = process.cpuUsage()
  const atOnce = kind === 'chat' ? 4 : 16
  for (let n = 0; n < count; n += atOnce) await Promise.all(Array.from({ length: atOnce }, () => work[kind]()))
  // What is left to record is part of the price.
  await flush()
  await new Promise((resolve) => setTimeout(resolve, 15))
  const { user, system } = process.cpuUsage(before)
  process.send({ micros: (user + system) / count })
})
process.send({ ready: true })
