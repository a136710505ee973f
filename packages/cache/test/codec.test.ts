// Bytes in Redis: exact values, compression, encryption with a change of keys, and bytes that are wrong.
import { randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeWith, type RunningRedis, startRedis } from '../../../scripts/test-support.js'
import { createPayloadGate } from '../src/codec/gate.js'
import { decodeRecord, encodeRecord, FLAG_COMPRESSED, type PayloadGate } from '../src/codec/record.js'
import { encodeValue } from '../src/codec/values.js'
import { type Cache, type CacheOptions, createCache } from '../src/index.js'
import { PATIENT } from './until.js'

const plain = createPayloadGate(undefined, undefined)
const head = { epoch: 7, seq: 42, freshUntil: 1e12, storedAt: 1e11, cost: 0.5, tags: ['t:a', 'd:b'] }

describe('a record', () => {
  test('gives back what was put in, for any value of the structured clone', () => {
    const value = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true }),
      fc.float32Array(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.bigInt()
    )
    for (const gate of [plain, createPayloadGate(0, undefined), createPayloadGate(16, { keys: { a: Buffer.alloc(32, 1) } })]) {
      fc.assert(
        fc.property(value, (given) => {
          const found = decodeRecord(encodeRecord(head, encodeValue(given), gate), gate)!
          expect(found.value).toEqual(given)
          expect(found).toMatchObject({ epoch: 7, seq: 42, cost: 0.5, tags: ['t:a', 'd:b'] })
        }),
        { numRuns: 30 }
      )
    }
  }, 60_000)

  test('no single changed bit, and no cut, is taken for a value', () => {
    const gates = { plain, sealed: createPayloadGate(0, { keys: { a: Buffer.alloc(32, 1) } }) }
    for (const gate of Object.values(gates)) {
      const bytes = encodeRecord(head, encodeValue({ answer: 'x'.repeat(40) }), gate)
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const wrong = Buffer.from(bytes)
        wrong[bit >> 3]! ^= 1 << (bit & 7)
        expect(() => decodeRecord(wrong, gate), `bit ${bit}`).toThrow()
      }
      for (let length = 0; length < bytes.length; length++) expect(() => decodeRecord(bytes.subarray(0, length), gate)).toThrow()
    }
  })

  test('a value keeps none of the memory that it came in', () => {
    const wire = Buffer.concat([Buffer.alloc(3), encodeRecord({ ...head, tags: [] }, encodeValue(new Float32Array([1, 2])), plain)])
    const { value } = decodeRecord(wire.subarray(3), plain)!
    expect(value).toEqual(new Float32Array([1, 2]))
    expect((value as Float32Array).buffer.byteLength).toBe(8)
  })

  test('a few bytes that unfold to more than memory holds are refused', () => {
    const gate = createPayloadGate(0, undefined)
    const bomb = deflateRawSync(Buffer.alloc(65 * 1024 * 1024), { level: 1 })
    expect(bomb.length).toBeLessThan(1_000_000)
    const packing: PayloadGate = { ...gate, seal: () => ({ flags: FLAG_COMPRESSED, payload: bomb }) }
    expect(() => decodeRecord(encodeRecord(head, encodeValue('x'), packing), gate)).toThrow(/larger|Cannot create/)
    // Nor are such made: too large to be read again is too large to be packed.
    const large = Buffer.alloc(65 * 1024 * 1024)
    expect(gate.seal({ type: 6, payload: large }, () => large).flags).toBe(0)
  })
})

describeWith(['redis'], 'bytes in a real Redis', () => {
  let server: RunningRedis
  let redis: Redis
  const caches: Cache[] = []
  const make = (options: Partial<CacheOptions> = {}): Cache => {
    const cache = createCache({ name: 'codec', ttl: '1m', redis, memory: false, ...PATIENT, ...options })
    caches.push(cache)
    return cache
  }
  beforeAll(async () => {
    server = await startRedis()
    redis = new Redis(server.port)
  })
  afterEach(async () => {
    for (const cache of caches.splice(0)) await cache.close()
    await redis.flushall()
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })
  const bytesOf = async (key: string) => (await redis.getBuffer(`rag:codec:{${key}}`))!

  test('keys and texts that were cut inside a pair stay what they are, and keys stay apart', async () => {
    const cache = make()
    const keys = ['a\ud83d', 'a\ud83e', 'a\ufffd', '%"a\\ud83d"', '}a', '%}a', '%%}a']
    for (const key of keys) await cache.set(key, `of ${key}`)
    expect(await cache.getMany(keys)).toEqual(keys.map((key) => `of ${key}`))
    await cache.delete('a\ud83d')
    expect(await cache.getMany(keys.slice(0, 2))).toEqual([undefined, 'of a\ud83e'])
  })

  test('above the size given values are compressed, below they are not, and both come back', async () => {
    const cache = make({ compressAbove: 1000 })
    const long = 'the same words again and again. '.repeat(300)
    await cache.setMany([
      ['long', long],
      ['short', 'short'],
      ['noise', randomBytes(5000)]
    ])
    expect(await cache.get('long')).toBe(long)
    expect((await bytesOf('long')).length).toBeLessThan(1000)
    expect((await bytesOf('short')).toString('latin1')).toContain('short')
    expect((await bytesOf('noise')).length).toBeLessThan(5100)
    expect(await make().get('long')).toBe(long)
  })

  test('encrypted values are not readable, keys can be changed while old ones are read, and a dropped key is a miss', async () => {
    const [old, fresh] = [randomBytes(32), randomBytes(32).toString('base64')]
    const before = make({ encryption: { keys: { '2025': old } } })
    await before.set('secret', 'the launch code')
    expect((await bytesOf('secret')).toString('latin1')).not.toContain('launch')
    const during = make({ encryption: { keys: { '2025': old, '2026': fresh }, active: '2026' } })
    expect(await during.get('secret')).toBe('the launch code')
    await during.set('newer', 'another')
    const after = make({ encryption: { keys: { '2026': fresh } } })
    expect([await after.get('newer'), await after.get('secret')]).toEqual(['another', undefined])
    expect(after.stats()).toMatchObject({ faults: { decode: 1 }, redis: { hits: 1, misses: 1, calls: 2 } })
    expect(await before.get('newer')).toBeUndefined()
    expect(await make().get('secret')).toBeUndefined()
    const wrongKey = make({ encryption: { keys: { '2025': randomBytes(32) } } })
    expect(await wrongKey.get('secret')).toBeUndefined()
    expect(wrongKey.stats().faults).toEqual({ decode: 1 })
  })

  test('who encrypts does not take a plain value, nor one that was laid under another key', async () => {
    await make().set('plain', 'planted')
    const sealed = make({ encryption: { keys: { a: Buffer.alloc(32, 1) } } })
    expect(await sealed.get('plain')).toBeUndefined()
    await sealed.setMany([
      ['acme', 'for acme'],
      ['globex', 'for globex']
    ])
    await redis.set('rag:codec:{globex}', await bytesOf('acme'))
    expect([await sealed.get('acme'), await sealed.get('globex')]).toEqual(['for acme', undefined])
    expect(sealed.stats().faults).toEqual({ decode: 2 })
  })

  test('wrong bytes of every kind are a miss and a count, the loader makes a new value, and the neighbours stay', async () => {
    const cache = make()
    await cache.setMany([
      ['good', 'good'],
      ['mould', { deep: [1, 2, 3] }]
    ])
    const mould = await bytesOf('mould')
    const wrong: Record<string, Buffer | string> = {
      empty: '',
      foreign: '{"value":1}',
      'foreign version': Buffer.from(mould.map((byte, at) => (at === 1 ? 9 : byte))),
      cut: mould.subarray(0, mould.length - 3),
      flipped: Buffer.from(mould.map((byte, at) => (at === mould.length - 1 ? byte ^ 1 : byte))),
      'wrong tags': Buffer.from(mould.map((byte, at) => (at === 36 ? 255 : byte))),
      'unknown type': Buffer.from(mould.map((byte, at) => (at === 3 ? 200 : byte))),
      noise: randomBytes(500)
    }
    let made = 0
    for (const [kind, bytes] of Object.entries(wrong)) {
      await redis.set(`rag:codec:{${kind}}`, bytes)
      await redis.set(`rag:codec:{many ${kind}}`, bytes)
      expect(await cache.get(kind), kind).toBeUndefined()
      expect(await cache.getMany(['good', `many ${kind}`]), kind).toEqual(['good', undefined])
      expect(await cache.getOrSet(kind, () => `made ${++made}`), kind).toBe(`made ${made}`)
    }
    const count = Object.keys(wrong).length
    expect(cache.stats().faults['decode']).toBeGreaterThanOrEqual(2 * count)
    for (const kind of Object.keys(wrong)) {
      await cache.set(kind, 'replaced')
      expect(await cache.get(kind), kind).toBe('replaced')
    }
    const { redis: layer } = cache.stats()
    expect(layer.hits + layer.misses + layer.stale).toBe(layer.calls)
  })

  test('a key of another type in Redis costs the hit, not the answer, is replaced, and disturbs nobody who asks at the same time', async () => {
    const cache = make()
    await cache.set('good', 1)
    await redis.rpush('rag:codec:{list}', 'a')
    const asked = [cache.getOrSet('list', () => 'made'), cache.get('good'), cache.getMany(['list', 'good'])]
    expect(await Promise.all(asked)).toEqual(['made', 1, [undefined, 1]])
    expect(cache.stats()).toMatchObject({ breaker: 'closed', faults: { decode: 1 } })
    await cache.set('list', 'replaced')
    expect(await cache.get('list')).toBe('replaced')
  })

  test('a value that has no bytes is given to its callers, kept in memory alone, and counted', async () => {
    const cache = make({ memory: {} })
    const withFunction = { run: () => 1 }
    const hostile = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('trap')
        }
      }
    )
    await cache.set('other', 1)
    expect(await cache.getOrSet('function', () => withFunction)).toBe(withFunction)
    await cache.setMany([
      ['also', withFunction],
      ['proxy', hostile],
      ['good', 2]
    ])
    expect(await cache.get('also')).toBe(withFunction)
    expect(await make().getMany(['function', 'also', 'good', 'other'])).toEqual([undefined, undefined, 2, 1])
    expect(cache.stats().faults).toEqual({ encode: 3, memory: 1 })
  })

  test('a batch of more than one deadline is written and read whole', async () => {
    const cache = make()
    const entries = Array.from({ length: 1500 }, (_, index) => [`v${index}`, new Float32Array(1536).fill(index)] as const)
    await cache.setMany(entries)
    const found = await cache.getMany<Float32Array>(entries.map(([key]) => key))
    expect(found.map((value) => value?.[1535])).toEqual(entries.map((_, index) => index))
    expect(cache.stats().faults).toEqual({})
    expect((await redis.keys('rag:codec:*:w*')).length).toBe(0)
  })
})
