// Providers, budgets and answers by meaning, through the vendors' own clients against the stand-in provider.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Anthropic from '@anthropic-ai/sdk'
import { observability } from '@rag/observability'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createModelServer } from '../../model/src/server.js'
import { createModels } from '../src/models.js'
import { prices } from '../src/prices.js'
import { viaAnthropic, viaOpenAi } from '../src/providers.js'

const signal = new AbortController().signal
const messages = [
  { role: 'user', content: 'Passages:\n[1] Owls fly at night.\n[2] Bats sleep by day.\n\nQuestion: When do owls fly?' }
] as const
const source = { document: 'owls', title: 'Owls', heading: '', text: 'Owls fly at night.', score: 1 }
/** Texts with the same first letter mean the same. */
const encoder = {
  embed: async (texts: readonly string[]) =>
    texts.map((text) => Float32Array.from({ length: 512 }, (_, at) => (at === text.charCodeAt(0) ? 1 : 0))),
  close() {}
}
const server = createModelServer({ encoder, pieceDelayMs: 1 })
let url: string
const close: (() => unknown)[] = []

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await Promise.all(close.map((one) => one()))
  server.closeAllConnections()
  server.close()
})

function start(userBudgetUsd = 1) {
  const obs = observability({ service: 'test', logger: false, tracing: false, llm: { prices } })
  close.push(obs.shutdown)
  const models = createModels({
    ...obs,
    providers: [
      viaOpenAi(new OpenAI({ apiKey: 'none', baseURL: `${url}/v1`, maxRetries: 0 }), 'extractive-1'),
      viaAnthropic(new Anthropic({ apiKey: 'none', baseURL: `${url}/anthropic`, maxRetries: 0 }), 'extractive-2')
    ],
    encoder: new OpenAI({ apiKey: 'none', baseURL: `${url}/v1` }),
    redis: undefined,
    userBudgetUsd,
    dailyBudgetUsd: 100
  })
  return { obs, models }
}
const fault = (wire: string, more: object) => fetch(`${url}/faults`, { method: 'POST', body: JSON.stringify({ wire, ...more }) })

it('goes to the second provider when the first one refuses, plain and streamed, and says which model answered', async () => {
  const { obs, models } = start()
  await fault('openai', { status: 503 })
  const plain = await models.complete({ messages }, {}, signal)
  expect(plain).toMatchObject({ model: 'extractive-2', text: expect.stringContaining('[1]') })
  expect(plain.usage.outputTokens).toBeGreaterThan(0)
  const pieces = []
  for await (const piece of models.stream({ messages }, {}, signal)) pieces.push(piece)
  expect(pieces.at(-1)).toMatchObject({ model: 'extractive-2', text: plain.text })
  expect(pieces.slice(0, -1).join('')).toBe(plain.text)
  await fault('openai', {})
  expect((await models.complete({ messages }, {}, signal)).model).toBe('extractive-1')
  expect(await obs.metrics.text()).toMatch(/rag_llm_reroutes_total\{reason="failover_status"[^}]*\} 2\b/)
})

it('gives the words of the last provider when none answers, and does not ask a second one for a model that does not exist', async () => {
  const { obs, models } = start()
  await Promise.all([fault('openai', { status: 500 }), fault('anthropic', { status: 500 })])
  await expect(models.complete({ messages }, {}, signal)).rejects.toThrow(/A fault was switched on/)
  await Promise.all([fault('openai', {}), fault('anthropic', {})])
  await expect(models.complete({ messages, model: 'none' }, {}, signal)).rejects.toThrow(/does not exist/)
  expect(await obs.metrics.text()).toMatch(/rag_llm_reroutes_total\{reason="failover_status"[^}]*\} 1\b/)
})

it('refuses a user whose budget is spent, once a call and before anything is sent, and no other user', async () => {
  const { obs, models } = start(0.0003)
  const ask = (user: string) => obs.run({ user }, () => models.complete({ messages }, { user }, signal))
  const outcomes = []
  for (let index = 0; index < 40; index++)
    outcomes.push(
      await ask('ada').then(
        () => 'ok',
        (error: { code?: string }) => error.code
      )
    )
  expect(new Set(outcomes)).toEqual(new Set(['ok', 'RAG_LLM_BUDGET']))
  const refused = outcomes.filter((outcome) => outcome !== 'ok').length
  expect(await obs.metrics.text()).toMatch(
    new RegExp(`rag_llm_budget_refusals_total\\{budget="user-day",reason="limit"[^}]*\\} ${refused}\\b`)
  )
  expect(await ask('grace')).toMatchObject({ model: 'extractive-1' })
})

it('answers a question that means the same with the kept answer and its sources, until a document of it changes', async () => {
  const { models } = start()
  const ask = (question: string, tenant = 'demo') => models.complete({ messages, question, sources: [source] }, { tenant }, signal)
  expect((await ask('When do owls fly?')).sameAs).toBeUndefined()
  const same = await ask('When do the owls fly?')
  expect(same).toMatchObject({ sameAs: 'When do owls fly?', sources: [source], costUsd: expect.any(Number) })
  expect((await ask('When do owls fly?', 'other')).sameAs).toBeUndefined()
  await models.forget([])
  expect((await ask('When do owls fly?')).sameAs).toBeDefined()
  await models.forget(['owls'])
  expect((await ask('When do owls fly?')).sameAs).toBeUndefined()
})
