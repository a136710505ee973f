// What every instrumented client must do, as cases that any test runner can run against a real server.
import assert from 'node:assert/strict'
import { unrecorded } from '../clients/call.js'
import { observeClient, releaseClient } from '../clients/observe-client.js'
import { activeOperation, startOperation, withOperation } from '../context.js'
import type { Operation } from '../operation.js'
import { stage } from '../work.js'
import type { ContractCase } from './http-adapter.js'
import { type Recorder, recordingObserver } from './recorder.js'

export interface RunningClient<C extends object> {
  client: C
  /** A call that succeeds; `secret` is a value of it. Resolves when it has. */
  call(client: C, secret: string): Promise<unknown>
  /** A call that the server refuses. Rejects. */
  fail(client: C): Promise<unknown>
  close(): Promise<void>
}

export interface ClientUnderTest<C extends object> {
  name: string
  /** OpenTelemetry `db.system.name` of its operations, or `http` for requests. */
  system: string
  start(): Promise<RunningClient<C>>
}

/**
 * The contract of a client that `observeClient()` instruments.
 *
 * @example
 * for (const { name, run } of clientContract(ioredis)) it(name, run)
 */
export function clientContract<C extends object>(under: ClientUnderTest<C>): ContractCase[] {
  const withClient = async (work: (running: RunningClient<C>, recorder: Recorder) => Promise<void>): Promise<void> => {
    const running = await under.start()
    try {
      await work(running, recordingObserver())
    } finally {
      await running.close()
    }
  }
  const systemOf = ({ kind, attributes }: Operation): string => (kind === 'db' ? (attributes as { system: string }).system : 'http')

  return [
    {
      name: 'gives the same object back; observed twice is once, released is not at all',
      run: () =>
        withClient(async ({ client, call }, recorder) => {
          assert.equal(observeClient(client, { observers: [recorder] }), client)
          observeClient(client, { observers: [recorder] })
          await call(client, 'value-1')
          assert.equal((await recorder.settled(1)).length, 1)
          releaseClient(client)
          await call(client, 'value-2')
          assert.equal((await recorder.settled(1)).length, 1)
        })
    },
    {
      name: 'records a call with its system, outcome and dependency, and no value of it',
      run: () =>
        withClient(async ({ client, call }, recorder) => {
          observeClient(client, { observers: [recorder] })
          await call(client, 'planted-value')
          const [operation] = await recorder.settled(1)
          assert.equal(systemOf(operation!), under.system)
          assert.equal(operation!.outcome, 'ok')
          assert.ok(operation!.durationMs! >= 0)
          assert.ok((operation!.attributes as { peerService: string }).peerService !== '')
          assert.ok(!JSON.stringify([operation!.name, operation!.attributes, operation!.marks]).includes('planted-value'))
        })
    },
    {
      name: 'records a call that fails and throws the error of the client itself',
      run: () =>
        withClient(async ({ client, fail }, recorder) => {
          const plain: unknown = await fail(client).catch((error: unknown) => error)
          observeClient(client, { observers: [recorder] })
          const observed: unknown = await fail(client).catch((error: unknown) => error)
          assert.equal((observed as Error).constructor, (plain as Error).constructor)
          assert.equal((observed as Error).message, (plain as Error).message)
          const [operation] = await recorder.settled(1)
          assert.equal(operation!.outcome, 'error')
          if (operation!.error !== undefined) assert.equal(operation!.error, observed)
        })
    },
    {
      name: 'is a child of the work around it, and the work goes on in its own context',
      run: () =>
        withClient(async ({ client, call }, recorder) => {
          observeClient(client, { observers: [recorder] })
          const names = await Promise.all(
            ['one', 'two', 'three'].map((name) =>
              stage(name, { observers: [recorder] }, async () => {
                await call(client, name)
                return activeOperation()?.name
              })
            )
          )
          assert.deepEqual(names, ['one', 'two', 'three'])
          const calls = (await recorder.settled(6)).filter(({ kind }) => kind !== 'stage')
          assert.deepEqual(new Set(calls.map(({ parent }) => parent?.name)), new Set(['one', 'two', 'three']))
        })
    },
    {
      name: 'is an event of a cache operation around it, not a second call',
      run: () =>
        withClient(async ({ client, call }, recorder) => {
          observeClient(client, { observers: [recorder] })
          const operation = startOperation(
            'cache',
            'load',
            { cache: 'answers', operation: 'load', layer: undefined, size: 1, hit: undefined },
            [recorder]
          )
          await withOperation(operation, () => call(client, 'value'))
          // The note is taken when the call settles, which the caller may see first.
          await new Promise((resolve) => setTimeout(resolve, 5))
          operation.end()
          const operations = await recorder.settled(1)
          assert.deepEqual(
            operations.map(({ kind }) => kind),
            ['cache']
          )
          assert.deepEqual(
            operation.marks.map(({ event, attributes }) => [event, attributes?.['outcome']]),
            [[under.system === 'http' ? 'http.call' : 'db.call', 'ok']]
          )
        })
    },
    {
      name: 'is not recorded below work that asks for it',
      run: () =>
        withClient(async ({ client, call }, recorder) => {
          observeClient(client, { observers: [recorder] })
          await unrecorded(() => call(client, 'value'))
          assert.equal((await recorder.settled(0)).length, 0)
        })
    },
    {
      name: 'works as without when an observer throws',
      run: () =>
        withClient(async ({ client, call }) => {
          const throwing = (): never => {
            throw new Error('observer')
          }
          observeClient(client, { observers: [{ id: 'broken', service: 'test', span: throwing, end: throwing, baggageTo: throwing }] })
          await call(client, 'value')
        })
    }
  ]
}
