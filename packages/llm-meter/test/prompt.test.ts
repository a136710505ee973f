// Prompts: what they are made of, what fits, what they are called, and tokens counted without blocking.
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { boundedTokenizer, estimateTokens, fitContext, lazyTokenizer, promptBreakdown, warm } from '../src/index.js'
import { answering, metered, pause } from './support.js'

const real = globalThis.fetch
afterEach(() => {
  globalThis.fetch = real
})
const words = (text: string) => text.split(' ').filter((word) => word !== '').length

describe('the breakdown of a prompt', () => {
  it('counts its parts and their sum', () => {
    const parts = { system: 'be brief', history: ['one two', 'three'], context: ['a b c d', 'e f'], question: 'why' }
    expect(promptBreakdown(parts, words)).toEqual({ system: 2, history: 3, context: 6, question: 1, total: 12, duplicateShare: 0 })
    expect(promptBreakdown({})).toMatchObject({ total: 0, duplicateShare: 0 })
  })

  it('tells how much of the context repeats itself', () => {
    const text = 'the quick brown fox jumps over the lazy dog near the river bank today'
    expect(promptBreakdown({ context: [text, text] }).duplicateShare).toBeCloseTo(0.5, 2)
    expect(promptBreakdown({ context: [text, text, text, text] }).duplicateShare).toBeCloseTo(0.75, 2)
    expect(promptBreakdown({ context: [text, 'something else that nobody has said before in any of these lines'] }).duplicateShare).toBe(0)
    const overlap = `${text.split(' ').slice(4).join(' ')} and then it slept in the shade of a tree`
    const share = promptBreakdown({ context: [text, overlap] }).duplicateShare
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.5)
  })

  it('a share is between 0 and 1, whatever the texts', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 8 }), (context) => {
        const { duplicateShare } = promptBreakdown({ context: [...context, ...context] })
        expect(duplicateShare >= 0 && duplicateShare <= 1).toBe(true)
      })
    )
  })
})

describe('fitContext', () => {
  const chunk = (text: string, score?: number) => ({ text, ...(score !== undefined && { score }) })
  it('keeps the most relevant chunks that fit, in the order given', () => {
    const given = [chunk('a a a', 0.2), chunk('b b', 0.9), chunk('c c c c', 0.8), chunk('d', 0.1)]
    expect(fitContext(given, { maxTokens: 6, count: words })).toEqual({ chunks: [given[1], given[2]], tokens: 6, dropped: 2 })
  })

  it('goes on to smaller chunks when a larger one does not fit', () => {
    const given = [chunk('a a a a a', 0.9), chunk('b', 0.5)]
    expect(fitContext(given, { maxTokens: 3, count: words }).chunks).toEqual([given[1]])
  })

  it('without scores the order is the relevance; the same text counts once', () => {
    const given = [chunk('a a'), chunk('a a'), chunk('b'), chunk('c')]
    expect(fitContext(given, { maxTokens: 3, count: words }).chunks).toEqual([given[0], given[2]])
  })

  it('never exceeds the budget, whatever the scores', () => {
    const scores = fc.option(fc.double(), { nil: undefined })
    const chunks = fc.array(fc.record({ text: fc.string({ maxLength: 30 }), score: scores }), { maxLength: 20 })
    fc.assert(
      fc.property(chunks, fc.integer({ min: 0, max: 40 }), (given, maxTokens) => {
        const fitted = fitContext(given as never, { maxTokens })
        expect(fitted.tokens).toBeLessThanOrEqual(maxTokens)
        expect(fitted.chunks.length + fitted.dropped).toBe(given.length)
      })
    )
  })

  it('a budget that is no number is refused', () => {
    for (const maxTokens of [Number.NaN, -1, undefined, 'many'])
      expect(() => fitContext([], { maxTokens } as never)).toThrow(expect.objectContaining({ code: 'RAG_LLM_OPTION' }))
  })
})

describe('tokens', () => {
  it('are estimated from words, digits and characters', () => {
    expect(estimateTokens('How long is a fortnight?')).toBe(8)
    expect(estimateTokens('')).toBe(0)
    expect(estimateTokens('a'.repeat(1000))).toBe(250)
    expect(estimateTokens('1234567')).toBe(3)
    expect(estimateTokens('你好世界')).toBe(4)
  })

  it('are at most the bytes of the text, and finite', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const tokens = estimateTokens(text)
        expect(tokens >= 0 && tokens <= Buffer.byteLength(text)).toBe(true)
      })
    )
  })

  it('of a short text are exact with a tokenizer, and an estimate where it fails', () => {
    expect(boundedTokenizer(words)('one two three')).toBe(3)
    const broken = boundedTokenizer(() => {
      throw new Error('mine')
    })
    expect(broken('one two')).toBe(estimateTokens('one two'))
    expect(boundedTokenizer(() => Number.NaN)('one two')).toBe(estimateTokens('one two'))
    expect(boundedTokenizer(() => -4)('one two')).toBe(estimateTokens('one two'))
  })

  it('of a long text are counted in small pieces, and no more of them than there is time for', () => {
    const sizes: number[] = []
    const slow = boundedTokenizer((text) => {
      sizes.push(text.length)
      for (const until = performance.now() + 2; performance.now() < until; );
      return 1
    })
    slow('x'.repeat(1_000_000))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500)
    expect(sizes.length).toBeLessThanOrEqual(2)
    expect(boundedTokenizer(words)('one two three '.repeat(100))).toBe(300)
  })

  it('of very many texts are counted for a few milliseconds and then taken to be like the ones before', () => {
    let counted = 0
    const slow = (text: string) => {
      counted++
      const until = performance.now() + 0.5
      while (performance.now() < until);
      return text.length / 10
    }
    const context = Array.from({ length: 10_000 }, () => 'x'.repeat(1000))
    expect(promptBreakdown({ context }, slow).context).toBe(1_000_000)
    expect(counted).toBeLessThan(1000)
    expect(
      fitContext(
        context.map((text, index) => ({ text: text + index })),
        { maxTokens: 5000, count: slow }
      ).chunks.length
    ).toBeGreaterThan(40)
  })

  it('a lazy tokenizer loads once, when it is first asked; until then, and without it, there is the estimate', async () => {
    let loads = 0
    const count = lazyTokenizer(async () => {
      loads++
      return words
    })
    expect(loads).toBe(0)
    expect(count('one fortnight')).toBe(estimateTokens('one fortnight'))
    await pause(5)
    expect(count('one fortnight')).toBe(2)
    expect(loads).toBe(1)
    const none = lazyTokenizer(() => Promise.reject(new Error('not installed')))
    none('one')
    await pause(5)
    expect(none('one fortnight')).toBe(estimateTokens('one fortnight'))
  })
})

it('warm() makes answers a few at a time and counts what failed', async () => {
  let [running, most] = [0, 0]
  const seen: number[] = []
  const result = await warm(
    [1, 2, 3, 4, 5, 6, 7],
    async (key) => {
      most = Math.max(most, ++running)
      await pause(5)
      running--
      if (key === 3) throw new Error('no')
      seen.push(key)
    },
    { concurrency: 3 }
  )
  expect(result).toEqual({ ready: 6, failed: 1 })
  expect(most).toBe(3)
  expect(seen.sort()).toEqual([1, 2, 4, 5, 6, 7])
})

it('a prompt’s name and version are on the records of its calls, and on no others', async () => {
  globalThis.fetch = answering(() => new Response('{"usage":{}}'))
  const { meter, records } = metered()
  const call = async () => {
    const response = await meter.fetch('https://api.openai.com/v1/chat/completions', { method: 'POST', body: '{"model":"m"}' })
    await response.text()
  }
  await meter.prompt('answer', '3.1', call)
  await call()
  expect(records.map(({ prompt }) => prompt)).toEqual([{ name: 'answer', version: '3.1' }, undefined])
})

describe('the table of models', () => {
  it('sums cost, latency and errors by model, with the scores given', async () => {
    let n = 0
    globalThis.fetch = answering(() => {
      n++
      if (n === 3) return new Response('{"error":{"message":"no"}}', { status: 400 })
      return new Response(JSON.stringify({ usage: { prompt_tokens: 1000, completion_tokens: 100 } }))
    })
    const { meter } = metered({ prices: { m: { input: 1, output: 2 } } })
    for (const model of ['m', 'm', 'm', 'other']) {
      const body = JSON.stringify({ model, messages: [] })
      await (await meter.fetch('https://api.openai.com/v1/chat/completions', { method: 'POST', body })).text()
    }
    meter.score('m', 1)
    meter.score('openai/m', 0.5)
    meter.score('m', Number.NaN)
    meter.score('nobody', 1)
    const [first, second] = meter.quality()
    expect(first).toMatchObject({ provider: 'openai', model: 'm', calls: 3, inputTokens: 2000, outputTokens: 200, score: 0.75 })
    expect(first?.errorRate).toBeCloseTo(1 / 3, 12)
    expect(first?.costUsd).toBeCloseTo(2 * 0.0012, 12)
    expect(first!.p50Ms <= first!.p95Ms && first!.p50Ms > 0).toBe(true)
    expect(second).toMatchObject({ model: 'other', calls: 1, costUsd: undefined, score: undefined })
  })
})
