import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintOf, patternOf } from '../src/fingerprint.js'
import { createLogger, logControl, logObserver } from '../src/index.js'
import { createMemory } from './support.js'

function start(options: Partial<Parameters<typeof createLogger>[0]> = {}) {
  const memory = createMemory()
  const logger = createLogger({ service: 's', destination: memory, ...options })
  const figures = () => {
    const found: Record<string, number> = {}
    logControl(logger).source.read((name, value, labels) => (found[[name, ...Object.values(labels ?? {})].join(' ')] = value))
    return found
  }
  return { memory, logger, figures }
}

const TEMPLATES: [string, (id: string, n: number) => string][] = [
  ['a number', (_id, n) => `no answer after ${n} ms`],
  ['an id in quotes', (id) => `document '${id}' is not in the index`],
  ['an id behind a colon', (id) => `user:${id} was refused`],
  ['a url', (id, n) => `GET https://api.example.com/v1/${id}?page=${n} failed`],
  ['an address', (_id, n) => `connect ECONNREFUSED 10.0.0.${n % 256}:${n}`],
  ['a mail address', (id) => `no account for ${id}@example.com`],
  ['a list', (_id, n) => `chunks ${Array.from({ length: (n % 5) + 2 }, (_, at) => n + at).join(', ')} are missing`],
  ['Japanese text', (_id, n) => `文書${n}が見つかりません`]
]

describe('the fingerprint of an error', () => {
  it.each(TEMPLATES)('does not change with %s', (_name, message) => {
    const id = fc.oneof(
      fc.uuid(),
      fc.stringMatching(/^[0-9a-f]{12,40}$/),
      fc.integer().map((n) => `a${n}`)
    )
    const first = fingerprintOf({ type: 'Error', message: message('7f3b2c1d-0000-4000-8000-000000000000', 7) })
    fc.assert(
      fc.property(id, fc.nat(), (each, n) => {
        expect(fingerprintOf({ type: 'Error', message: message(each, n) })).toBe(first)
      })
    )
  })

  it('differs for another message, class or place', () => {
    const stack = (name: string) => `Error: x\n    at Object.<anonymous> (node:internal/x:1:2)\n    at ${name} (/srv/app/src/index.ts:10:5)`
    const all = [
      { type: 'Error', message: 'a is gone' },
      { type: 'TypeError', message: 'a is gone' },
      { type: 'Error', message: 'b is gone' },
      { type: 'Error', message: 'a is gone', stack: stack('load') },
      { type: 'Error', message: 'a is gone', stack: stack('save') }
    ].map(fingerprintOf)
    expect(new Set(all).size).toBe(all.length)
    expect(all[0]).toMatch(/^[0-9a-f]{16}$/)
  })

  it('stays when lines move and directories change', () => {
    const stack = (path: string, line: number) => `Error: x\n    at async load (${path}:${line}:7)`
    expect(fingerprintOf({ message: 'x', stack: stack('/srv/v1/index.js', 10) })).toBe(
      fingerprintOf({ message: 'x', stack: stack('/srv/v2/index.js', 99) })
    )
  })

  it('reads any text in time that grows with its length only', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => void patternOf(text)))
    for (const part of ['a', '1', '#, ', '1, ', 'a://', ' at (', '@', 'Aa'])
      expect(patternOf(part.repeat(200_000)).length).toBeLessThan(10_000)
  })
})

describe('errors in a line', () => {
  it('carry their fingerprint in every preset and by every road, and are counted by it', () => {
    for (const [preset, name] of [
      ['json', 'fingerprint'],
      ['ecs', 'error.grouping_key']
    ] as const) {
      const { memory, logger, figures } = start({ preset })
      const fail = (n: number) => new Error(`row ${n} is locked`)
      for (let n = 0; n < 3; n++) logger.error(fail(n))
      logger.error({ err: fail(3), error: 1, [name]: 'forged' }, 'with a message')
      logger.warn(fail(4), 'only a warning')
      logger.error('no error object 17')
      logger.info('nothing')
      const prints = memory.lines().map((line) => line[name])
      expect(new Set(prints.slice(0, 3)).size).toBe(1)
      expect(prints[0]).toMatch(/^[0-9a-f]{16}$/)
      expect(prints[5]).toMatch(/^[0-9a-f]{16}$/)
      expect(prints[6]).toBeUndefined()
      expect(memory.lines()[3]![`_${name}`]).toBe('forged')
      expect(figures()[`rag_log_fingerprint_events_total ${String(prints[0])}`]).toBeGreaterThanOrEqual(3)
      expect(figures()['rag_log_fingerprints_total']).toBeGreaterThanOrEqual(2)
    }
  })

  it('have the same fingerprint as a request line, built directly or through a serializer', () => {
    const operation = (error: unknown) =>
      ({
        kind: 'server',
        name: 'GET /x',
        startTime: 0,
        durationMs: 1,
        outcome: 'error',
        requestId: 'r',
        observers: [],
        marks: [],
        error,
        attributes: { method: 'GET', route: '/x', path: '/x', query: '', statusCode: 503 }
      }) as never
    const error = new Error('pool 3 is empty')
    const prints = [{}, { redact: ['nothing'] }].flatMap((options) => {
      const { memory, logger } = start(options)
      logObserver(logger).end!(operation(error))
      logObserver(logger).end!(operation(undefined))
      return memory.lines().map(({ fingerprint }) => fingerprint)
    })
    expect(prints[0]).toBe(prints[2])
    expect(prints[1]).toBe(prints[3])
    expect(prints[0]).not.toBe(prints[1])
    const { memory, logger } = start()
    logger.error(error)
    expect(memory.last()['fingerprint']).toBe(prints[0])
  })

  it('of endless kinds take bounded memory and a bounded number of series', () => {
    const { logger, figures } = start()
    const words = (n: number) => n.toString(2).replaceAll('0', 'ab ').replaceAll('1', 'cd ')
    for (let n = 0; n < 5000; n++) logger.error(words(n))
    const series = Object.keys(figures()).filter((name) => name.startsWith('rag_log_fingerprint_events_total'))
    expect(series).toHaveLength(50)
    expect(series.reduce((sum, name) => sum + figures()[name]!, 0)).toBe(5000)
    expect(figures()['rag_log_fingerprints_total']).toBe(2000)
  })
})

describe('counts of lines', () => {
  it('are kept by level and component from the start, with a bound on components', () => {
    const { logger, figures } = start()
    expect(figures()['rag_log_events_total error none']).toBe(0)
    expect(figures()['rag_log_events_total error http']).toBe(0)
    logger.child({ component: 'retriever' }).child({ step: 1 }).warn('slow')
    for (let n = 0; n < 100; n++) logger.child({ component: `c${n}` }).info('x')
    expect(figures()['rag_log_events_total warn retriever']).toBe(1)
    expect(figures()['rag_log_events_total info none']).toBe(0)
    expect(figures()['rag_log_events_total info __other__']).toBe(54)
    expect(new Set(Object.keys(figures()).filter((name) => name.startsWith('rag_log_events_total info'))).size).toBe(50)
  })

  it('say what was left out on purpose', () => {
    const { logger, figures, memory } = start()
    const operation = (path: string) =>
      ({
        kind: 'server',
        attributes: { method: 'GET', route: path, path, query: '', statusCode: 200 },
        outcome: 'ok',
        durationMs: 1,
        startTime: 0
      }) as never
    const observer = logObserver(logger, { sample: 0 })
    observer.end!(operation('/health'))
    observer.end!(operation('/x'))
    expect(memory.text).toEqual([])
    expect(figures()).toMatchObject({ 'rag_log_left_out_total quiet': 1, 'rag_log_left_out_total sampled': 1 })
  })
})

describe('line ids', () => {
  it('are unique over loggers and lines, on by default where a store finds doubles by them, and cannot be forged', () => {
    const seen = new Set<unknown>()
    for (const [preset, name] of [
      ['ecs', 'event.id'],
      ['google', 'logging.googleapis.com/insertId']
    ] as const) {
      const { memory, logger } = start({ preset })
      for (let n = 0; n < 100; n++) logger.info({ [name]: 'forged' }, 'x')
      for (const line of memory.lines()) seen.add(line[name])
      expect(memory.text[0]!.split(`"${name}":`)).toHaveLength(2)
    }
    expect(seen.size).toBe(200)
    const { memory, logger } = start()
    logger.info('without')
    expect(memory.last()).not.toHaveProperty('lineId')
    const asked = start({ lineIds: true })
    asked.logger.info('with')
    expect(asked.memory.last()['lineId']).toMatch(/^[0-9a-f]{20}-0$/)
  })
})
