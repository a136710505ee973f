// Concurrent embedding requests become full batches: each text once, in order, with errors of its own.
import { runScope } from '@rag/core'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmbedBatch } from '../src/index.js'
import { metered, until } from './support.js'
import { answerOpenAI } from './wire/openai.js'
import { startWire, type Wire } from './wire/server.js'

const vectorOf = (text: string) => [text.length, text.charCodeAt(0) || 0]
function recorded(options: Partial<Parameters<typeof createEmbedBatch>[0]> = {}) {
  const batches: string[][] = []
  const batch = createEmbedBatch({
    async embed(texts) {
      batches.push(texts)
      return texts.map(vectorOf)
    },
    ...options
  })
  return { batch, batches }
}

it('concurrent texts are one request, in the order they were asked', async () => {
  const { batch, batches } = recorded()
  const results = await Promise.all([batch.embed('a'), batch.embedMany(['bb', 'ccc']), batch.embed('dddd')])
  expect(results).toEqual([vectorOf('a'), [vectorOf('bb'), vectorOf('ccc')], vectorOf('dddd')])
  expect(batches).toEqual([['a', 'bb', 'ccc', 'dddd']])
})

it('the same text is sent once, also while it is under way', async () => {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const batches: string[][] = []
  const batch = createEmbedBatch({
    wait: 1,
    async embed(texts) {
      batches.push(texts)
      await gate
      return texts.map(vectorOf)
    }
  })
  const first = batch.embedMany(['a', 'a', 'b'])
  await until(() => batches.length === 1)
  const second = batch.embed('a')
  release()
  expect(await first).toEqual([vectorOf('a'), vectorOf('a'), vectorOf('b')])
  expect(await second).toEqual(vectorOf('a'))
  expect(batches).toEqual([['a', 'b']])
})

it('batches are full but no fuller, by number and by bytes', async () => {
  const byNumber = recorded({ maxBatch: 4 })
  await byNumber.batch.embedMany(Array.from({ length: 10 }, (_text, index) => `t${index}`))
  expect(byNumber.batches.map(({ length }) => length)).toEqual([4, 4, 2])
  const byBytes = recorded({ maxBytes: 10 })
  await byBytes.batch.embedMany(['éééé', 'ab', 'cd', 'a text that is longer than a batch may be'])
  expect(byBytes.batches).toEqual([['éééé', 'ab'], ['cd'], ['a text that is longer than a batch may be']])
})

it('a bad text fails alone', async () => {
  const sizes: number[] = []
  const batch = createEmbedBatch({
    async embed(texts) {
      sizes.push(texts.length)
      if (texts.includes('bad')) throw Object.assign(new Error('invalid input'), { status: 400 })
      return texts.map(vectorOf)
    }
  })
  const results = await Promise.allSettled(['a', 'b', 'bad', 'c', 'd'].map((text) => batch.embed(text)))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect((results[2] as PromiseRejectedResult).reason).toMatchObject({ message: 'invalid input' })
  expect(Math.max(...sizes)).toBe(5)
})

it('an error that is nobody’s fault fails the batch without asking again, and the next one is tried afresh', async () => {
  let asked = 0
  const batch = createEmbedBatch({
    async embed(texts) {
      if (++asked === 1) throw Object.assign(new Error('overloaded'), { status: 503 })
      return texts.map(vectorOf)
    }
  })
  expect(await Promise.allSettled([batch.embed('a'), batch.embed('b')])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
  expect(asked).toBe(1)
  expect(await batch.embed('a')).toEqual(vectorOf('a'))
})

it('a wrong number of vectors is an error with a code', async () => {
  const batch = createEmbedBatch({ embed: async () => [[1]] })
  await expect(batch.embedMany(['a', 'b'])).rejects.toMatchObject({ code: 'RAG_LLM_EMBED' })
  const none = createEmbedBatch({ embed: (async () => undefined) as never })
  await expect(none.embed('a')).rejects.toMatchObject({ code: 'RAG_LLM_EMBED' })
})

describe('with a cache', () => {
  const stored = () => {
    const map = new Map<string, number[]>()
    const cache = {
      getMany: async (keys: string[]) => keys.map((key) => map.get(key)),
      setMany: async (entries: [string, number[]][]) => {
        for (const [key, vector] of entries) map.set(key, vector)
      }
    }
    return { map, cache }
  }

  it('what is known is not asked for, and what is new is kept', async () => {
    const { map, cache } = stored()
    const { batch, batches } = recorded({ cache, cacheKey: 'small-3' })
    await batch.embedMany(['a', 'b'])
    await until(() => map.size === 2)
    expect([...map.keys()]).toEqual(['small-3:a', 'small-3:b'])
    expect(await batch.embedMany(['c', 'a'])).toEqual([vectorOf('c'), vectorOf('a')])
    expect(batches).toEqual([['a', 'b'], ['c']])
  })

  it('warm() makes vectors ready and says how many', async () => {
    const { cache } = stored()
    const { batch, batches } = recorded({ cache })
    expect(await batch.warm(['a', 'b', 'a'])).toBe(3)
    await batch.embed('b')
    expect(batches).toEqual([['a', 'b']])
  })

  it('a cache that is away costs requests, nothing else', async () => {
    const away = { getMany: () => Promise.reject(new Error('away')), setMany: () => Promise.reject(new Error('away')) }
    const { batch } = recorded({ cache: away })
    expect(await batch.embed('a')).toEqual(vectorOf('a'))
    const throwing = {
      getMany(): never {
        throw new Error('away')
      },
      setMany(): never {
        throw new Error('away')
      }
    }
    const second = recorded({ cache: throwing })
    expect(await second.batch.embedMany(['a', 'b'])).toHaveLength(2)
    expect(second.batches).toEqual([['a', 'b']])
  })
})

it('wrong options are refused at once', () => {
  const embed = async () => []
  for (const [options, code] of [
    [{}, 'RAG_LLM_OPTION'],
    [{ embed, maxBatch: 0 }, 'RAG_LLM_OPTION'],
    [{ embed, maxBytes: Number.NaN }, 'RAG_LLM_OPTION'],
    [{ embed, wait: 'soon' }, 'RAG_CORE_DURATION'],
    [{ embed, batch: 3 }, 'RAG_CORE_UNKNOWN_OPTION']
  ] as const)
    expect(() => createEmbedBatch(options as never), JSON.stringify(options)).toThrow(expect.objectContaining({ code }))
})

describe('through a metered client (wire-level stub)', () => {
  let stub: Wire
  beforeAll(async () => {
    stub = await startWire((exchange) => answerOpenAI(exchange))
  })
  afterAll(() => stub.close())

  it('each caller is charged for its own texts', async () => {
    const { meter, records } = metered()
    const openai = meter.wrap(new OpenAI({ apiKey: 'test-key', baseURL: `${stub.url('normal')}/v1` }))
    const batch = meter.embedBatch({
      embed: async (input) =>
        (await openai.embeddings.create({ model: 'text-embedding-3-small', input })).data.map(({ embedding }) => embedding)
    })
    const as = (tenant: string, texts: string[]) => runScope({ tenant }, undefined, () => batch.embedMany(texts))
    await Promise.all([as('acme', ['a', 'b']), as('globex', ['c']), as('acme', ['d'])])
    await until(() => records.length === 2)
    const charged = records.map(({ tenant, usage }) => [tenant, usage.inputTokens]).sort()
    expect(charged).toEqual([
      ['acme', 21],
      ['globex', 7]
    ])
  })
})
