// Callers whose budgets are exhausted are answered 429 before a handler runs; calls move to another provider when one cannot serve.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { runScope } from '@rag/core'
import { generateText } from 'ai'
import express from 'express'
import Fastify from 'fastify'
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { quota as expressQuota } from '../src/express.js'
import { quota as fastifyQuota } from '../src/fastify.js'
import { createMeter } from '../src/index.js'
import { answering, figures, metered } from './support.js'
import { answerAnthropic } from './wire/anthropic.js'
import { answerOpenAI } from './wire/openai.js'
import { startWire } from './wire/server.js'

const real = globalThis.fetch
afterEach(() => {
  globalThis.fetch = real
})

/** A meter whose user `spent` has no requests left. */
async function exhausted() {
  const { meter } = metered()
  meter.budget({ name: 'daily', per: 'user', window: '1d', limit: { requests: 1 } })
  globalThis.fetch = answering(() => new Response('{"usage":{}}'))
  const sent = { method: 'POST', body: '{"model":"m"}' }
  await runScope({ user: 'spent' }, undefined, async () => (await meter.fetch('https://api.openai.com/v1/chat/completions', sent)).text())
  globalThis.fetch = real
  return meter
}

const apps = {
  async Express(meter: Parameters<typeof expressQuota>[0], onHandled: () => void) {
    const app = express()
    app.use((request, _response, next) => runScope({ user: String(request.headers['x-user']) }, undefined, next))
    app.use(expressQuota(meter))
    app.get('/ask', (_request, response) => {
      onHandled()
      response.send('answered')
    })
    const server = await new Promise<Server>((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
    })
    const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
    return { port: (server.address() as AddressInfo).port, close }
  },
  async Fastify(meter: Parameters<typeof fastifyQuota>[0], onHandled: () => void) {
    const app = Fastify()
    app.addHook('onRequest', (request, _reply, done) => runScope({ user: String(request.headers['x-user']) }, undefined, done))
    await app.register(fastifyQuota(meter))
    app.get('/ask', async () => {
      onHandled()
      return 'answered'
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() }
  }
}

for (const [name, start] of Object.entries(apps))
  describe(`quota in ${name}`, () => {
    it('answers 429 with Retry-After to who is out of budget, and lets others pass', async () => {
      let handled = 0
      const { port, close } = await start(await exhausted(), () => handled++)
      const ask = (user: string) => fetch(`http://127.0.0.1:${port}/ask`, { headers: { 'x-user': user } })
      const refused = await ask('spent')
      expect(refused.status).toBe(429)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(86_400)
      expect(await refused.json()).toMatchObject({ error: { code: 'RAG_LLM_BUDGET' } })
      expect(handled).toBe(0)
      expect(await (await ask('other')).text()).toBe('answered')
      expect(handled).toBe(1)
      await close()
    })

    it('a meter that fails lets everybody pass', async () => {
      const { port, close } = await start({ quota: () => Promise.reject(new Error('mine')) }, () => {})
      expect((await fetch(`http://127.0.0.1:${port}/ask`)).status).toBe(200)
      const throwing = await start(
        {
          quota() {
            throw new Error('mine')
          }
        },
        () => {}
      )
      expect((await fetch(`http://127.0.0.1:${throwing.port}/ask`)).status).toBe(200)
      await Promise.all([close(), throwing.close()])
    })
  })

describe('failover', () => {
  const ask = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: 'Hallo' }] }

  it('goes from a provider that is overloaded to one that answers, one record each (wire-level stub)', async () => {
    const { meter, records } = metered()
    const one = await startWire((exchange) => exchange.json(503, { error: { message: 'down' } }))
    const two = await startWire(answerAnthropic)
    const openai = meter.wrap(new OpenAI({ apiKey: 'test-key', baseURL: `${one.url('normal')}/v1`, maxRetries: 0 }))
    const anthropic = meter.wrap(new Anthropic({ apiKey: 'test-key', baseURL: two.url('normal') }))
    const targets = [
      async () => (await openai.chat.completions.create(ask)).choices[0]?.message.content,
      async () => {
        const { content } = await anthropic.messages.create({ model: 'claude-sonnet-5', max_tokens: 10, messages: ask.messages })
        return content[0]?.type === 'text' ? content[0].text : undefined
      }
    ]
    expect(await meter.failover({ targets }, (target) => target())).toContain('Grüß')
    expect(records.map(({ provider, outcome }) => [provider, outcome])).toEqual([
      ['openai', 'error'],
      ['anthropic', 'ok']
    ])
    expect(figures(meter).get('rag_llm_reroutes_total{reason="failover_status"}')).toBe(1)
    await Promise.all([one.close(), two.close()])
  })

  it('each reason is counted as what it is', async () => {
    const meter = createMeter()
    const stub = await startWire((exchange) => answerOpenAI(exchange))
    const client = (play: 'retry' | 'silent' | 'html', more: object = {}) =>
      new OpenAI({ apiKey: 'test-key', baseURL: `${stub.url(play)}/v1`, maxRetries: 0, ...more })
    meter.budget({ name: 'none', window: '1d', limit: { requests: 0 } })
    const failing: Record<string, () => Promise<unknown>> = {
      failover_rate_limit: () => client('retry').chat.completions.create(ask),
      failover_timeout: () => client('silent', { timeout: 30 }).chat.completions.create(ask),
      failover_status: () => client('html').chat.completions.create(ask),
      failover_connection: () => new OpenAI({ apiKey: 'k', baseURL: 'http://127.0.0.1:9', maxRetries: 0 }).chat.completions.create(ask)
    }
    for (const [reason, fail] of Object.entries(failing)) {
      expect(await meter.failover({ targets: [fail, async () => 'answered'] }, (target) => target())).toBe('answered')
      expect(figures(meter).get(`rag_llm_reroutes_total{reason="${reason}"}`), reason).toBe(1)
    }
    await stub.close()
  })

  it('goes on after what the AI SDK makes of a fault, retried or not (wire-level stub)', async () => {
    const meter = createMeter()
    const stub = await startWire((exchange) => answerOpenAI(exchange))
    const down = (baseURL: string, maxRetries: number) => () =>
      generateText({ model: createOpenAI({ apiKey: 'test-key', baseURL }).chat('gpt-5-mini'), prompt: 'Hallo', maxRetries })
    const [broken, nowhere] = [`${stub.url('html')}/v1`, 'http://127.0.0.1:9/v1']
    const failing = [down(broken, 0), down(broken, 1), down(nowhere, 0)]
    for (const fail of failing)
      expect(await meter.failover<() => Promise<unknown>, unknown>({ targets: [fail, async () => 'answered'] }, (target) => target())).toBe(
        'answered'
      )
    expect(figures(meter).get('rag_llm_reroutes_total{reason="failover_status"}')).toBe(2)
    expect(figures(meter).get('rag_llm_reroutes_total{reason="failover_connection"}')).toBe(1)
    await stub.close()
  })

  it('a hard stop stops, however the client wraps it; with `budgets` the next target is tried (wire-level stub)', async () => {
    const meter = createMeter()
    meter.budget({ name: 'none', window: '1d', limit: { requests: 0 } })
    const stub = await startWire((exchange) => answerOpenAI(exchange))
    const baseURL = `${stub.url('normal')}/v1`
    const refused = {
      wrapped: () => meter.wrap(new OpenAI({ apiKey: 'test-key', baseURL })).chat.completions.create(ask),
      fetching: () => new OpenAI({ apiKey: 'test-key', baseURL, maxRetries: 0, fetch: meter.fetch }).chat.completions.create(ask)
    }
    let others = 0
    for (const [name, fail] of Object.entries(refused)) {
      const targets = [fail, async () => ++others]
      await expect(
        meter.failover<() => Promise<unknown>, unknown>({ targets }, (target) => target()),
        name
      ).rejects.toBeInstanceOf(Error)
      expect(others, name).toBe(0)
    }
    const targets = [refused.wrapped, async () => ++others]
    expect(await meter.failover<() => Promise<unknown>, unknown>({ targets, budgets: true }, (target) => target())).toBe(1)
    expect(figures(meter).get('rag_llm_reroutes_total{reason="failover_budget"}')).toBe(1)
    expect(stub.sent(baseURL)).toEqual([])
    await stub.close()
  })

  it('an error that another provider would give too is thrown, and so is the last one', async () => {
    const meter = createMeter()
    const stub = await startWire((exchange) => answerOpenAI(exchange))
    const openai = new OpenAI({ apiKey: 'wrong', baseURL: `${stub.url('normal')}/v1`, maxRetries: 0 })
    let asked = 0
    const call = () => {
      asked++
      return openai.chat.completions.create(ask)
    }
    await expect(meter.failover({ targets: [1, 2] }, call)).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
    expect(asked).toBe(1)
    await expect(meter.failover({ targets: [1, 2], when: () => true }, call)).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
    expect(asked).toBe(3)
    await expect(meter.failover({ targets: [] }, call)).rejects.toMatchObject({ code: 'RAG_LLM_FAILOVER' })
    await stub.close()
  })
})
