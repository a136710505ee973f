// A masker that an application wrote may fail in every way: the field is replaced, the rest survives, nothing is thrown.
import { expect, test } from 'vitest'
import { createMasker, type Masker, resolveMasker } from '../../src/mask/index.js'

const fail = (): never => {
  throw new Error('broken')
}
const counted = (masker: Masker): Record<string, number> => {
  const found: Record<string, number> = {}
  masker.source.read((_name, value, labels) => void (found[String(labels?.['rule'])] = value))
  return found
}

test('the option is a masker, options for one, nothing, or false', () => {
  const own = createMasker()
  expect(resolveMasker(own)).toBe(own)
  expect(resolveMasker({ keys: ['code7'] }).isSecretKey('code7')).toBe(true)
  expect(resolveMasker().mask('password=hunter2abc')).toBe('password=[masked:key-name]')
  expect(resolveMasker(false).mask('password=hunter2abc')).toBe('password=hunter2abc')
  expect(() => resolveMasker({ keys: 5 } as never)).toThrow(/RAG_CORE_MASK/)
})

test('a masker that always fails lets nothing through', () => {
  const masker = resolveMasker({ mask: fail, stream: fail, isSecretKey: fail, source: { read: fail } } as unknown as Masker)
  expect(resolveMasker(masker)).toBe(masker)
  expect(masker.mask('text')).toBe('[masked:failure]')
  expect(masker.mask({ a: 1, b: ['x'] })).toEqual({ a: '[masked:failure]', b: ['[masked:failure]'] })
  expect(masker.isSecretKey('name')).toBe(true)
  const stream = masker.stream()
  expect(stream.push('password=hunter2abc ') + stream.flush()).toBe('password=[masked:key-name] ')
  expect(counted(masker)).toEqual({ failure: 4 })
})

test('a masker that fails at one value costs that value', () => {
  const picky = { mask: (value: unknown) => (JSON.stringify(value)?.includes('bad') ? fail() : value) } as unknown as Masker
  expect(resolveMasker(picky).mask({ good: 'fine', list: ['bad', 'ok'], deep: { worse: 'bad' } })).toEqual({
    good: 'fine',
    list: ['[masked:failure]', 'ok'],
    deep: { worse: '[masked:failure]' }
  })
})

test('a masker that answers with a promise or with another type is no masker of a text', () => {
  for (const mask of [async (value: unknown) => value, () => undefined, () => 5])
    expect(resolveMasker({ mask } as unknown as Masker).mask('password=hunter2abc')).toBe('[masked:failure]')
})

test('a copy of ours with another mask is guarded as well', () => {
  const masker = resolveMasker({ ...createMasker(), mask: fail as never })
  expect(masker.mask({ a: 'x' })).toEqual({ a: '[masked:failure]' })
})

test('circular values end', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  const masker = resolveMasker({ mask: fail } as unknown as Masker)
  expect(() => masker.mask(circle)).not.toThrow()
  expect(() => masker.mask(new Proxy({}, { ownKeys: fail }))).not.toThrow()
})
