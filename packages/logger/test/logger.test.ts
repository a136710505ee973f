import { runInNewContext } from 'node:vm'
import { createMasker, type Masker, runScope, startOperation, withOperation } from '@rag/core'
import { describe, expect, it } from 'vitest'
import { createLogger, logControl, noopLogger } from '../src/index.js'
import { createMemory } from './support.js'

function start(options: Partial<Parameters<typeof createLogger>[0]> = {}) {
  const memory = createMemory()
  const logger = createLogger({
    service: 'rag-engine',
    version: '1.2.3',
    environment: 'test',
    level: 'info',
    destination: memory,
    ...options
  })
  return { memory, logger }
}

describe('a line of the application', () => {
  it('has time, level, message and the static fields first, in this order', () => {
    const { memory, logger } = start()
    logger.info({ documentId: 7 }, 'indexed %s in %d ms', 'a.md', 12)
    expect(Object.keys(memory.last())).toEqual(['time', 'level', 'msg', 'service', 'version', 'environment', 'documentId'])
    expect(memory.last()).toMatchObject({ level: 'info', msg: 'indexed a.md in 12 ms', service: 'rag-engine', documentId: 7 })
    expect(new Date(memory.last()['time'] as string).toISOString()).toBe(memory.last()['time'])
  })

  it('carries the request and its caller, and cannot be told otherwise', () => {
    const { memory, logger } = start()
    const operation = startOperation('server', 'GET', {} as never, [])
    operation.requestId = 'req-1'
    operation.identity = { tenant: 'acme', user: 'u1', tags: { plan: 'pro' } }
    withOperation(operation as never, () => logger.info({ requestId: 'forged', traceId: 'forged' }, 'inside'))
    expect(memory.last()).toMatchObject({
      requestId: 'req-1',
      tenant: 'acme',
      user: 'u1',
      tags: { plan: 'pro' },
      _requestId: 'forged',
      _traceId: 'forged'
    })
    runScope({ tenant: 'beta' }, undefined, () => logger.info('job'))
    expect(memory.last()['tenant']).toBe('beta')
  })

  it('keeps reserved names for itself, in records and in bindings', () => {
    const { memory, logger } = start()
    logger
      .child({ service: 'forged', msg: 'no', time: 1 })
      .info({ level: 'fatal', time: 0, service: 'x', version: 'x', environment: 'x', msg: 'kept' }, 'real')
    const text = memory.text[0]!
    for (const name of ['time', 'level', 'msg', 'service', 'version', 'environment'])
      expect(text.split(`"${name}":`).length - 1, name).toBe(1)
    expect(memory.last()).toMatchObject({ msg: 'real', level: 'info', service: 'rag-engine', _msg: 'kept', _level: 'fatal' })
  })

  it('escapes what could break a line or steer a terminal', () => {
    const { memory, logger } = start()
    const hostile = 'a\nb\u001b[31m\u0085\u2028\u2029\u202e\u2066\u200b\u007f'
    logger.info({ hostile, nested: { hostile } }, hostile)
    expect(memory.text[0]!.slice(0, -1)).toMatch(/^[\x20-\x7e]+$/)
    expect(memory.last()).toMatchObject({ msg: hostile, hostile, nested: { hostile } })
  })

  it('writes errors with causes, collected errors and own fields', () => {
    const { memory, logger } = start()
    const error = Object.assign(new AggregateError([new TypeError('one'), new Error('two')], 'both', { cause: new Error('root') }), {
      code: 'E1'
    })
    logger.error(error)
    expect(memory.last()).toMatchObject({
      msg: 'both',
      err: {
        type: 'AggregateError',
        message: 'both',
        code: 'E1',
        cause: { message: 'root' },
        errors: [{ type: 'TypeError', message: 'one' }, { message: 'two' }]
      }
    })
  })
})

describe('the API of pino', () => {
  it('has the bindings of its logger as they were when that was made, in the order of the family', () => {
    const { memory, logger } = start()
    const bindings = { reqId: 'req-1', attempt: 1 }
    const child = logger.child(bindings)
    const grandchild = child.child({ step: 'embed' })
    bindings.reqId = 'changed later'
    grandchild.info('inside')
    expect(memory.last()).toMatchObject({ reqId: 'req-1', attempt: 1, step: 'embed' })
    child.info('outside')
    expect(memory.last()).toMatchObject({ reqId: 'req-1', attempt: 1 })
    expect(memory.last()).not.toHaveProperty('step')
    child.setBindings({ more: true })
    expect(child.bindings()).toMatchObject({ reqId: 'req-1', attempt: 1, more: true })
    expect(logger.child({ only: 'looked at' }).bindings()).toMatchObject({ service: 'rag-engine', only: 'looked at' })
    logger.info('none of them')
    expect(memory.last()).not.toHaveProperty('reqId')
  })

  it('a hook of the user that looks at every child sees its bindings', () => {
    const seen: unknown[] = []
    const { logger } = start({ onChild: (child) => seen.push(child.bindings()['reqId']) })
    logger.child({ reqId: 'req-1' })
    expect(seen).toEqual(['req-1'])
  })

  it('works with children, serializers, redact paths, mixin, prefixes and levels', () => {
    const { memory, logger } = start({
      redact: ['user.password', 'token'],
      serializers: { size: (value: number) => `${value} B` },
      mixin: () => ({ mixed: true }),
      msgPrefix: '[app] ',
      customLevels: { notice: 35 }
    })
    const child = logger.child({ component: 'db', size: 2 }, { serializers: { rows: (rows: unknown[]) => rows.length } })
    child.info({ user: { password: 'x', name: 'n' }, token: 't', size: 3, rows: [1, 2] }, 'hello')
    expect(memory.last()).toMatchObject({
      msg: '[app] hello',
      component: 'db',
      size: '3 B',
      rows: 2,
      mixed: true,
      token: '[Redacted]',
      user: { password: expect.not.stringMatching(/^x$/), name: 'n' }
    })
    ;(logger as unknown as { notice(text: string): void }).notice('custom')
    expect(memory.last()['level']).toBe('notice')
    logger.debug('silent')
    expect(memory.text).toHaveLength(2)
    expect(child.bindings()).toMatchObject({ service: 'rag-engine', component: 'db' })
  })

  it('keeps a hook of the user in the chain', () => {
    const { memory, logger } = start({
      hooks: {
        logMethod(values, method) {
          method.apply(this, [`hooked ${String(values[0])}`])
        },
        streamWrite: (line) => line.replace('hooked', 'twice')
      }
    })
    logger.info('text')
    expect(memory.last()['msg']).toBe('twice text')
  })

  it('has a silent twin', () => {
    const logger = noopLogger()
    logger.child({ a: 1 }).fatal('nothing')
    expect(logControl(logger).account()).toEqual({ recorded: 0, exported: 0, dropped: 0, queued: 0 })
  })
})

describe('masking', () => {
  const secret = ['sk', 'proj', 'A1b2C3d4'.repeat(5)].join('-')
  const masker = {
    mask: ((value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(secret, '[masked]'))) as never,
    source: { read() {} }
  } as unknown as Masker

  it('covers messages, values, fields, errors, bindings and identity', () => {
    const { memory, logger } = start({ mask: masker })
    const child = logger.child({ key: secret })
    runScope({ user: secret, tags: { t: secret } }, undefined, () => {
      child.info({ deep: { list: [secret] } }, 'got %s and %j', secret, { secret })
      child.error(new Error(`failed with ${secret}`, { cause: new Error(secret) }))
    })
    expect(memory.text.join('')).not.toContain(secret)
    expect(memory.text.join('').match(/\[masked\]/g)!.length).toBeGreaterThanOrEqual(9)
  })

  it('lets nothing through when the masker fails', () => {
    const failing = {
      mask: (() => {
        throw new Error('broken')
      }) as never,
      source: { read() {} }
    } as unknown as Masker
    const { memory, logger } = start({ mask: failing })
    logger.info({ secret }, secret)
    expect(memory.text[0]).not.toContain(secret)
    expect(memory.last()).toMatchObject({ secret: '[masked:failure]' })
  })

  it('reads getters once and leaves the object as it is', () => {
    const { memory, logger } = start({ mask: createMasker() })
    let reads = 0
    const record = {
      get once() {
        return ++reads
      }
    }
    logger.info(record, 'read')
    expect(reads).toBe(1)
    expect(memory.last()['once']).toBe(1)
  })
})

describe('any value', () => {
  const hostile: Record<string, () => unknown> = {
    'a throwing getter': () => ({
      get a() {
        throw new Error('a')
      },
      method: 1,
      b: 2
    }),
    'a getter called method': () => ({
      get method() {
        throw new Error('a')
      }
    }),
    'a proxy': () =>
      new Proxy(
        {},
        {
          get() {
            throw new Error('p')
          },
          ownKeys() {
            throw new Error('p')
          },
          getPrototypeOf() {
            throw new Error('p')
          }
        }
      ),
    'a throwing toJSON': () => ({
      nested: {
        toJSON() {
          throw new Error('j')
        }
      }
    }),
    'a null prototype': () => Object.assign(Object.create(null), { a: 1 }),
    'a cycle': () => {
      const value: Record<string, unknown> = {}
      value['self'] = value
      return value
    },
    'a deep value': () => {
      let value: unknown = 1
      for (let n = 0; n < 20_000; n++) value = { value }
      return { value }
    },
    'a long list': () => ({ list: Array.from({ length: 1_000_000 }, () => 1) }),
    'a long text': () => ({ text: 'x'.repeat(5_000_000) }),
    'many long texts': () => Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, 'é'.repeat(9000)])),
    'control characters': () => ({ text: '\u0001'.repeat(9000) }),
    'an evil error': () =>
      Object.defineProperty(new Error('e'), 'message', {
        get() {
          throw new Error('m')
        }
      }),
    'odd primitives': () => ({ a: 1n, b: Symbol('s'), c: undefined, d: () => 1, e: Number.NaN, f: new Date(Number.NaN) }),
    collections: () => ({ map: new Map([['a', 1]]), set: new Set([1]), bytes: Buffer.alloc(3), url: new URL('http://h/p') }),
    'a polluting key': () => JSON.parse('{"__proto__":{"polluted":true},"constructor":1}')
  }
  for (const [name, make] of Object.entries(hostile)) {
    it(`is logged: ${name}`, () => {
      const { memory, logger } = start()
      const value = make()
      const log = logger as unknown as { info(...values: unknown[]): void }
      log.info(value, 'with %j', value)
      logger.child({ value }).info(value as object)
      log.info(value)
      log.info('message %s %d %o', value, value, value)
      for (const line of memory.text) {
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(16_384)
        expect(JSON.parse(line)).toMatchObject({ level: 'info', service: 'rag-engine' })
      }
      expect(memory.text).toHaveLength(4)
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    })
  }

  it('keeps the beginning of a message whose values are long', () => {
    const { memory, logger } = start()
    logger.info('%s and %s', 'x'.repeat(5_000_000), 'y'.repeat(5_000_000))
    expect(memory.last()['msg']).toMatch(/^x{8000}/)
    expect(memory.last()['msg']).toContain('[truncated]')
    expect(Buffer.byteLength(memory.text[0]!)).toBeLessThanOrEqual(16_384)
  })

  it('shows where it was cut', () => {
    const { memory, logger } = start({ maxLineBytes: 2048 })
    logger.info({ a: 'x'.repeat(1500), b: 'y'.repeat(1500), c: 1 }, 'm'.repeat(9000))
    expect(Buffer.byteLength(memory.text[0]!)).toBeLessThanOrEqual(2048)
    expect(memory.text[0]).toContain('truncated')
  })
})

describe('levels at run time', () => {
  it('change for all, for a component, and go back by themselves', async () => {
    const { memory, logger } = start()
    const control = logControl(logger)
    const retriever = logger.child({ component: 'retriever' })
    control.setLevel('debug', { component: 'retriever', for: '50ms' })
    retriever.debug('now')
    retriever.child({ step: 1 }).debug('below')
    logger.child({ component: 'retriever' }).debug('made later')
    logger.debug('not')
    expect(memory.lines().map(({ msg }) => msg)).toEqual(['now', 'below', 'made later'])
    await new Promise((resolve) => setTimeout(resolve, 120))
    retriever.debug('over')
    expect(memory.text).toHaveLength(3)
    control.setLevel('debug')
    retriever.debug('all')
    expect(memory.last()['msg']).toBe('all')
    expect(() => control.setLevel('loud')).toThrow('RAG_LOGGER_LEVEL')
  })
})

it('a level for longer than a timer of Node can hold stays', async () => {
  const { logger } = start()
  const control = logControl(logger)
  control.setLevel('debug', { for: '30d' })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(logger.level).toBe('debug')
  await control.shutdown(10)
})

it('values of another realm, and primitives in objects, are what they are', () => {
  const { memory, logger } = start()
  const realm = runInNewContext('({ map: new Map([["a", 1]]), set: new Set([2]), pattern: /x/g })') as object
  logger.info({ realm, text: new String('boxed'), number: new Number(4), no: new Boolean(false) }, 'm')
  expect(memory.last()).toMatchObject({ realm: { map: { a: 1 }, set: [2], pattern: '/x/g' }, text: 'boxed', number: 4, no: false })
})

describe('a signal', () => {
  it('makes the logger talkative, and quiet again when it comes twice or the time is over', async () => {
    const { memory, logger } = start({ levelOn: { signal: 'SIGUSR2', level: 'trace', for: '300ms' } })
    const signalled = async () => {
      process.kill(process.pid, 'SIGUSR2')
      await new Promise((resolve) => setTimeout(resolve, 60))
      return logger.level
    }
    expect(await signalled()).toBe('trace')
    logger.trace('now')
    expect(memory.last()['msg']).toBe('now')
    expect(await signalled()).toBe('info')
    expect(await signalled()).toBe('trace')
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(logger.level).toBe('info')
    await logControl(logger).shutdown(100)
    expect(process.listenerCount('SIGUSR2')).toBe(0)
    expect(() => start({ levelOn: { signal: 'SIGUSR2', level: 'loud' } })).toThrow('RAG_LOGGER_LEVEL')
    expect(() => start({ levelOn: { sig: 'SIGUSR2' } as never })).toThrow('RAG_CORE_UNKNOWN_OPTION')
  })

  it('that ends the process is listened to once, however many loggers there are', () => {
    for (let n = 0; n < 50; n++) start()
    expect(process.listenerCount('SIGTERM')).toBe(1)
    expect(process.listenerCount('SIGINT')).toBe(1)
  })
})

describe('the handle', () => {
  it('is one for all who ask: a change of level through one is not undone by another', async () => {
    const { logger } = start()
    const [first, second] = [logControl(logger), logControl(logger)]
    first.setLevel('debug', { for: '50ms' })
    second.setLevel('trace', { for: '150ms' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(logger.level).toBe('trace')
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(logger.level).toBe('info')
  })

  it('keeps recent records once asked', () => {
    const { logger } = start()
    const control = logControl(logger)
    logger.info('before')
    expect(control.recent()).toEqual([])
    logger.info('one')
    logger.warn({ requestId: 'x' }, 'two')
    expect(control.recent()).toMatchObject([{ msg: 'two' }, { msg: 'one' }])
    expect(control.recent({ level: 'warn' })).toMatchObject([{ msg: 'two' }])
    expect(control.recent({ text: 'one', limit: 1 })).toHaveLength(1)
  })

  it('counts lines for metrics', async () => {
    const { logger } = start()
    const control = logControl(logger)
    logger.info('a')
    logger.error('b')
    const figures = new Map<string, number>()
    control.source.read((name, value, labels) => figures.set([name, ...Object.values(labels ?? {})].join(' '), value))
    expect(figures.get('rag_log_events_total info none')).toBe(1)
    expect(figures.get('rag_log_events_total error none')).toBe(1)
    expect(figures.get('rag_telemetry_recorded_total logs')).toBe(2)
    expect(await control.shutdown(100)).toEqual({ recorded: 2, exported: 2, dropped: 0, queued: 0 })
  })
})

describe('wrong options', () => {
  it.each([
    [{}, 'RAG_CORE_SERVICE'],
    [{ service: 's', levle: 'info' }, 'RAG_CORE_UNKNOWN_OPTION'],
    [{ service: 's', level: 'loud' }, 'RAG_LOGGER_LEVEL'],
    [{ service: 's', destination: 'file.log' }, 'RAG_LOGGER_DESTINATION'],
    [{ service: 's', destination: { file: 'a', rotation: 1 } }, 'RAG_CORE_UNKNOWN_OPTION'],
    [{ service: 's', maxLineBytes: 3 }, 'RAG_LOGGER_OPTION']
  ])('%j throws %s', (options, code) => {
    expect(() => createLogger(options as never)).toThrow(code)
  })
})
