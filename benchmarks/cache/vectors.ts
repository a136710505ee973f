// 256 vectors of 1536 float32 through Redis, beside raw commands in the same round, and once through each peer.
import { createCache } from '@rag/cache'
import { Redis } from 'ioredis'
import { median, quartiles } from '../statistics.js'
import { bento, cacheable, manager, type Rival } from './rivals.js'
import { ROUNDS, round2 } from './settings.js'

const spreadOf = (values: number[]) => ({ ratio: round2(median(values)), spread: quartiles(values).map(round2) })

export async function vectors(port: number) {
  const raw = new Redis(port)
  const redis = new Redis(port)
  const vector = () => Float32Array.from({ length: 1536 }, () => Math.random())
  const times: Record<'write' | 'read' | 'rawWrite' | 'rawRead', number[]> = { write: [], read: [], rawWrite: [], rawRead: [] }
  const timed = async <T>(name: keyof typeof times, work: () => Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await work()
    times[name].push(performance.now() - start)
    return result
  }
  let bytes = 0
  for (let round = -12; round < 5 * ROUNDS; round++) {
    if (round === 0) for (const list of Object.values(times)) list.length = 0
    const values = Array.from({ length: 256 }, vector)
    const keys = values.map((_, index) => `v${round}:${index}`)
    const writer = createCache({ name: 'vectors', ttl: '1h', redis, memory: false })
    const reader = createCache({ name: 'vectors', ttl: '1h', redis })
    await writer.get('warm')
    await reader.get('warm')
    const turns = [
      async () => {
        await timed('rawWrite', async () => {
          const pipeline = raw.pipeline()
          for (const [index, value] of values.entries()) pipeline.set(`raw:${keys[index]}`, Buffer.from(value.buffer), 'PX', 3_600_000)
          await pipeline.exec()
        })
        await timed('rawRead', () => raw.mgetBuffer(keys.map((key) => `raw:${key}`)))
      },
      async () => {
        await timed('write', () => writer.setMany(keys.map((key, index) => [key, values[index]])))
        const found = await timed('read', () => reader.getMany<Float32Array>(keys))
        for (const [index, value] of values.entries()) {
          if (!(found[index] instanceof Float32Array) || Buffer.compare(Buffer.from(found[index].buffer), Buffer.from(value.buffer)) !== 0)
            throw new Error('invalid: a vector came back as another')
        }
      }
    ]
    for (const turn of round % 2 ? turns.reverse() : turns) await turn()
    bytes = Number(await raw.call('MEMORY', 'USAGE', `rag:vectors:{${keys[0]}}`))
    await writer.close()
    await reader.close()
    await raw.flushall()
  }
  const ratios = (ours: number[], theirs: number[]) => spreadOf(ours.map((ms, index) => ms / theirs[index]!))
  const peers: Record<string, object> = {}
  const values = Array.from({ length: 256 }, vector)
  for (const make of [bento.bind(null, 'bentocache', { port }), () => cacheable(port), () => manager(port)] as (() => Rival)[]) {
    const keys = values.map((_, index) => `p:${index}`)
    const writer = make()
    let start = performance.now()
    await writer.setMany!(keys.map((key, index) => [key, values[index]]))
    const write = performance.now() - start
    const reader = make()
    start = performance.now()
    await reader.getMany!(keys)
    peers[writer.name] = { writeMs: round2(write), readMs: round2(performance.now() - start) }
    await raw.flushall()
    await writer.close()
    await reader.close()
  }
  raw.disconnect()
  redis.disconnect()
  return {
    readOverRaw: ratios(times.read, times.rawRead),
    writeOverRaw: ratios(times.write, times.rawWrite),
    bytesPerVector: bytes,
    ms: Object.fromEntries(Object.entries(times).map(([name, list]) => [name, round2(median(list))])),
    peers
  }
}
