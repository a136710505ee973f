import { context, createContextKey, trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type Attributes,
  activeOperation,
  correlation,
  drain,
  failureSource,
  identify,
  job,
  type Observer,
  observe,
  runScope,
  spanOf,
  stage,
  startOperation,
  tool,
  withOperation
} from '../src/index.js'
import { recordingObserver } from '../src/test-suite/index.js'
import { unhandledDuring } from './unhandled.js'

afterEach(() => drain())

describe('an operation', () => {
  it('counts its first end only, whatever comes after', () => {
    const recorder = recordingObserver()
    const operation = startOperation('stage', 'retrieve', {}, [recorder])
    operation.end('timeout')
    operation.end('ok')
    operation.set({ documents: 3 })
    drain()
    expect(recorder.operations).toHaveLength(1)
    expect(operation.outcome).toBe('timeout')
    expect(operation.attributes.documents).toBeUndefined()
  })

  it('reaches observers from the batch and not from the request', async () => {
    const recorder = recordingObserver()
    startOperation('stage', 'retrieve', {}, [recorder]).end()
    expect(recorder.operations).toHaveLength(0)
    await vi.waitFor(() => expect(recorder.operations).toHaveLength(1))
  })

  it('reaches an observer that cannot wait as soon as it is over, once, and no other kind', () => {
    const [recorder, waiting] = [recordingObserver(), recordingObserver({ id: 'waiting' })]
    const prompt: Observer = { ...recorder, within: { server: 0 } }
    const server = { method: 'GET', path: '/', query: '', headers: {} } as unknown as Attributes['server']
    startOperation('server', 'GET', server, [prompt, waiting]).end()
    startOperation('stage', 'retrieve', {}, [prompt, waiting]).end()
    expect(recorder.operations.map(({ kind }) => kind)).toEqual(['server'])
    expect(waiting.operations).toHaveLength(0)
    drain()
    for (const { operations } of [recorder, waiting]) expect(operations.map(({ kind }) => kind)).toEqual(['server', 'stage'])
  })

  it('waits no longer than its most impatient observer, whoever came before it', () => {
    vi.useFakeTimers()
    try {
      const recorder = recordingObserver()
      const hasty: Observer = { ...recorder, id: 'hasty', within: { server: 40 } }
      const server = { method: 'GET', path: '/', query: '', headers: {} } as unknown as Attributes['server']
      startOperation('stage', 'retrieve', {}, [hasty]).end()
      vi.advanceTimersByTime(100)
      startOperation('server', 'GET', server, [hasty]).end()
      vi.advanceTimersByTime(30)
      startOperation('server', 'GET', server, [hasty]).end()
      expect(recorder.operations).toHaveLength(0)
      vi.advanceTimersByTime(10)
      expect(recorder.operations.map(({ kind }) => kind)).toEqual(['stage', 'server', 'server'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('costs an observer that throws its own record, counted, and nobody else theirs', () => {
    const recorder = recordingObserver()
    const broken: Observer = {
      id: 'broken-end',
      service: 'test',
      end: () => {
        throw new Error('no')
      }
    }
    startOperation('stage', 'retrieve', {}, [broken, recorder]).end()
    drain()
    const figures: Record<string, number> = {}
    failureSource.read((metric, value, labels) => {
      figures[`${metric} ${labels?.['observer']}`] = value
    })
    expect(recorder.operations).toHaveLength(1)
    expect(figures['rag_observer_failures_total broken-end']).toBe(1)
  })

  it('measures with the monotonic clock when the wall clock steps', () => {
    const now = Date.now
    const operation = startOperation('stage', 'retrieve', {}, [recordingObserver()])
    Date.now = () => now() - 3_600_000
    operation.end()
    Date.now = now
    expect(operation.durationMs).toBeGreaterThanOrEqual(0)
    expect(operation.durationMs).toBeLessThan(1000)
  })

  it('bounds what is noted on it', () => {
    const operation = startOperation('stage', 'retrieve', {}, [recordingObserver()])
    for (let index = 0; index < 1000; index++) operation.mark('retry')
    expect(operation.marks.length).toBe(128)
    operation.end()
  })
})

describe('the context', () => {
  it('hands observers, request id and identity on to everything under it', async () => {
    const recorder = recordingObserver()
    await runScope({ tenant: 'acme' }, [recorder], async () => {
      await stage('outer', {}, async () => {
        identify({ user: 'u1' })
        await new Promise((resolve) => setImmediate(resolve))
        await stage('inner', {}, () => {})
      })
    })
    drain()
    const [inner, outer] = recorder.operations
    expect(inner!.parent).toBe(outer)
    expect(inner!.identity).toEqual({ tenant: 'acme', user: 'u1' })
    expect(outer!.identity).toEqual({ tenant: 'acme', user: 'u1' })
  })

  it('says for whom an operation works to those below it and to no other', async () => {
    const recorder = recordingObserver()
    await stage('ask', { observers: [recorder] }, async () => {
      stage('first', {}, () => identify({ user: 'a' }))
      stage('second', {}, () => {})
    })
    drain()
    expect(recorder.operations.map(({ name, identity }) => [name, identity?.user])).toEqual([
      ['first', 'a'],
      ['second', undefined],
      ['ask', undefined]
    ])
  })

  it('keeps what one request says of itself from another', async () => {
    const recorder = recordingObserver()
    const run = (user: string) =>
      runScope({}, [recorder], () =>
        stage('ask', {}, async () => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          identify({ user })
        })
      )
    await Promise.all([run('a'), run('b')])
    drain()
    expect(recorder.operations.map(({ identity }) => identity?.user).sort()).toEqual(['a', 'b'])
  })

  it('records nothing and warns nobody without observers', () => {
    expect(stage('retrieve', {}, () => 7)).toBe(7)
    expect(activeOperation()).toBeUndefined()
    expect(correlation()).toEqual({ traceId: undefined, spanId: undefined, requestId: undefined, identity: undefined })
  })

  it('answers for the span of the operation, made when it is first asked for', () => {
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new InMemorySpanExporter())] })
    let made = 0
    const tracing: Observer = {
      id: 'tracing',
      service: 'test',
      span: (operation) => {
        made++
        return provider.getTracer('test').startSpan(operation.name)
      }
    }
    const operation = startOperation('stage', 'retrieve', {}, [tracing])
    withOperation(operation, () => {
      expect(made).toBe(0)
      const active = trace.getActiveSpan()
      expect(active).toBe(spanOf(operation))
      // A context derived from ours is an ordinary one and still knows span and operation.
      const key = createContextKey('of the application')
      context.with(context.active().setValue(key, 1), () => {
        expect(trace.getActiveSpan()).toBe(active)
        expect(activeOperation()).toBe(operation)
        expect(context.active().getValue(key)).toBe(1)
      })
    })
    expect(made).toBe(1)
    operation.end()
  })
})

describe('named work', () => {
  it('passes results and errors on as they are', async () => {
    const recorder = recordingObserver()
    const failure = new Error('no backup')
    await expect(job('backup', { maxAge: '26h', observers: [recorder] }, () => Promise.reject(failure))).rejects.toBe(failure)
    expect(() =>
      tool('weather', { observers: [recorder] }, () => {
        throw failure
      })
    ).toThrow(failure)
    const same = {}
    expect(
      stage('retrieve', { topK: 8, observers: [recorder] }, (work) => {
        work.set({ documents: 2, topScore: 0.9 })
        return same
      })
    ).toBe(same)
    drain()
    expect(recorder.operations.map(({ kind, name, outcome }) => [kind, name, outcome])).toEqual([
      ['job', 'backup', 'error'],
      ['tool', 'weather', 'error'],
      ['stage', 'retrieve', 'ok']
    ])
    expect(recorder.operations[0]!.attributes).toEqual({ maxAgeMs: 26 * 3_600_000 })
    expect(recorder.operations[2]!.attributes).toEqual({ topK: 8, documents: 2, topScore: 0.9 })
  })

  const ways: Record<string, <T>(fn: () => T) => T> = {
    stage: (fn) => stage('ask', { observers: [recordingObserver()] }, fn),
    observe: (fn) => observe('kafka.publish', { observers: [recordingObserver()] }, fn)
  }
  it.each(Object.entries(ways))(
    'a rejection below %s is the caller’s to handle, and reaches the process if nobody does',
    async (_, run) => {
      const failure = new Error('refused')
      const fail = async () => {
        await null
        throw failure
      }
      expect(await unhandledDuring(() => run(fail).catch(() => {}))).toEqual([])
      expect(await unhandledDuring(() => void run(fail))).toEqual([failure])
    }
  )

  it.each(Object.entries(ways))('a promise with members of its own comes back from %s itself', async (_, run) => {
    class Cancellable extends Promise<number> {}
    const own = Cancellable.resolve(1)
    const extended = Object.assign(Promise.resolve(1), { cancel: () => {} })
    expect([run(() => own) === own, run(() => extended) === extended]).toEqual([true, true])
    const refusing = Object.assign(Promise.resolve(1), { cancel: () => {} })
    const refuse = () => {
      throw new Error('not yet')
    }
    Object.defineProperty(refusing, 'then', { value: refuse })
    expect(run(() => refusing) === refusing).toBe(true)
  })

  it.each(Object.entries(ways))('the stack of an error names who awaited %s', async (_, run) => {
    const fail = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      throw new Error('refused')
    }
    const whoAsked = async () => await run(fail)
    await expect(whoAsked()).rejects.toMatchObject({ stack: expect.stringContaining('whoAsked') })
  })

  it.each(Object.entries(ways))('a query that runs whenever it is awaited runs once below %s', async (_, run) => {
    let runs = 0
    const then = (resolve: (count: number) => void): void => void setTimeout(() => resolve(++runs), 5)
    const query = Object.defineProperty({}, 'then', { value: then }) as PromiseLike<number>
    expect(await run(() => query)).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(runs).toBe(1)
  })

  it('tells time-outs and aborts from errors', async () => {
    const recorder = recordingObserver()
    const fail = (name: string) =>
      stage(name, { observers: [recorder] }, () => Promise.reject(Object.assign(new Error(name), { name }))).catch(() => {})
    await Promise.all([fail('TimeoutError'), fail('AbortError')])
    drain()
    expect(recorder.operations.map(({ outcome }) => outcome).sort()).toEqual(['aborted', 'timeout'])
  })
})
