// What every store of budgets owes: memory, and real Redis by ioredis, by node-redis and as a cluster.
import { randomUUID } from 'node:crypto'
import { Cluster, Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith, type RunningServer, startRedis } from '../../../scripts/test-support.js'
import { type BudgetStore, createMemoryStore, redisStore } from '../src/index.js'
import { pause, until } from './support.js'

const NONE = { usd: -1, tokens: -1, requests: -1 }
const BOUNDED = { usd: false, tokens: false }
const nothing = { usd: 0, tokens: 0, requests: 0 }

function contract(name: string, make: () => BudgetStore): void {
  describe(name, () => {
    const fresh = () => {
      const store = make()
      const key = `b:${randomUUID()}`
      const ask = (tokens: number, limit: number, more: object = {}) =>
        store.reserve({
          key,
          id: randomUUID(),
          amounts: { usd: 0, tokens, requests: 1 },
          limits: { ...NONE, tokens: limit },
          unbounded: BOUNDED,
          ttlMs: 60_000,
          keepMs: 120_000,
          ...more
        })
      return { store, key, ask }
    }

    it('admits up to the limit, to the last token, and not beyond', async () => {
      const { ask } = fresh()
      expect((await ask(60, 100)).admitted).toBe(true)
      expect((await ask(41, 100)).admitted).toBe(false)
      expect(await ask(40, 100)).toMatchObject({ admitted: true, reserved: { tokens: 100, requests: 2 } })
      expect((await ask(1, 100)).admitted).toBe(false)
    })

    it('of 200 concurrent reservations exactly those that fit are admitted', async () => {
      const { ask } = fresh()
      const answers = await Promise.all(Array.from({ length: 200 }, () => ask(7, 500)))
      expect(answers.filter(({ admitted }) => admitted)).toHaveLength(71)
    })

    it('an unbounded reservation takes what is left, and gives it back when it settles', async () => {
      const { store, key, ask } = fresh()
      await ask(10, 100)
      const open = await ask(0, 100, { id: 'open', unbounded: { usd: false, tokens: true } })
      expect(open).toMatchObject({ admitted: true, reserved: { tokens: 100 } })
      expect((await ask(1, 100)).admitted).toBe(false)
      await store.settle(key, 'open', { usd: 0, tokens: 20, requests: 1 }, 120_000)
      expect(await store.peek(key)).toEqual({ used: { usd: 0, tokens: 20, requests: 1 }, reserved: { usd: 0, tokens: 10, requests: 1 } })
    })

    it('a settlement counts once, however often it comes', async () => {
      const { store, key, ask } = fresh()
      await ask(10, 100, { id: 'one' })
      const used = { usd: 5, tokens: 7, requests: 1 }
      await Promise.all(Array.from({ length: 5 }, () => store.settle(key, 'one', used, 120_000)))
      expect(await store.peek(key)).toEqual({ used, reserved: nothing })
    })

    it('a reservation that is asked for twice is held once', async () => {
      const { store, key, ask } = fresh()
      expect((await ask(60, 100, { id: 'same' })).admitted).toBe(true)
      expect((await ask(60, 100, { id: 'same' })).admitted).toBe(true)
      expect((await store.peek(key)).reserved.tokens).toBe(60)
    })

    it('a settlement without a reservation counts: the store may have been away before', async () => {
      const { store, key } = fresh()
      await store.settle(key, 'late', { usd: 3, tokens: 4, requests: 1 }, 120_000)
      expect((await store.peek(key)).used).toEqual({ usd: 3, tokens: 4, requests: 1 })
    })

    it('what is not settled returns by its expiry', async () => {
      const { store, key, ask } = fresh()
      await ask(100, 100, { ttlMs: 80 })
      expect((await ask(1, 100)).admitted).toBe(false)
      await pause(150)
      expect((await store.peek(key)).reserved).toEqual(nothing)
      expect((await ask(100, 100)).admitted).toBe(true)
    })

    it('money is whole nano-dollars, exact over many calls', async () => {
      const { store, key } = fresh()
      for (let n = 0; n < 50; n++) await store.settle(key, `c${n}`, { usd: 123_456_789, tokens: 1, requests: 1 }, 120_000)
      expect((await store.peek(key)).used.usd).toBe(50 * 123_456_789)
    })

    it('a key that nobody used is empty', async () => {
      expect(await fresh().store.peek('never')).toEqual({ used: nothing, reserved: nothing })
    })
  })
}

contract('in memory', createMemoryStore)

describeWith(['redis'], 'budgets in a real Redis', () => {
  let server: RunningServer
  let io: Redis
  let node: ReturnType<typeof createClient>
  beforeAll(async () => {
    server = await startRedis()
    io = new Redis(server.port, '127.0.0.1')
    node = createClient({ url: server.url })
    await node.connect()
  })
  afterAll(async () => {
    io.disconnect()
    node.destroy()
    await server.stop()
  })
  contract('by ioredis', () => redisStore({ client: io as never }))
  contract('by node-redis', () => redisStore({ client: node as never }))

  it('every key dies with its window', async () => {
    const store = redisStore({ client: io as never, prefix: 'dies:' })
    const request = { amounts: { usd: 1, tokens: 1, requests: 1 }, limits: NONE, unbounded: BOUNDED, ttlMs: 1000, keepMs: 5000 }
    await store.reserve({ key: 'k', id: 'i', ...request })
    await store.settle('k', 'i', nothing, 5000)
    const keys = await io.keys('dies:*')
    expect(keys.length).toBeGreaterThan(1)
    for (const key of keys) expect(await io.pttl(key), key).toBeGreaterThan(0)
  })
})

describeWith(['redis'], 'budgets in a real Redis Cluster', () => {
  let nodes: RunningServer[]
  let cluster: Cluster
  beforeAll(async () => {
    nodes = await Promise.all([1, 2, 3].map(() => startRedis({ values: ['--cluster-enabled', 'yes'] })))
    const clients = nodes.map(({ port }) => new Redis(port, '127.0.0.1'))
    await Promise.all(
      clients.map((client, index) => client.cluster('ADDSLOTSRANGE', index * 5461, index === 2 ? 16_383 : index * 5461 + 5460))
    )
    await Promise.all(clients.slice(1).map((client) => client.cluster('MEET', '127.0.0.1', nodes[0]!.port)))
    let ready = false
    while (!ready) {
      const states = await Promise.all(clients.map((client) => client.cluster('INFO')))
      ready = states.every((state) => String(state).includes('cluster_state:ok') && String(state).includes('cluster_known_nodes:3'))
      await pause(50)
    }
    for (const client of clients) client.disconnect()
    cluster = new Cluster(nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
    let connected = false
    cluster.on('ready', () => {
      connected = true
    })
    await until(() => connected)
  })
  afterAll(async () => {
    cluster?.disconnect()
    await Promise.all((nodes ?? []).map((node) => node.stop()))
  })
  contract('by ioredis', () => redisStore({ client: cluster as never }))
})
