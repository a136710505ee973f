// Every driver and every store passes the exported contract, and the cost-aware store keeps what it promises.
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeWith, type RunningRedis, startRedis } from '../../../scripts/test-support.js'
import { createCostStore, createLruStore, driverOf } from '../src/index.js'
import { memoryStoreContract, redisDriverContract } from '../src/test-suite/index.js'

describeWith(['redis'], 'the drivers of Redis clients', () => {
  let server: RunningRedis
  let single: Redis
  let prefixed: Redis
  let node: ReturnType<typeof createClient>
  beforeAll(async () => {
    server = await startRedis()
    single = new Redis(server.port)
    prefixed = new Redis({ port: server.port, keyPrefix: 'app*:' })
    node = createClient({ socket: { port: server.port } })
    await node.connect()
  })
  afterAll(async () => {
    single.disconnect()
    prefixed.disconnect()
    node.destroy()
    await server.stop()
  })

  describe('ioredis', () => {
    for (const { name, run } of redisDriverContract(() => driverOf(single))) test(name, run)
  })
  describe('ioredis with a key prefix', () => {
    for (const { name, run } of redisDriverContract(() => driverOf(prefixed))) test(name, run)
  })
  describe('node-redis', () => {
    for (const { name, run } of redisDriverContract(() => driverOf(node))) test(name, run)
  })
})
describe('least recently used', () => {
  for (const { name, run } of memoryStoreContract(createLruStore)) test(name, run)
})
describe('cost-aware', () => {
  for (const { name, run } of memoryStoreContract(createCostStore)) test(name, run)

  const entry = (cost: number | undefined, size = 1) =>
    ({
      value: 0,
      size,
      cost,
      storedAt: 0,
      freshUntil: 0,
      revalidateUntil: 0,
      staleUntil: 0,
      retryAt: 0,
      refreshAt: 0,
      tags: [],
      seq: 0,
      generation: 0
    }) as const

  test('dear entries outlive cheap ones of the same size', () => {
    const store = createCostStore({ maxEntries: 100, maxBytes: 1e6, onLeave: () => {} })
    for (let index = 0; index < 50; index++) store.set(`dear${index}`, entry(100))
    for (let index = 0; index < 2000; index++) store.set(`cheap${index}`, entry(1))
    const kept = [...store.keys()].filter((key) => key.startsWith('dear')).length
    expect(kept).toBeGreaterThan(40)
  })

  test('a scan does not push out what is in use', () => {
    const store = createCostStore({ maxEntries: 200, maxBytes: 1e6, onLeave: () => {} })
    for (let index = 0; index < 100; index++) store.set(`used${index}`, entry(1))
    for (let round = 0; round < 5; round++) for (let index = 0; index < 100; index++) store.get(`used${index}`)
    for (let index = 0; index < 300; index++) store.set(`scan${index}`, entry(1))
    const kept = [...store.keys()].filter((key) => key.startsWith('used')).length
    expect(kept).toBeGreaterThan(80)
  })
})
