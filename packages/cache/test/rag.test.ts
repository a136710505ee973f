// What RAG services cache: embeddings, retrievals, responses and their streams, answers by meaning; and what each hit saved.
import type { Emit, Source } from '@rag/core'
import { afterEach, describe, expect, test } from 'vitest'
import { PAIRS, type PairKind } from '../../../benchmarks/cache/pairs.js'
import {
  type Cache,
  type CacheOptions,
  canonicalJson,
  createCache,
  createEmbeddingCache,
  createKey,
  createMemoryVectors,
  createResponseCache,
  createRetrievalCache,
  createSavings,
  createSemanticCache,
  documentChanged,
  tokensOf
} from '../src/index.js'

const caches: Cache[] = []
const make = (options: Partial<CacheOptions> = {}): Cache => {
  const cache = createCache({ name: 'rag', ttl: '1m', ...options })
  caches.push(cache)
  return cache
}
afterEach(async () => {
  for (const cache of caches.splice(0)) await cache.close()
})

describe('keys', () => {
  test('are the same for the same parts in any order, and differ by every part and type', () => {
    const keyOf = createKey('answer')
    expect(keyOf({ tenant: 'a', model: 'm', topK: 8 })).toBe(keyOf({ topK: 8, model: 'm', tenant: 'a' }))
    const parts = [
      1,
      '1',
      1n,
      true,
      'true',
      null,
      'null',
      undefined,
      [1],
      { 0: 1 },
      new Date(1),
      new Set([1]),
      new Map([[1, 1]]),
      [[1]],
      '',
      [],
      {},
      Number.NaN,
      -0.5,
      Buffer.from([1]),
      new Uint8Array([1])
    ]
    const keys = parts.map((part) => keyOf({ part: [part] }))
    // JSON has one zero, and a Buffer is no Uint8Array.
    expect(new Set(keys).size).toBe(parts.length)
    expect(canonicalJson({ b: 1, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":1}')
    expect(keyOf({ text: 'a', more: 'b' })).not.toBe(keyOf({ text: 'ab', more: '' }))
    expect(keyOf({ $date: 1 })).not.toBe(keyOf(new Date(1) as never))
  })

  test('differ by what objects of a class are, and an object that shows nothing equals only itself', () => {
    class Hidden {
      readonly #value: number
      constructor(value: number) {
        this.#value = value
      }
      value = () => this.#value
    }
    class Sealed {
      #value = 0
      value() {
        return this.#value
      }
    }
    const pairs: [make: () => unknown, other: unknown][] = [
      [() => new URL('http://example.com/a'), new URL('http://example.com/b')],
      [() => new URLSearchParams('a=1'), new URLSearchParams('a=2')],
      [() => new Headers({ a: '1' }), new Headers({ a: '2' })],
      [() => /a/g, /a/i],
      [() => new Error('a'), new Error('b')],
      [() => Object.assign(new Error('a'), { status: 1 }), Object.assign(new Error('a'), { status: 2 })],
      [() => Uint8Array.of(1).buffer, Uint8Array.of(2).buffer],
      [() => Object(1), Object(2)],
      [() => ({ at: new Hidden(1) }), { at: new Hidden(1), more: 1 }]
    ]
    for (const [one, other] of pairs) {
      expect(canonicalJson([one()])).toBe(canonicalJson([one()]))
      expect(canonicalJson([one()])).not.toBe(canonicalJson([other]))
    }
    const sealed = new Sealed()
    const add = (a: number, b: number) => a + b
    const walk = [1][Symbol.iterator]()
    for (const [same, other] of [
      [sealed, new Sealed()],
      [add.bind(null, 1), add.bind(null, 2)],
      [walk, [1][Symbol.iterator]()]
    ]) {
      expect(canonicalJson([same])).toBe(canonicalJson([same]))
      expect(canonicalJson([same])).not.toBe(canonicalJson([other]))
    }
    expect(walk.next()).toEqual({ done: false, value: 1 })
    expect(canonicalJson([new AbortController().signal])).toBe(canonicalJson([new AbortController().signal]))
  })

  test('need the tenant where tenancy is declared', async () => {
    const keyOf = createKey('answer', { tenancy: true })
    for (const tenant of [undefined, '', null, 7]) {
      expect(() => keyOf({ tenant: tenant as never, model: 'm' })).toThrow(expect.objectContaining({ code: 'RAG_CACHE_TENANT' }))
    }
    const cache = make()
    const retrievals = createRetrievalCache({ cache, documentOf: (hit: { id: string }) => hit.id, tenancy: true })
    await expect(retrievals.retrieve({ question: 'q' }, () => [])).rejects.toMatchObject({ code: 'RAG_CACHE_TENANT' })
    const responses = createResponseCache({ cache, tenancy: true })
    await expect(responses.complete({ model: 'm' }, async () => 1)).rejects.toMatchObject({ code: 'RAG_CACHE_TENANT' })
    const iterate = async () => {
      for await (const _ of responses.stream({ model: 'm' }, async function* empty() {})) break
    }
    await expect(iterate()).rejects.toMatchObject({ code: 'RAG_CACHE_TENANT' })
    const semantic = createSemanticCache({ cache, embed: () => [1] })
    await expect(semantic.get({ model: 'm', text: 't' } as never)).rejects.toMatchObject({ code: 'RAG_CACHE_TENANT' })
  })
})

describe('embeddings', () => {
  test('each text is embedded once, in one call, by model and dimensions; what is saved is counted', async () => {
    const cache = make()
    const savings = createSavings('rag')
    const asked: (readonly string[])[] = []
    const embed = async (texts: readonly string[]) => {
      asked.push(texts)
      return texts.map((text) => [text.length, 0.5])
    }
    const small = createEmbeddingCache({ cache, model: 'small', dimensions: 2, savings, usdPerMillionTokens: 1000 })
    const vectors = await small.embed(['one', 'three', 'one'], embed)
    expect(vectors).toEqual([new Float32Array([3, 0.5]), new Float32Array([5, 0.5]), new Float32Array([3, 0.5])])
    await small.embed(['three', 'seven77', 'one'], embed)
    expect(asked).toEqual([['one', 'three'], ['seven77']])
    expect(savings.total()).toEqual({ tokens: 3, usd: 0.003 })
    await createEmbeddingCache({ cache, model: 'large', dimensions: 2 }).embed(['one'], embed)
    await createEmbeddingCache({ cache, model: 'small', dimensions: 3 }).embed(['one'], embed)
    await createEmbeddingCache({ cache, model: 'small', dimensions: 2, version: 'cleaned' }).embed(['one'], embed)
    expect(asked).toHaveLength(5)
  })

  test('one failed batch loses nothing that was there, and an answer of the wrong length is refused', async () => {
    const embeddings = createEmbeddingCache({ cache: make(), model: 'm' })
    await embeddings.embed(['a'], () => [[1]])
    await expect(embeddings.embed(['a', 'b'], () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    await expect(embeddings.embed(['a', 'b', 'c'], () => [[1]])).rejects.toMatchObject({ code: 'RAG_CACHE_BATCH' })
    expect(await embeddings.embed(['a', 'b'], () => [[2]])).toEqual([new Float32Array([1]), new Float32Array([2])])
  })
})

describe('documents', () => {
  test('a changed document removes every retrieval and answer that was built from it, and nothing else', async () => {
    const cache = make()
    const retrievals = createRetrievalCache({ cache, documentOf: (hit: { document: string }) => hit.document })
    const responses = createResponseCache({ cache })
    let searches = 0
    let calls = 0
    const search = (documents: string[]) => async () => {
      searches++
      return documents.map((document) => ({ document }))
    }
    const call = async () => ++calls
    const all = async () => {
      await retrievals.retrieve({ question: 'a' }, search(['41', '42']))
      await retrievals.retrieve({ question: 'b' }, search(['7']))
      await responses.complete({ model: 'm', question: 'a' }, call, { documents: ['42'] })
      await responses.complete({ model: 'm', question: 'b' }, call, { documents: ['7'] })
    }
    await all()
    await all()
    expect([searches, calls]).toEqual([2, 2])
    await documentChanged([cache], '42')
    await all()
    expect([searches, calls]).toEqual([3, 3])
    await cache.invalidate({ tags: ['index'] })
    await all()
    expect([searches, calls]).toEqual([5, 3])
  })
})

describe('responses', () => {
  const openai = { choices: [], usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } }

  test('a response is kept whole, its tokens and price are counted as saved and are its cost', async () => {
    const cache = make()
    const savings = createSavings('rag')
    const responses = createResponseCache({ cache, savings, priceOf: () => 0.25 })
    const request = { model: 'gpt', messages: [{ role: 'user', content: 'hi' }] }
    for (let call = 0; call < 3; call++) expect(await responses.complete(request, async () => openai)).toEqual(openai)
    expect(savings.byModel()).toEqual({ gpt: { tokens: 240, usd: 0.5 } })
    expect(cache.stats().savedCost).toBe(0.5)
    expect(await responses.complete({ ...request, temperature: 1 }, async () => 'other')).toBe('other')
    expect(await responses.complete({ ...request, tenant: 'b' }, async () => 'b')).toBe('b')
  })

  test('tokens are read in the shapes of the vendors', () => {
    expect(tokensOf(openai)).toBe(120)
    expect(tokensOf({ usage: { input_tokens: 3, output_tokens: 4 } })).toBe(7)
    expect(tokensOf({ usageMetadata: { totalTokenCount: 9 } })).toBe(9)
    for (const nothing of [undefined, null, 'text', {}, { usage: {} }, { usage: { total_tokens: 'many' } }])
      expect(tokensOf(nothing)).toBeUndefined()
  })

  const chunks = [{ text: 'a' }, { text: 'b' }, { text: '', usage: { total_tokens: 7 } }]
  const collect = async <C>(stream: AsyncIterable<C>, most = Number.POSITIVE_INFINITY) => {
    const got: C[] = []
    for await (const chunk of stream) {
      got.push(chunk)
      if (got.length >= most) break
    }
    return got
  }

  test('a stream is passed on chunk by chunk, kept after a clean end and replayed as a stream', async () => {
    const savings = createSavings('rag')
    const responses = createResponseCache({ cache: make(), savings })
    let opened = 0
    let given = 0
    const open = async function* stream() {
      opened++
      for (const chunk of chunks) {
        given++
        yield chunk
      }
    }
    const first = responses.stream({ model: 'm' }, open)[Symbol.asyncIterator]()
    expect((await first.next()).value).toEqual(chunks[0])
    expect(given).toBe(1)
    while (!(await first.next()).done) {}
    expect(await collect(responses.stream({ model: 'm' }, open))).toEqual(chunks)
    expect(opened).toBe(1)
    expect(savings.total().tokens).toBe(7)
    expect(await responses.complete({ model: 'm' }, async () => 'whole')).toBe('whole')
  })

  test('a stream that failed, was left, was too long or came from before an invalidation is not kept', async () => {
    const cache = make()
    const responses = createResponseCache({ cache, maxChunks: 5 })
    let opened = 0
    const good = async function* stream() {
      opened++
      yield* chunks
    }
    const failing = async function* stream() {
      yield chunks[0]!
      throw new Error('cut off')
    }
    await expect(collect(responses.stream({ model: 'm' }, failing))).rejects.toThrow('cut off')
    await collect(responses.stream({ model: 'm' }, good), 1)
    const long = async function* stream() {
      for (let index = 0; index < 10; index++) yield chunks[0]!
    }
    expect(await collect(responses.stream({ model: 'm' }, long))).toHaveLength(10)
    const late = responses.stream({ model: 'm' }, good, { documents: ['42'] })[Symbol.asyncIterator]()
    await late.next()
    await documentChanged([cache], '42')
    while (!(await late.next()).done) {}
    await expect(collect(responses.stream({ model: 'm' }, () => Promise.reject(new Error('no connection'))))).rejects.toThrow(
      'no connection'
    )
    expect(cache.stats().entries).toBe(0)
    expect(await collect(responses.stream({ model: 'm' }, good))).toEqual(chunks)
    expect(await collect(responses.stream({ model: 'm' }, good))).toEqual(chunks)
    expect(opened).toBe(3)
  })

  test('savings name at most a hundred models', () => {
    const sources: Source[] = []
    const observer = { id: 't', service: 't', source: (source: Source) => (sources.push(source), () => {}) }
    const savings = createSavings('rag', { observers: [observer] })
    for (let index = 0; index < 300; index++) savings.add(`model-${index}`, { tokens: 1, usd: 0.5 })
    savings.add('model-0', { tokens: Number.NaN, usd: -5 })
    const emitted: string[] = []
    const emit: Emit = (metric, value, labels) => emitted.push(`${metric}{${labels?.['model']}} ${value}`)
    for (const source of sources) source.read(emit)
    expect(emitted).toHaveLength(202)
    expect(emitted).toContain('rag_cache_saved_tokens_total{__other__} 200')
    expect(savings.total()).toEqual({ tokens: 300, usd: 150 })
  })
})

describe('answers by meaning', () => {
  /** The worst embedding there is: all questions are the same to it, so that only partition and gate are left. */
  const blind = () => [1, 0]

  test('of more than two hundred pairs, false hits are at most one in a hundred and none crosses tenants, even with a blind embedding', async () => {
    const hits: Record<PairKind, number> = { paraphrase: 0, negation: 0, number: 0, entity: 0, 'other tenant': 0 }
    const counts = { ...hits }
    for (const { kind, stored, asked } of PAIRS) {
      const semantic = createSemanticCache<string>({ cache: make(), embed: blind, threshold: 0.9 })
      await semantic.set({ tenant: 'acme', model: 'm', text: stored }, 'answer')
      const hit = await semantic.get({ tenant: kind === 'other tenant' ? 'globex' : 'acme', model: 'm', text: asked })
      counts[kind]++
      if (hit) hits[kind]++
    }
    expect(PAIRS.length).toBeGreaterThanOrEqual(200)
    expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(40)
    expect(hits['other tenant']).toBe(0)
    expect((hits.negation + hits.number + hits.entity) / (counts.negation + counts.number + counts.entity)).toBeLessThanOrEqual(0.01)
    // A gate that refuses everything would pass the lines above.
    expect(hits.paraphrase / counts.paraphrase).toBeGreaterThan(0.8)
  })

  test('another tenant, model or version never answers, also with the same words', async () => {
    const semantic = createSemanticCache<string>({ cache: make(), embed: blind })
    const question = { tenant: 'a', model: 'm', version: '1', text: 'What is the plan?' }
    await semantic.set(question, 'the plan')
    expect(await semantic.get(question)).toMatchObject({ value: 'the plan', score: 1 })
    for (const other of [{ tenant: 'b' }, { model: 'n' }, { version: '2' }, { version: undefined }]) {
      expect(await semantic.get({ ...question, ...other } as never)).toBeUndefined()
    }
    expect(semantic.stats()).toMatchObject({ hit: 1, miss: 4, refused: 0 })
  })

  test('below the threshold there is no hit; above, a gate of the application has the last word', async () => {
    const near: Record<string, number[]> = {
      'How do I log in?': [1, 0],
      'How can I log in?': [0.96, 0.28],
      'How may I log in?': [0.8, 0.6]
    }
    const asked: string[] = []
    const gate = (question: string) => {
      asked.push(question)
      return false
    }
    const options = { cache: make(), embed: (text: string) => near[text]!, vectors: createMemoryVectors() }
    const open = createSemanticCache<string>(options)
    const q = (text: string) => ({ tenant: 'a', model: 'm', text })
    await open.set(q('How do I log in?'), 'so')
    expect(await open.get(q('How can I log in?'))).toMatchObject({ value: 'so' })
    expect(await open.get(q('How may I log in?'))).toBeUndefined()
    const closed = createSemanticCache<string>({ ...options, gate })
    expect(await closed.get(q('How can I log in?'))).toBeUndefined()
    expect(asked).toEqual(['How can I log in?'])
    expect(closed.stats()).toMatchObject({ refused: 1, miss: 1 })
  })

  test('in shadow mode it never answers, and counts what it would have answered rightly and falsely', async () => {
    const semantic = createSemanticCache<string>({ cache: make(), embed: blind, shadow: true })
    const ask = (text: string, answer: string) => semantic.getOrSet({ tenant: 'a', model: 'm', text }, async () => answer)
    expect(await ask('How do I log in?', 'by mail')).toBe('by mail')
    expect(await ask('How can I log in?', 'by mail')).toBe('by mail')
    expect(await ask('How could I log in?', 'by phone')).toBe('by phone')
    expect(await semantic.get({ tenant: 'a', model: 'm', text: 'How do I log in?' })).toBeUndefined()
    expect(semantic.stats()).toMatchObject({ shadow_right: 1, shadow_false: 1, miss: 1 })
  })

  test('a changed document takes its answers along, and one that failed to be embedded costs the hit only', async () => {
    const cache = make()
    let down = false
    const semantic = createSemanticCache<string>({
      cache,
      embed: () => {
        if (down) throw new Error('embedding is down')
        return [1, 0]
      }
    })
    const question = { tenant: 'a', model: 'm', text: 'What is the plan?' }
    await semantic.getOrSet(question, async () => 'old', { dependsOn: ['document:42'] })
    expect(await semantic.getOrSet({ ...question, text: 'What is the plan exactly?' }, async () => 'new')).toBe('old')
    await documentChanged([cache], '42')
    expect(await semantic.getOrSet(question, async () => 'new')).toBe('new')
    down = true
    expect(await semantic.getOrSet({ ...question, text: 'Else?' }, async () => 'else')).toBe('else')
  })

  test('the store in memory is bounded, by questions and by partitions', async () => {
    const vectors = createMemoryVectors({ maxEntries: 3, maxPartitions: 2 })
    const one = new Float32Array([1, 0])
    for (let index = 0; index < 10; index++) await vectors.add('p', `k${index}`, 't', one)
    expect((await vectors.nearest('p', one, 10)).map(({ key }) => key).sort()).toEqual(['k7', 'k8', 'k9'])
    for (const partition of ['q', 'r']) await vectors.add(partition, 'k', 't', one)
    expect(await vectors.nearest('p', one, 10)).toEqual([])
    expect(await vectors.nearest('r', new Float32Array([1, 0, 0]), 10)).toEqual([])
    expect(await vectors.nearest('q', new Float32Array([0, 0]), 1)).toEqual([{ key: 'k', text: 't', score: 0 }])
  })

  test.each([0, -1, 1.1, Number.NaN, '0.9'])('a threshold of %s fails at creation', (threshold) => {
    expect(() => createSemanticCache({ cache: make(), embed: blind, threshold: threshold as number })).toThrow(
      expect.objectContaining({ code: 'RAG_CACHE_OPTION' })
    )
  })
})
