// Long texts are masked before they are cut; what fails is replaced; a value found once goes wherever it stands.
import { describe, expect, test } from 'vitest'
import { createMasker } from '../../src/mask/index.js'
import { expand, seeded } from './templates.js'

const random = seeded(4)
const token = expand('ghp_{36:an}', random)
const plain = expand('{16:an}', random)
const counts = (masker: ReturnType<typeof createMasker>): Record<string, number> => {
  const found: Record<string, number> = {}
  masker.source.read((_name, value, labels) => void (found[String(labels?.['rule'])] = value))
  return found
}

describe('the cut', () => {
  const masker = createMasker({ maxLength: 100 })

  test('a secret on the edge is masked whole, wherever the edge falls', () => {
    for (let before = 55; before <= 110; before++) {
      const out = masker.mask(`${'x'.repeat(before)} ${token} ${'y'.repeat(200)}`)
      expect(out.length).toBeLessThanOrEqual(100)
      expect(out.endsWith('…')).toBe(true)
      for (let length = 8; length <= token.length; length += 4) expect(out, String(before)).not.toContain(token.slice(0, length))
      expect(masker.mask(out)).toBe(out)
    }
  })

  test('a value that runs past the margin is masked whole', () => {
    const out = masker.mask(`password=${plain.repeat(2000)}`)
    expect(out).toBe('password=[masked:key-name]…')
    expect(masker.mask(`-----BEGIN PRIVATE KEY-----\n${plain.repeat(3000)}`)).toBe('[masked:private-key]…')
  })

  test('what was cut is counted, in values too', () => {
    const own = createMasker({ maxLength: 100 })
    own.mask({ a: 'x'.repeat(101), b: 'x'.repeat(100), c: ['y'.repeat(500)] })
    expect(counts(own)['cut']).toBe(2)
  })

  test('a character of two units is not torn', () => {
    expect(masker.mask('😀'.repeat(80))).toMatch(/^(?:😀)+…$/u)
    expect(masker.mask(`x${'😀'.repeat(80)}`)).toMatch(/^x(?:😀)+…$/u)
  })
})

describe('a value found once', () => {
  test('is masked wherever else it stands in the record', () => {
    const masker = createMasker()
    expect(masker.mask({ first: `seen ${plain} before`, password: plain, list: [`${plain}!`], nested: { message: `x${plain}y` } })).toEqual(
      {
        first: 'seen [masked:key-name] before',
        password: '[masked:key-name]',
        list: ['[masked:key-name]!'],
        nested: { message: 'x[masked:key-name]y' }
      }
    )
    expect(masker.mask(`was ${plain}; token=${plain}`)).toBe('was [masked:key-name]; token=[masked:key-name]')
    expect(masker.mask(plain), 'in another record it is only a text').toBe(plain)
  })

  test('at most 32 of them are remembered', () => {
    const masker = createMasker()
    const values = Array.from({ length: 40 }, () => expand('{20:an}', random))
    const out = masker.mask(`${values.map((value) => `password=${value}`).join(' ')} | ${values.join(' ')}`)
    expect(values.filter((value) => out.includes(value))).toEqual(values.slice(32))
  })

  test('a word of the language is not', () => {
    const masker = createMasker()
    expect(masker.mask({ password: 'documents', note: 'the documents are here' })).toEqual({
      password: '[masked:key-name]',
      note: 'the documents are here'
    })
  })
})

test('a text with more than 10 000 secrets is masked whole, whatever else looks at it', () => {
  for (const masker of [
    createMasker(),
    createMasker({ pii: true }),
    createMasker({ patterns: [{ name: 'ticket', pattern: /TICKET-\d{6}/ }] })
  ]) {
    const many = Array.from({ length: 10_001 }, (_, index) => `password=hunter${index}x`)
    expect(masker.mask(many.join(' '))).toBe('[masked:too-many]')
    expect(counts(masker)).toEqual({ 'too-many': 1 })
    expect(masker.mask(many.slice(0, 9_000).join(' '))).not.toMatch(/hunter|too-many/)
  }
})

test('a secret is found wherever in a long text it falls', () => {
  const masker = createMasker()
  for (let before = 16_384 - 60; before < 16_384 + 5; before++) {
    const out = masker.mask(`${'x '.repeat(before / 2)}${before % 2 ? ' ' : ''}${token} password=${plain}`)
    expect(out.slice(-70)).toMatch(/\[masked:github-token\] password=\[masked:key-name\]$/)
  }
})

test('rules are counted for metrics', () => {
  const masker = createMasker()
  masker.mask(`${token} and password=${plain}`)
  masker.mask({ a: token })
  expect(counts(masker)).toEqual({ 'github-token': 2, 'key-name': 1 })
})
