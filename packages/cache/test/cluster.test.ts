// A real Redis Cluster of three masters, over both clients: what is said to one master must reach all.
import { Cluster, Redis } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeWith, freePort, type RunningRedis, startRedis } from '../../../scripts/test-support.js'
import { type Cache, type CacheOptions, createCache, driverOf } from '../src/index.js'
import { redisDriverContract } from '../src/test-suite/index.js'
import { PATIENT, until } from './until.js'

const SLOTS = 16384
const MASTERS = 3

describeWith(['redis'], 'a Redis Cluster', () => {
  const masters: RunningRedis[] = []
  const closers: (() => unknown)[] = []
  beforeAll(async () => {
    for (let index = 0; index < MASTERS; index++) {
      // Nodes talk to each other on a second port, 10000 above by default: beyond the last port for a free one.
      const values = ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort()), '--cluster-node-timeout', '2000']
      masters.push(await startRedis({ values }))
    }
    const clients = masters.map(({ port }) => new Redis(port))
    const share = Math.ceil(SLOTS / MASTERS)
    for (const [index, client] of clients.entries()) {
      await client.call('CLUSTER', 'ADDSLOTSRANGE', String(index * share), String(Math.min(SLOTS, (index + 1) * share) - 1))
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    }
    const busPort = async (client: Redis) => Number(/@(\d+)/.exec(String(await client.call('CLUSTER', 'NODES')))![1])
    for (const [index, { port }] of masters.entries()) {
      if (index > 0) await clients[0]!.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(await busPort(clients[index]!)))
    }
    const agreed = async () =>
      (await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')))).every((info) =>
        /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(info))
      )
    await until('the cluster to agree', agreed, 20_000)
    for (const client of clients) client.disconnect()
  }, 60_000)
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })
  afterAll(() => Promise.all(masters.map((master) => master.stop())))

  const connect = {
    ioredis: async () => {
      const cluster = new Cluster(masters.map(({ port }) => ({ host: '127.0.0.1', port })))
      closers.push(() => cluster.disconnect())
      await until('the client', () => cluster.status === 'ready')
      return cluster as object
    },
    'node-redis': async () => {
      const cluster = createCluster({ rootNodes: masters.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })) })
      await cluster.connect()
      closers.push(() => cluster.destroy())
      return cluster as object
    }
  }

  describe.each(Object.entries(connect))('%s', (kind, client) => {
    let number = 0
    const pair = async (options: Partial<CacheOptions> = {}): Promise<[Cache, Cache]> => {
      const name = `cluster-${kind}-${number++}`
      const made = [await client(), await client()].map((redis) => createCache({ name, ttl: '1m', redis, ...PATIENT, ...options }))
      for (const cache of made) closers.push(() => cache.close())
      return made as [Cache, Cache]
    }
    const keys = Array.from({ length: 60 }, (_, index) => `key:${index}`)

    test('entries lie on every master, and are read one by one and many at once', async () => {
      const [first, second] = await pair({ memory: false })
      await first.setMany(keys.map((key, index) => [key, new Float32Array(600).fill(index)]))
      const found = await second.getMany<Float32Array>(keys)
      expect(found.map((value) => value?.[599])).toEqual(keys.map((_, index) => index))
      expect(await second.get('key:7')).toEqual(new Float32Array(600).fill(7))
      const held = await Promise.all(
        masters.map(async ({ port }) => {
          const direct = new Redis(port)
          const size = await direct.dbsize()
          direct.disconnect()
          return size
        })
      )
      expect(Math.min(...held)).toBeGreaterThan(5)
    })

    test.each<[string, (cache: Cache) => Promise<void>]>([
      ['pattern', (cache) => cache.invalidate({ pattern: 'key:*' })],
      ['tag', (cache) => cache.invalidate({ tags: ['t'] })],
      ['dependency', (cache) => cache.invalidate({ dependency: 'document:1' })],
      ['version', (cache) => cache.invalidate({ version: 'next' })],
      ['keys', (cache) => cache.delete(keys)],
      ['all', (cache) => cache.invalidate({ all: true })]
    ])('an invalidation by %s reaches the entries on every master, and the memory of the other process', async (_cause, invalidate) => {
      const [first, second] = await pair({ bus: true })
      await first.setMany(
        keys.map((key) => [key, 1]),
        { tags: ['t'], dependsOn: ['document:1'] }
      )
      await until('the other to hold them', async () => (await second.getMany(keys)).every((value) => value === 1))
      await invalidate(first)
      expect((await first.getMany(keys)).filter((value) => value !== undefined)).toEqual([])
      await until('the other to let go', async () => (await second.getMany(keys)).every((value) => value === undefined))
    })

    test('one load for two processes, and a slow one that comes too late is kept nowhere', async () => {
      const [first, second] = await pair({ bus: true })
      let loads = 0
      const load = async () => {
        loads++
        await new Promise((resolve) => setTimeout(resolve, 50))
        return 'loaded'
      }
      await Promise.all(Array.from({ length: 100 }, (_, index) => (index % 2 ? first : second).getOrSet('cold', load)))
      expect(loads).toBe(1)
      for (const invalidate of [
        () => second.delete('slow'),
        () => second.invalidate({ tags: ['t'] }),
        () => second.invalidate({ pattern: 's*w' })
      ]) {
        const slow = first.getOrSet('slow', load, { tags: ['t'] })
        await new Promise((resolve) => setTimeout(resolve, 20))
        await invalidate()
        expect(await slow).toBe('loaded')
        await new Promise((resolve) => setTimeout(resolve, 30))
        expect([await first.get('slow'), await second.get('slow')]).toEqual([undefined, undefined])
      }
    })

    describe('the contract of a driver', () => {
      for (const { name, run } of redisDriverContract(async () => driverOf(await client()))) test(name, run)
    })
  })
})
