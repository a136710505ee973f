// Embeddings through a real cache of @rag/cache: kept by the batch, found by the next one, over memory and over a real Redis.
import { createCache } from '@rag/cache'
import { createMeter } from '@rag/llm-meter'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { describeWith, startRedis } from '../../../scripts/test-support.js'

const vectorOf = (text: string) => [text.length, 0.5, -1]

function batchOver(cache: NonNullable<Parameters<ReturnType<typeof createMeter>['embedBatch']>[0]['cache']>) {
  const asked: string[][] = []
  const embed = async (texts: string[]) => {
    asked.push(texts)
    return texts.map(vectorOf)
  }
  return { asked, batch: createMeter().embedBatch({ embed, cache, cacheKey: 'small-3' }) }
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 50))

it('a cache in memory answers what was embedded before, in order, and the type fits', async () => {
  const cache = createCache({ name: 'vectors', ttl: '1h' })
  const { asked, batch } = batchOver(cache)
  expect(await batch.embedMany(['a', 'bb', 'a'])).toEqual([vectorOf('a'), vectorOf('bb'), vectorOf('a')])
  await settled()
  expect(await batch.embedMany(['ccc', 'bb'])).toEqual([vectorOf('ccc'), vectorOf('bb')])
  expect(asked).toEqual([['a', 'bb'], ['ccc']])
  expect(await cache.get('small-3:bb')).toEqual(vectorOf('bb'))
  await cache.close()
})

describeWith(['redis'], 'over a real Redis', () => {
  it('another process finds what this one warmed', async () => {
    const server = await startRedis()
    const [one, two] = [new Redis(server.port), new Redis(server.port)]
    const make = (redis: Redis) => createCache({ name: 'vectors', ttl: '1h', memory: false, redis })
    const [first, second] = [make(one), make(two)]
    expect(await batchOver(first).batch.warm(['a', 'bb'])).toBe(2)
    await settled()
    const { asked, batch } = batchOver(second)
    expect(await batch.embedMany(['bb', 'new', 'a'])).toEqual([vectorOf('bb'), vectorOf('new'), vectorOf('a')])
    expect(asked).toEqual([['new']])
    await Promise.all([first.close(), second.close()])
    one.disconnect()
    two.disconnect()
    await server.stop()
  })
})
