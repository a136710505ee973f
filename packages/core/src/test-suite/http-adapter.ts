// What every HTTP adapter must do, as cases that any test runner can run against a real server.
import assert from 'node:assert/strict'
import type { ServerAttributes } from '../attributes.js'
import type { Observer } from '../observer.js'
import type { Operation } from '../operation.js'
import { exchangeRaw, request } from './http-client.js'
import { recordingObserver } from './recorder.js'

export interface RunningAdapter {
  port: number
  close(): Promise<void>
}

/**
 * An adapter on a real server at port 0 of 127.0.0.1. Each entry of `mounts` is one middleware or plugin. The application has these routes:
 *
 * - `GET /users/:id` answers `{"id":...}`; `POST /echo` reads a JSON body and answers the request id that `activeOperation()` says
 * - `GET /lib/:userId/books/:bookId` through a nested router; `GET /lib/:userId/throw/:x` there throws `new Error('boom')`
 * - `GET /throw/:id` throws, `GET /reject/:id` rejects, both `new Error('boom')`, answered with 500
 * - `GET /never/:id` never answers; `GET /late/:id` answers after 150 ms; `GET /stream/:id` sends `a`, 60 ms later `b`, and ends
 * - `GET /endless/:id` sends `x` every 10 ms until the client leaves
 */
export interface AdapterUnderTest {
  name: string
  start(mounts: readonly (readonly Observer[])[]): Promise<RunningAdapter>
}

export interface ContractCase {
  name: string
  run(): Promise<void>
}

/**
 * The contract of an HTTP adapter.
 *
 * @example
 * for (const { name, run } of httpAdapterContract(express5)) it(name, run)
 */
export function httpAdapterContract(adapter: AdapterUnderTest): ContractCase[] {
  const recorded = async (calls: (port: number) => Promise<void>, count: number): Promise<Operation<'server'>[]> => {
    const recorder = recordingObserver()
    const running = await adapter.start([[recorder]])
    try {
      await calls(running.port)
      const operations = (await recorder.settled(count)) as Operation<'server'>[]
      assert.equal(operations.length, count, `one operation a request: ${operations.map(({ name }) => name).join(', ')}`)
      return operations
    } finally {
      await running.close()
    }
  }
  const one = async (
    path: string,
    init?: Parameters<typeof request>[2]
  ): Promise<{ attributes: ServerAttributes; operation: Operation<'server'> }> => {
    const [operation] = await recorded(async (port) => void (await request(port, path, init)), 1)
    return { attributes: operation!.attributes, operation: operation! }
  }

  return [
    {
      name: 'records a request once with its pattern, status, sizes and duration',
      async run() {
        const { attributes, operation } = await one('/users/42?token=x')
        assert.equal(attributes.route, '/users/:id')
        assert.equal(attributes.path, '/users/42')
        assert.equal(attributes.query, 'token=x')
        assert.equal(attributes.statusCode, 200)
        assert.equal(attributes.responseBytes, '{"id":"42"}'.length)
        assert.equal(operation.name, 'GET /users/:id')
        assert.equal(operation.outcome, 'ok')
        assert.ok(operation.durationMs! >= attributes.firstByteMs!)
      }
    },
    {
      name: 'records once however often and in whatever lists the observers are mounted',
      async run() {
        const [first, second] = [recordingObserver({ id: 'a' }), recordingObserver({ id: 'b' })]
        const running = await adapter.start([[first], [second, first], [first]])
        await request(running.port, '/users/1')
        assert.equal((await first.settled(1)).length, 1)
        assert.equal((await second.settled(1)).length, 1)
        assert.equal(first.operations[0], second.operations[0])
        await running.close()
      }
    },
    {
      name: 'names nested routers with parameters in the mount by their full pattern',
      async run() {
        const operations = await recorded(async (port) => {
          for (const user of ['7', 'lib', 'books', 'a%20b']) await request(port, `/lib/${user}/books/9`)
        }, 4)
        assert.deepEqual(new Set(operations.map(({ attributes }) => attributes.route)), new Set(['/lib/:userId/books/:bookId']))
      }
    },
    {
      name: 'keeps the full pattern when a handler throws, and notes the error',
      async run() {
        const nested = await one('/lib/7/throw/1')
        assert.equal(nested.attributes.route, '/lib/:userId/throw/:x')
        for (const path of ['/throw/1', '/reject/1']) {
          const { attributes, operation } = await one(path)
          assert.equal(attributes.route, `${path.slice(0, -2)}/:id`)
          assert.equal(attributes.statusCode, 500)
          assert.equal(operation.outcome, 'error')
          assert.equal((operation.error as Error).message, 'boom')
        }
      }
    },
    {
      name: 'gives unmatched requests one bounded route',
      async run() {
        const operations = await recorded(async (port) => {
          for (const path of ['/nope', '/users', '/users/1/x', '/lib/7/nope', '/.env']) await request(port, path)
        }, 5)
        assert.deepEqual(new Set(operations.map(({ attributes }) => attributes.route)), new Set(['unmatched']))
        assert.deepEqual(new Set(operations.map(({ attributes }) => attributes.statusCode)), new Set([404]))
      }
    },
    {
      name: 'calls a request whose client left before the reply aborted, also when the handler answers late or never',
      async run() {
        for (const path of ['/never/1', '/late/1']) {
          const [operation] = await recorded(async (port) => {
            await exchangeRaw(port, `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`, { leaveAfterMs: 60 })
            await new Promise((resolve) => setTimeout(resolve, 200))
          }, 1)
          assert.equal(operation!.outcome, 'aborted')
          assert.equal(operation!.attributes.statusCode, 499)
          assert.equal(operation!.attributes.route, `${path.slice(0, -2)}/:id`)
        }
      }
    },
    {
      name: 'marks an abort in the middle of a reply and keeps the status that was sent',
      async run() {
        const [operation] = await recorded(
          (port) => exchangeRaw(port, 'GET /endless/1 HTTP/1.1\r\nhost: x\r\n\r\n', { leaveAfterMs: 100 }).then(() => {}),
          1
        )
        assert.equal(operation!.outcome, 'aborted')
        assert.equal(operation!.attributes.statusCode, 200)
        assert.ok(operation!.attributes.firstByteMs! < operation!.durationMs!)
      }
    },
    {
      name: 'tells the first byte of a streamed reply from its end',
      async run() {
        const { attributes, operation } = await one('/stream/1')
        assert.equal(operation.outcome, 'ok')
        assert.ok(operation.durationMs! - attributes.firstByteMs! >= 40, `${attributes.firstByteMs} then ${operation.durationMs}`)
      }
    },
    {
      name: 'counts HEAD and OPTIONS',
      async run() {
        const head = await one('/users/1', { method: 'HEAD' })
        assert.equal(head.attributes.method, 'HEAD')
        assert.equal(head.attributes.statusCode, 200)
        await one('/users/1', { method: 'OPTIONS' })
      }
    },
    {
      name: 'accepts a short plain request id, replaces any other, and answers with it',
      async run() {
        const replies: (string | string[] | undefined)[] = []
        const ids = ['plain-1.2:3', 'x'.repeat(200), 'a b', 'a"b']
        const operations = await recorded(async (port) => {
          for (const id of ids) replies.push((await request(port, '/users/1', { headers: { 'x-request-id': id } })).headers['x-request-id'])
        }, ids.length)
        assert.equal(operations[0]!.requestId, 'plain-1.2:3')
        for (const operation of operations.slice(1)) assert.match(operation.requestId!, /^[0-9a-f]{32}$/)
        assert.deepEqual(
          replies,
          operations.map(({ requestId }) => requestId)
        )
      }
    },
    {
      name: 'keeps the context after the body has been read',
      async run() {
        const recorder = recordingObserver()
        const running = await adapter.start([[recorder]])
        const replies = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            request(running.port, '/echo', {
              method: 'POST',
              headers: { 'x-request-id': `r${index}`, 'content-type': 'application/json' },
              body: '{"a":1}'
            })
          )
        )
        await recorder.settled(20)
        await running.close()
        assert.deepEqual(
          replies.map(({ body }) => JSON.parse(body).requestId),
          Array.from({ length: 20 }, (_, index) => `r${index}`)
        )
      }
    },
    {
      name: 'counts requests that the parser refuses',
      async run() {
        const operations = await recorded(async (port) => {
          await request(port, '/users/1')
          await exchangeRaw(port, 'BAD\r\n\r\n', { leaveAfterMs: 500 })
        }, 2)
        assert.deepEqual(
          operations.map(({ attributes: { route, statusCode, special } }) => ({ route, statusCode, special })),
          [
            { route: '/users/:id', statusCode: 200, special: undefined },
            { route: 'unmatched', statusCode: 400, special: 'rejected' }
          ]
        )
      }
    },
    {
      name: 'counts a request once whose client breaks off in a body that nobody reads',
      async run() {
        const operations = await recorded(async (port) => {
          await exchangeRaw(port, 'GET /users/1 HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf', { leaveAfterMs: 300 })
          await request(port, '/users/2')
        }, 2)
        assert.deepEqual(
          operations.map(({ attributes: { route, statusCode, special } }) => ({ route, statusCode, special })),
          [
            { route: '/users/:id', statusCode: 200, special: undefined },
            { route: '/users/:id', statusCode: 200, special: undefined }
          ]
        )
      }
    },
    {
      name: 'records hostile URLs and headers and serves them as it would',
      async run() {
        const operations = await recorded(async (port) => {
          await exchangeRaw(port, 'GET /users/%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
          await exchangeRaw(
            port,
            `GET /users/aaaa?${'b=1&'.repeat(1500)} HTTP/1.1\r\nhost: x\r\ntraceparent: \r\ntraceparent: x\r\nconnection: close\r\n\r\n`
          )
        }, 2)
        assert.equal(operations[0]!.attributes.statusCode, 400)
        assert.equal(operations[1]!.attributes.statusCode, 200)
      }
    },
    {
      name: 'goes on when an observer throws',
      async run() {
        const recorder = recordingObserver()
        const broken: Observer = {
          id: 'broken',
          service: 'test',
          span() {
            throw new Error('span')
          },
          end() {
            throw new Error('end')
          }
        }
        const running = await adapter.start([[broken, recorder]])
        const reply = await request(running.port, '/users/5')
        assert.equal(reply.status, 200)
        assert.equal((await recorder.settled(1)).length, 1)
        await running.close()
      }
    }
  ]
}
