// Fake secrets enter the application everywhere; none may show at any exit.
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCanary } from '@rag/core/test-suite'
import express from 'express'
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { observability } from '../src/index.js'
import { startOtlpSink } from './otlp-sink.js'
import { startFixture } from './support.js'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A wire-level stub of OpenAI's API: a model that repeats what it was asked. */
const createParrot = (): Server =>
  createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const { messages } = JSON.parse(text) as { messages: { content: string }[] }
    const usage = { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 }
    const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: `You said: ${messages[0]!.content}` } }]
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices, usage }))
  })

/** The application under test: it logs, throws, calls out, asks a model, counts and labels with whatever it is given. */
async function startApplication(canary: ReturnType<typeof createCanary>, mask: false | undefined) {
  const sink = await startOtlpSink()
  closing.push(sink.close)
  const model = await listen(createParrot())
  const prompts = canary.exit('prompts')
  const { secrets } = canary
  const obs = observability({
    service: 'canary',
    ...(mask === false && { mask }),
    logger: { destination: canary.exit('logs'), http: { headers: true } },
    tracing: { exporter: 'otlp', otlp: { url: sink.url } },
    llm: { content: {}, onUsage: ({ content }) => void prompts.write(JSON.stringify(content)) }
  })
  closing.push(() => obs.shutdown())
  const answers = obs.metrics.defineMetric({ name: 'answers_total', kind: 'counter', help: 'Answers.', labels: { source: { max: 50 } } })
  const openai = obs.llm(new OpenAI({ baseURL: `http://127.0.0.1:${model}/v1`, apiKey: secrets.openaiKey }))
  const app = express()
  app.use(obs.express())
  app.use(express.json(), express.urlencoded({ extended: false }))
  app.all('/ask', async (request, response) => {
    obs.identify({ tenant: `tenant ${secrets.githubToken}`, user: 'canary', tags: { note: `token=${secrets.session}` } })
    obs.logger.info(
      { ...canary.fields(), body: request.body as unknown, headers: request.rawHeaders },
      `asked with key ${secrets.openaiKey}`
    )
    obs.logger.child({ apiKey: secrets.anthropicKey }).warn('%s and %o', secrets.slackToken, { password: secrets.password })
    answers.inc({ source: secrets.githubToken })
    obs.flag('ranker', secrets.openaiKey)
    await obs.fetch(`http://127.0.0.1:${model}/v1/chat/completions?api_key=${secrets.openaiKey}&sig=${secrets.session}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secrets.bearer}` },
      body: JSON.stringify({ messages: [{ content: 'plain' }] })
    })
    await openai.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: canary.prompt() }] })
    await obs
      .stage('retrieve', { topK: 3, query: canary.prompt() } as never, async (stage) => {
        stage.set({ note: `Bearer ${secrets.bearer}`, password: secrets.password } as never)
        throw canary.error()
      })
      .catch((error: unknown) => obs.logger.error({ error }, 'the stage failed'))
    response.json({ ok: true })
  })
  app.all('/throw', () => {
    throw canary.error()
  })
  app.use(obs.errors())
  app.use(((_error, _request, response, _next) => void response.status(500).send('failed')) as express.ErrorRequestHandler)
  return { obs, sink, port: await listen(createServer(app)) }
}

async function run(canary: ReturnType<typeof createCanary>, mask?: false): Promise<void> {
  const { obs, sink, port } = await startApplication(canary, mask)
  const admin = await obs.admin({ port: 0 })
  closing.push(() => admin.close())
  expect(await canary.visit(port, ['/ask', '/throw'])).toBe(8)
  await obs.flush()
  canary.exit('labels').write(await obs.metrics.text())
  for (const page of ['/metrics', '/traces', '/logs']) canary.exit('admin pages').write(await (await fetch(`${admin.url}${page}`)).text())
  expect(sink.spans.length).toBeGreaterThan(8)
  canary.exit('spans').write(sink.raw())
}

describe('the canary', () => {
  it('finds no secret in logs, spans, labels, prompts and admin pages', async () => {
    const canary = createCanary()
    await run(canary)
    canary.assertClean()
  })

  it('finds them at each of these exits when masking is off, so that the test above can fail', async () => {
    const canary = createCanary()
    await run(canary, false)
    expect(new Set(canary.leaks().map(({ exit }) => exit))).toEqual(new Set(['logs', 'spans', 'labels', 'prompts', 'admin pages']))
    expect(() => canary.assertClean()).toThrow(/fake secrets came out/)
  })

  it('finds no secret in what a crashing process writes to its log', async () => {
    const canary = createCanary()
    const secrets = JSON.stringify(canary.secrets)
    const child = startFixture('crash.ts', [], { CANARY: secrets })
    const { code, stdout, stderr } = await child.ended
    expect(code).toBe(1)
    expect(stdout).toContain('"level":"fatal"')
    canary.exit('crash output').write(stdout)
    canary.exit('crash output').write(stderr)
    canary.assertClean()
  })

  it("shows that Node's own print of an uncaught error is none of the exits: SECURITY.md says so, and how to take its place", async () => {
    const canary = createCanary()
    const { code, stdout, stderr } = await startFixture('crash.ts', ['raw'], { CANARY: JSON.stringify(canary.secrets) }).ended
    expect(code).toBe(1)
    canary.exit("Node's print").write(stderr)
    expect(canary.leaks().map(({ exit }) => exit)).toContain("Node's print")
    canary.exit('log').write(stdout)
    expect(canary.leaks().map(({ exit }) => exit)).not.toContain('log')
    const security = readFileSync(new URL('../../../SECURITY.md', import.meta.url), 'utf8')
    expect(security).toContain('Masking of what Node itself prints of an uncaught error')
  })

  it('fails when an exit stays empty or there is none', () => {
    const canary = createCanary()
    expect(() => canary.assertClean()).toThrow(/watches no exit/)
    canary.exit('logs')
    expect(() => canary.assertClean()).toThrow(/nothing was written to the exit "logs"/)
  })

  it('sees halves, base64, hexadecimal and percent-encoded secrets', () => {
    const canary = createCanary()
    const { password, bearer } = canary.secrets
    for (const text of [
      bearer.slice(0, 20),
      bearer.slice(20),
      Buffer.from(`user:${password}`).toString('base64'),
      Buffer.from(`x${bearer}`).toString('hex'),
      `abc${password}def`
    ]) {
      const one = { ...canary, exit: canary.exit(text) }
      one.exit.write(text)
      expect(
        canary.leaks().some(({ exit }) => exit === text),
        text
      ).toBe(true)
    }
  })
})
