// The contract of clients: each on the server it is made for.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client as Elasticsearch } from '@elastic/elasticsearch'
import IORedis from 'ioredis'
import pg from 'pg'
import { createClient } from 'redis'
import { Agent, Client, interceptors, Pool, request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith, type RunningServer, startPostgres, startRedis } from '../../../../scripts/test-support.js'
import { observeClient } from '../../src/index.js'
import { type ClientUnderTest, clientContract } from '../../src/test-suite/index.js'

function holds<C extends object>(under: ClientUnderTest<C>): void {
  describe(under.name, () => {
    for (const { name, run } of clientContract(under)) it(name, run)
  })
}

describeWith(['redis'], 'Clients of a real Redis', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())
  holds<IORedis>({
    name: 'ioredis',
    system: 'redis',
    async start() {
      const client = new IORedis(server.port, '127.0.0.1', { lazyConnect: true })
      await client.connect()
      return {
        client,
        call: (to, value) => to.set('key', value),
        fail: (to) => to.call('NOPE'),
        close: async () => void (await client.quit())
      }
    }
  })
  holds<ReturnType<typeof createClient>>({
    name: 'node-redis',
    system: 'redis',
    async start() {
      const client = createClient({ url: server.url }).on('error', () => {})
      await client.connect()
      return { client, call: (to, value) => to.set('key', value), fail: (to) => to.sendCommand(['NOPE']), close: () => client.close() }
    }
  })
})

describeWith(['postgres'], 'Clients of a real PostgreSQL', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())
  const call = (to: pg.Pool | pg.Client, value: string) => to.query(`select '${value}'::text as found, $1::int as number`, [1])
  const fail = (to: pg.Pool | pg.Client) => to.query('select nonsense from nowhere')
  holds<pg.Pool>({
    name: 'pg Pool',
    system: 'postgresql',
    async start() {
      const client = new pg.Pool({ connectionString: server.url }).on('error', () => {})
      return { client, call, fail, close: () => client.end() }
    }
  })
  holds<pg.Client>({
    name: 'pg Client',
    system: 'postgresql',
    async start() {
      const client = new pg.Client({ connectionString: server.url })
      await client.connect()
      return { client, call, fail, close: () => client.end() }
    }
  })
})

describe('Clients of a wire-level stub', () => {
  async function stub(): Promise<{ url: string; close(): Promise<void> }> {
    const server = createServer((incoming, response) => {
      incoming.resume()
      // Without the product header the official client refuses to go on.
      const headers = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/vnd.elasticsearch+json;compatible-with=8' }
      const missing = incoming.url?.includes('missing')
      const body = missing
        ? { error: { type: 'index_not_found_exception' }, status: 404 }
        : { took: 3, _shards: { failed: 0 }, hits: { hits: [] } }
      response.writeHead(missing ? 404 : 200, headers).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      close: () =>
        new Promise((resolve) => {
          server.closeAllConnections()
          server.close(() => resolve())
        })
    }
  }
  holds<Elasticsearch>({
    name: 'Elasticsearch',
    system: 'elasticsearch',
    async start() {
      const { url, close } = await stub()
      const client = new Elasticsearch({ node: url, maxRetries: 0 })
      return {
        client,
        call: (to, value) => to.search({ index: 'documents', query: { match: { text: value } } }),
        fail: (to) => to.search({ index: 'missing' }),
        close: async () => {
          await client.close()
          await close()
        }
      }
    }
  })
  for (const [name, make] of Object.entries({
    'undici Client': (url: string) => new Client(url),
    'undici Pool': (url: string) => new Pool(url),
    'undici Agent': () => new Agent()
  })) {
    holds<Agent | Pool | Client>({
      name,
      system: 'http',
      async start() {
        const { url, close } = await stub()
        const client: Agent | Pool | Client = make(url)
        return {
          client,
          call: async (to, value) => (await request(`${url}/documents`, { dispatcher: to, method: 'POST', body: value })).body.text(),
          fail: async (to) => {
            const answer = await request('http://127.0.0.1:1/', { dispatcher: to instanceof Agent ? to : new Agent() }).catch(
              (error) => error
            )
            if (!(to instanceof Agent)) await to.request({ method: 'GET', path: '/missing' })
            throw answer
          },
          close: async () => {
            await client.destroy()
            await close()
          }
        }
      }
    })
  }
})

it('a composed dispatcher of undici is refused with the way to do it, and left as it is', async () => {
  const agent = new Agent()
  const own = agent.dispatch
  const composed = agent.compose(interceptors.retry())
  expect(() => observeClient(composed)).toThrow(
    expect.objectContaining({ code: 'RAG_CORE_CLIENT', fix: expect.stringContaining('compose') })
  )
  expect([agent.dispatch, Object.hasOwn(agent, 'dispatch')]).toEqual([own, false])
  await agent.close()
})

it('a handler that undici refuses it refuses itself', async () => {
  const plain = new Agent()
  const observed = observeClient(new Agent())
  const refusal = (agent: Agent): unknown => {
    try {
      return agent.dispatch({ origin: 'http://127.0.0.1:1', path: '/', method: 'GET' }, null as never)
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(refusal(observed)).toBe(refusal(plain))
  await Promise.all([plain.close(), observed.close()])
})
