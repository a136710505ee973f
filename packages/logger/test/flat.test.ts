// The short way of a flat record says the same as the long way, for any record, also the second time.
import { createMasker } from '@rag/core'
import { createLogger, type Logger } from '@rag/logger'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { milliseconds } from '../src/milliseconds.js'
import { createMemory } from './support.js'

const SECRET = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD'

function start(more: object): { memory: ReturnType<typeof createMemory>; logger: Logger } {
  const memory = createMemory()
  return { memory, logger: createLogger({ service: 's', destination: memory, mask: createMasker(), base: { region: 'eu' }, ...more }) }
}

/** A serializer of the user's sees every record, so its logger never takes the short way. */
const LONG_WAY = { serializers: { nobody: (value: unknown) => value } }

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('ok', '', 'a"b\\c', 'line\nfeed', '\u202etxt', '\ud800', 'x'.repeat(300), 'é'.repeat(9000)),
  fc.constantFrom(SECRET, `Bearer ${SECRET}`, 'password=hunter2hunter2', 'https://u:pa55w0rd@host/x?token=abcdef012345')
)
const values = fc.oneof(
  texts,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.bigInt(),
  fc.object({ maxDepth: 1 })
)
const keys = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    'documentId',
    'password',
    'token',
    'name',
    'value',
    'time',
    'level',
    'msg',
    'err',
    'req',
    'service',
    'component',
    '__proto__',
    SECRET
  )
)
const records = fc.dictionary(keys, values, { maxKeys: 8 })

const withoutTime = (text: readonly string[]) => text.map((line) => line.replace(/^\{"time":"[^"]*"/, ''))

it.each(['json', 'ecs', 'google', 'cloudwatch'] as const)('in the preset %s', (preset) => {
  const short = start({ preset, lineIds: false })
  const long = start({ preset, lineIds: false, ...LONG_WAY })
  fc.assert(
    fc.property(records, fc.oneof(texts, fc.constant(undefined)), (record, message) => {
      for (const { memory, logger } of [short, long]) {
        memory.text.length = 0
        const child = logger.child({ part: 'p' })
        for (const each of [logger, logger, child]) each.info(record, message as string)
      }
      const bare = (text: readonly string[]) => withoutTime(text).map((line) => line.replace(/"(?:@timestamp)":"[^"]*",/, ''))
      expect(bare(short.memory.text)).toEqual(bare(long.memory.text))
    }),
    { numRuns: 300 }
  )
})

it('a text that comes again is written again, and one that differs is not taken for it', () => {
  const { memory, logger } = start({})
  // Same length, same middle and same end: only a comparison tells them apart.
  for (const id of ['abcXefg', 'abcXefg', 'abcXefg', 'zbcXefg', 'abcXefg', SECRET, SECRET, SECRET]) logger.info({ id }, 'again')
  expect(memory.lines().map(({ id }) => id)).toEqual([
    'abcXefg',
    'abcXefg',
    'abcXefg',
    'zbcXefg',
    'abcXefg',
    ...Array.from({ length: 3 }, () => expect.stringContaining('[masked:'))
  ])
})

it('a getter is read once, also where the record turns out to need the long way', () => {
  const { memory, logger } = start({})
  let reads = 0
  const record = {
    get first() {
      return ++reads
    },
    nested: { a: 1 },
    get bad(): never {
      throw new Error('no')
    }
  }
  logger.info(record, 'read')
  expect(memory.last()).toMatchObject({ first: 1, nested: { a: 1 }, bad: '[unreadable]' })
  expect(reads).toBe(1)
})

it('a masker of the application sees every record', () => {
  const seen: unknown[] = []
  const own = createMasker()
  const mask = { mask: (value: unknown) => (seen.push(value), own.mask(value)) }
  const { memory, logger } = start({ mask })
  logger.info({ a: 'clean' }, 'clean')
  logger.info({ a: 'clean' }, 'clean')
  expect(seen.length).toBeGreaterThanOrEqual(2)
  const copied = start({ mask: { ...createMasker(), mask: () => ({ replaced: true }) } })
  copied.logger.info({ a: 'clean' }, 'clean')
  expect(copied.memory.last()).toMatchObject({ replaced: true })
  expect(memory.lines()).toHaveLength(2)
})

it('durations are printed as numbers are', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
      expect(milliseconds(ms)).toBe(String(Math.round(ms * 1000) / 1000))
    })
  )
  expect([milliseconds(-1.5), milliseconds(Number.NaN), milliseconds(1e15)]).toEqual(['-1.5', 'null', '1000000000000000'])
})

it('numbers every line without a gap, also one that turns out too long for the short way', () => {
  const { memory, logger } = start({ lineIds: true })
  const fields = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, 'x'.repeat(3000)]))
  for (const each of [{}, fields, { a: 1 }, fields, {}]) logger.info(each, 'line')
  expect(memory.text[1]!.length).toBeLessThan(16_385)
  expect(memory.lines().map((line) => Number.parseInt(String(line['lineId']).split('-')[1]!, 36))).toEqual([0, 1, 2, 3, 4])
})
