// Budgets through a meter: who has one, what it holds back, what is settled, and what a caller is told.
import { runScope } from '@rag/core'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type BudgetOptions, createMemoryStore, createMeter } from '../src/index.js'
import { answering, figures, metered, oddities } from './support.js'

const real = globalThis.fetch
let sent: Record<string, unknown>[] = []
let answer: () => Response | Promise<Response>
const json = (body: object, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
beforeEach(() => {
  sent = []
  answer = () => json({ usage: { prompt_tokens: 10, completion_tokens: 5 } })
  globalThis.fetch = answering((_url, init) => {
    sent.push(JSON.parse(String(init.body)) as Record<string, unknown>)
    return answer()
  })
})
afterEach(() => {
  globalThis.fetch = real
  vi.useRealTimers()
})

const prices = { m: { input: 1, output: 2 }, small: { input: 0.1, output: 0.2 } }
const URL_CHAT = 'https://api.openai.com/v1/chat/completions'
const ask = { model: 'm', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5 }

function withBudget(budget: Partial<BudgetOptions>, options: Parameters<typeof metered>[0] = {}) {
  const { meter, records } = metered({ prices, ...options })
  const handle = meter.budget({ name: 'test', window: '1h', limit: { requests: 1000 }, ...budget } as BudgetOptions)
  const call = async (body: object = ask) => {
    const response = await meter.fetch(URL_CHAT, { method: 'POST', body: JSON.stringify(body) })
    await response.text()
    return response.status
  }
  return { meter, records, handle, call }
}
/** Replies wait until the gate opens. */
function gate(reply: () => Response): () => void {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  answer = () => opened.then(reply)
  return open
}
const as = <T>(identity: { user?: string; tenant?: string; tags?: Record<string, string> }, run: () => Promise<T>) =>
  runScope(identity, undefined, run)

describe('a hard stop', () => {
  it('refuses before anything is sent, with a typed error that says when there is room', async () => {
    const { call, meter, records } = withBudget({ limit: { requests: 1 } })
    await call()
    await expect(call()).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET', budget: 'test', status: 429 })
    await expect(call()).rejects.toSatisfy((error: { retryAfterMs: number }) => error.retryAfterMs > 0 && error.retryAfterMs <= 3_600_000)
    expect(sent).toHaveLength(1)
    expect(records).toHaveLength(1)
    expect(figures(meter).get('rag_llm_budget_refusals_total{budget="test",reason="limit"}')).toBe(2)
  })

  it('reaches the application through the client of the vendor as it is', async () => {
    const meter = createMeter({ prices })
    meter.budget({ name: 'none', window: '1d', limit: { usd: 0 } })
    const openai = meter.wrap(new OpenAI({ apiKey: 'k', fetch: (input, init) => globalThis.fetch(input, init) }))
    await expect(openai.chat.completions.create(ask as never)).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET', budget: 'none' })
    await expect(openai.chat.completions.create({ ...ask, stream: true } as never)).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET' })
    expect(sent).toEqual([])
  })

  it('holds money by the dearest rates and the most output, and settles what was used', async () => {
    const { call, handle } = withBudget({ limit: { usd: 1 } })
    answer = () => {
      held = handle.state()
      return json({ usage: { prompt_tokens: 10, completion_tokens: 5 } })
    }
    let held: ReturnType<typeof handle.state> | undefined
    await call()
    const bytes = Buffer.byteLength(JSON.stringify(ask))
    const [during] = (await held)!
    expect(during?.reserved.usd).toBeGreaterThanOrEqual((bytes * 1 + 5 * 2) / 1e6)
    const [after] = await handle.state()
    expect(after).toMatchObject({ used: { usd: 20 / 1e6, requests: 1 }, reserved: { usd: 0, tokens: 0, requests: 0 } })
  })

  it('a call without a maximum takes what is left until it settles', async () => {
    const { call, handle } = withBudget({ limit: { tokens: 1000 } })
    const open = gate(() => json({ usage: { prompt_tokens: 600, completion_tokens: 500 } }))
    const first = call({ ...ask, max_tokens: undefined })
    await expect(call({ ...ask, max_tokens: undefined })).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET' })
    open()
    await first
    expect((await handle.state())[0]?.used.tokens).toBe(1100)
    await expect(call()).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET' })
  })

  it.each([
    ['sound', { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }] }] }],
    ['a search by the provider', { tools: [{ type: 'web_search' }] }],
    ['a prompt that the provider keeps', { prompt: { id: 'pmpt_1' } }],
    ['a file', { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] }],
    ['what the server remembers', { previous_response_id: 'resp_1' }]
  ])('%s has no bound, so the call takes what is left', async (_name, more) => {
    const { call } = withBudget({ limit: { tokens: 1_000_000 } })
    const open = gate(() => json({ usage: { prompt_tokens: 1, completion_tokens: 1 } }))
    const first = call({ ...ask, ...more })
    await expect(call()).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET' })
    open()
    await first
    expect(await call()).toBe(200)
  })

  it('a body that cannot be read bounds nothing', async () => {
    const { meter, handle } = withBudget({ limit: { tokens: 100_000 }, maxOutputTokens: 5 })
    const open = gate(() => json({ usage: { prompt_tokens: 10, completion_tokens: 5 } }))
    globalThis.fetch = answering(() => answer())
    const under = meter.fetch(URL_CHAT, { method: 'POST', body: new Blob([JSON.stringify(ask)]) })
    await vi.waitFor(async () => expect((await handle.state())[0]!.reserved.tokens).toBe(100_000))
    open()
    await (await under).text()
    await vi.waitFor(async () => expect((await handle.state())[0]!.used.tokens).toBe(15))
  })

  it('an image has the maximum that its provider documents, whatever its bytes', async () => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(1e6)}` } }
    const body = { ...ask, messages: [{ role: 'user', content: [image, image] }] }
    const most = 2 * (2833 + 8 * 5667)
    const exact = withBudget({ limit: { tokens: most + 400 } })
    expect(await exact.call(body)).toBe(200)
    const tight = withBudget({ limit: { tokens: most } })
    await expect(tight.call(body)).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET' })
  })

  it('what a provider adds for tools is in the bound', async () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: {} } }]
    const tight = withBudget({ limit: { tokens: 512 } })
    await expect(tight.call({ ...ask, tools })).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET' })
    const wide = withBudget({ limit: { tokens: 1000 } })
    expect(await wide.call({ ...ask, tools })).toBe(200)
  })

  it('countTokens tightens the bound; what it throws is counted and bytes bound again', async () => {
    const tight = withBudget({ limit: { tokens: 12 } }, { countTokens: () => 3 })
    expect(await tight.call()).toBe(200)
    const thrown = withBudget(
      { limit: { tokens: 12 } },
      {
        countTokens: () => {
          throw new Error('mine')
        }
      }
    )
    await expect(thrown.call()).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET' })
    expect(oddities(thrown.meter, 'callback')).toBe(1)
  })
})

describe('what a call is charged', () => {
  it('nothing but the request when the provider refused', async () => {
    const { call, handle } = withBudget({ limit: { tokens: 1000, usd: 1 } })
    answer = () => json({ error: { message: 'no' } }, 400)
    await call()
    expect((await handle.state())[0]).toMatchObject({ used: { tokens: 0, usd: 0, requests: 1 }, reserved: { tokens: 0 } })
  })

  it('what was reserved when the usage of an answer is unknown', async () => {
    const { call, handle } = withBudget({ limit: { tokens: 1000, usd: 1 } })
    answer = () => json({})
    await call()
    const { used } = (await handle.state())[0]!
    expect(used.tokens).toBeGreaterThan(5)
    expect(used.usd).toBeGreaterThan(0)
  })

  it('nothing at all when it could not be sent', async () => {
    const { call, handle } = withBudget({ limit: { tokens: 1000 } })
    globalThis.fetch = () => Promise.reject(new TypeError('fetch failed'))
    await expect(call()).rejects.toThrow('fetch failed')
    expect((await handle.state())[0]).toMatchObject({ used: { tokens: 0 }, reserved: { tokens: 0 } })
  })

  it('what was reserved when a call is given up while the provider works on it', async () => {
    const { meter, handle } = withBudget({ limit: { tokens: 1000 } })
    globalThis.fetch = (_input, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
    const signal = AbortSignal.timeout(10)
    await expect(meter.fetch(URL_CHAT, { method: 'POST', body: JSON.stringify(ask), signal })).rejects.toThrow()
    expect((await handle.state())[0]!.used.tokens).toBeGreaterThan(5)
  })
})

describe('who has a budget', () => {
  it('each user, tenant, model or tag has its own', async () => {
    const cases: [BudgetOptions['per'], object, object][] = [
      ['user', { user: 'a' }, { user: 'b' }],
      ['tenant', { tenant: 'a' }, { tenant: 'b' }],
      [{ tag: 'team' }, { tags: { team: 'a' } }, { tags: { team: 'b' } }]
    ]
    for (const [per, one, other] of cases) {
      const { call } = withBudget({ per: per!, limit: { requests: 1 } })
      await as(one, call)
      await expect(as(one, call)).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET' })
      expect(await as(other, call)).toBe(200)
      // Nobody has no budget of this kind.
      expect(await call()).toBe(200)
    }
    const { call } = withBudget({ per: 'model', limit: { requests: 1 } })
    await call()
    await expect(call()).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET' })
    expect(await call({ ...ask, model: 'small' })).toBe(200)
  })

  it('subjects whose names meet in no way share nothing', async () => {
    const { call } = withBudget({ per: 'user', limit: { requests: 1 } })
    for (const user of ['a', 'a:b', 'a}', '{a}', 'a%3Ab', 'ä', '__proto__']) expect(await as({ user }, call)).toBe(200)
  })

  it('a subject that no URL can say is a subject', async () => {
    const { call, handle } = withBudget({ per: 'user', limit: { requests: 1 } })
    const user = 'cut \ud83d'
    expect(await as({ user }, call)).toBe(200)
    await expect(as({ user }, call)).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET' })
    expect((await handle.state(user))[0]!.used.requests).toBe(1)
  })

  it('a model is no property of every object: no downgrade is found by its name', async () => {
    const { call } = withBudget({ limit: { requests: 10 }, soft: 0.1, downgrade: { m: 'small' } })
    await call({ ...ask, model: 'constructor' })
    await call({ ...ask, model: 'toString' })
    await call()
    expect(sent.map(({ model }) => model)).toEqual(['constructor', 'toString', 'small'])
  })

  it('a call that one of several budgets refuses holds nothing in the others', async () => {
    const { meter, call, handle } = withBudget({ limit: { requests: 10 } })
    meter.budget({ name: 'strict', window: '1h', limit: { requests: 0 } })
    await expect(call()).rejects.toMatchObject({ budget: 'strict' })
    expect((await handle.state())[0]).toMatchObject({ used: { requests: 0 }, reserved: { requests: 0 } })
  })

  it('the running identity sees its own state, and a budget can be removed', async () => {
    const { call, handle } = withBudget({ per: 'user', limit: { requests: 1 } })
    await as({ user: 'a' }, call)
    expect(await as({ user: 'a' }, () => handle.state())).toMatchObject([{ subject: 'a', used: { requests: 1 } }])
    expect(await handle.state('b')).toMatchObject([{ subject: 'b', used: { requests: 0 } }])
    expect(await handle.state()).toEqual([])
    handle.remove()
    expect(await as({ user: 'a' }, call)).toBe(200)
  })
})

describe('beyond the soft limit', () => {
  it('each subject is warned of once a window', async () => {
    const warned: string[] = []
    const { call, meter } = withBudget({
      per: 'user',
      limit: { requests: 10 },
      soft: 0.2,
      onSoft: ({ subject }) => void warned.push(subject)
    })
    for (let round = 0; round < 4; round++) for (const user of ['a', 'b']) await as({ user }, call)
    expect(warned).toEqual(['a', 'b'])
    expect(figures(meter).get('rag_llm_reroutes_total{reason="soft_limit"}')).toBe(2)
  })

  it('a cheaper model is used, and recorded as used', async () => {
    const { call, records, meter } = withBudget({ limit: { requests: 4 }, soft: 0.5, downgrade: { m: 'small' } })
    for (let round = 0; round < 4; round++) await call()
    expect(sent.map(({ model }) => model)).toEqual(['m', 'small', 'small', 'small'])
    expect(records.map(({ model }) => model)).toEqual(['m', 'small', 'small', 'small'])
    expect(records[1]?.costUsd).toBeCloseTo(2e-6, 12)
    expect(figures(meter).get('rag_llm_reroutes_total{reason="downgraded"}')).toBe(3)
    await expect(call()).rejects.toMatchObject({ code: 'RAG_LLM_BUDGET' })
  })

  it('a cheaper model may fit where the dear one does not', async () => {
    const { call } = withBudget({ limit: { usd: 0.00003 }, soft: 1, downgrade: (model) => (model === 'm' ? 'small' : undefined) })
    expect(await call()).toBe(200)
    expect(sent[0]?.['model']).toBe('small')
  })
})

describe('a window', () => {
  it('that rolls over begins at zero, and a call that spans it is charged where it was reserved', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 31, 23, 59, 59) })
    const store = createMemoryStore()
    const { call, handle } = withBudget({ window: '1mo', limit: { requests: 1 }, store })
    answer = () => {
      vi.setSystemTime(Date.UTC(2026, 1, 1, 0, 0, 1))
      return json({ usage: { prompt_tokens: 1, completion_tokens: 1 } })
    }
    await call()
    expect((await handle.state())[0]).toMatchObject({ used: { requests: 0 }, resetMs: 28 * 86_400_000 - 1000 })
    const january = `test:all:${Date.UTC(2026, 0, 1)}`
    expect(await store.peek(january)).toMatchObject({ used: { requests: 1 }, reserved: { requests: 0 } })
    expect(await call()).toBe(200)
  })
})

describe('the quota of a caller', () => {
  it('is undefined while there is room, and else the seconds until there is', async () => {
    const { call, meter } = withBudget({ per: 'user', limit: { requests: 1 }, window: '1h' })
    expect(await as({ user: 'a' }, () => meter.quota())).toBeUndefined()
    await as({ user: 'a' }, call)
    const seconds = await as({ user: 'a' }, () => meter.quota())
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(3600)
    expect(await as({ user: 'b' }, () => meter.quota())).toBeUndefined()
  })
})

it('wrong budgets are refused at once', () => {
  const meter = createMeter()
  const wrong: [object, string][] = [
    [{ name: '' }, 'RAG_LLM_OPTION'],
    [{ name: 'a b' }, 'RAG_LLM_OPTION'],
    [{ per: 'planet' }, 'RAG_LLM_OPTION'],
    [{ window: 'soon' }, 'RAG_CORE_DURATION'],
    [{ window: '1ms' }, 'RAG_LLM_OPTION'],
    [{ timeZone: 'Mars/Olympus' }, 'RAG_LLM_OPTION'],
    [{ limit: {} }, 'RAG_LLM_OPTION'],
    [{ limit: { usd: -1 } }, 'RAG_LLM_OPTION'],
    [{ limit: { usd: Number.NaN } }, 'RAG_LLM_OPTION'],
    [{ limit: { euros: 1 } }, 'RAG_LLM_OPTION'],
    [{ soft: 0 }, 'RAG_LLM_OPTION'],
    [{ onStoreDown: 'maybe' }, 'RAG_LLM_OPTION'],
    [{ reservationTtl: 'x' }, 'RAG_CORE_DURATION'],
    [{ maxOutputTokens: -1 }, 'RAG_LLM_OPTION'],
    [{ store: {} }, 'RAG_LLM_OPTION'],
    [{ limits: {} }, 'RAG_CORE_UNKNOWN_OPTION']
  ]
  for (const [options, code] of wrong)
    expect(() => meter.budget({ name: 'n', window: '1d', limit: { usd: 1 }, ...options } as never), JSON.stringify(options)).toThrow(
      expect.objectContaining({ code })
    )
  meter.budget({ name: 'twice', window: '1d', limit: { usd: 1 } })
  expect(() => meter.budget({ name: 'twice', window: '1d', limit: { usd: 1 } })).toThrow(
    expect.objectContaining({ code: 'RAG_LLM_OPTION' })
  )
})
