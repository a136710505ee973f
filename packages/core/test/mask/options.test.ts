// Forms of masking, personal data, own patterns, allowed values, and what wrong options are answered with.
import { describe, expect, test } from 'vitest'
import { createMasker, type MaskerOptions } from '../../src/mask/index.js'
import { expand, seeded } from './templates.js'

const random = seeded(8)
const token = expand('ghp_{36:an}', random)

describe('forms', () => {
  const mask = (options: MaskerOptions, text = `got ${token}`): string => createMasker(options).mask(text)

  test('the kind', () => expect(mask({})).toBe('got [masked:github-token]'))

  test('the last four, only of what is long enough behind its fixed prefix', () => {
    expect(mask({ form: 'last4' })).toBe(`got [masked:github-token:${token.slice(-4)}]`)
    expect(mask({ form: 'last4' }, 'password=hunter2abc')).toBe('password=[masked:key-name]')
  })

  test('a pseudonym: the same in another process with the key, another with another key', () => {
    const one = mask({ pseudonymKey: 'a key of sixteen' })
    expect(one).toMatch(/^got \[masked:github-token#[0-9a-f]{16}\]$/)
    expect(mask({ pseudonymKey: 'a key of sixteen', form: 'pseudonym' })).toBe(one)
    expect(mask({ pseudonymKey: 'another of sixteen' })).not.toBe(one)
    const masker = createMasker({ pseudonymKey: 'a key of sixteen' })
    expect(masker.mask(one)).toBe(one)
  })

  test('drop, in texts and in objects', () => {
    const masker = createMasker({ form: 'drop' })
    expect(masker.mask(`got ${token}.`)).toBe('got .')
    expect(masker.mask({ password: 'hunter2', user: 'me' })).toEqual({ user: 'me' })
  })

  test('a function; what throws or gives the secret back is replaced', () => {
    expect(mask({ form: ({ rule, value }) => `<${rule} ${value.length}>` })).toBe(`got <github-token ${token.length}>`)
    for (const form of [
      () => {
        throw new Error(token)
      },
      ({ value }: { value: string }) => `(${value})`,
      () => undefined as never
    ])
      expect(mask({ form })).toBe('got [masked:github-token]')
  })
})

describe('personal data', () => {
  const all = createMasker({ pii: true })
  test.each<[string, string]>([
    ['write to taro.yamada+x@example.co.jp today', 'write to [masked:email] today'],
    ['call +81 90-1234-5678 or 03-1234-5678', 'call [masked:phone] or [masked:phone]'],
    ['電話：０９０－１２３４－５６７８', '電話：[masked:phone]'],
    ['\ufeff＋８１ ９０−１２３４−５６７８', '\ufeff[masked:phone]'],
    ['\ud800電話（０３）１２３４－５６７８', '\ud800電話[masked:phone]'],
    ['card 4111 1111 1111 1111 used', 'card [masked:card] used'],
    ['IBAN GB82 WEST 1234 5698 7654 32', 'IBAN [masked:iban]'],
    ['マイナンバー：1234-5678-9018', 'マイナンバー：[masked:my-number]'],
    ['〒150-0001 東京都渋谷区神宮前1丁目2番3号', '〒[masked:postal-code] [masked:address]'],
    ['from 203.0.113.7 and 2001:db8::1', 'from [masked:ip] and [masked:ip]'],
    ['passport TK1234567', 'passport [masked:passport]'],
    ['生年月日：昭和60年1月2日', '生年月日：[masked:birth-date]']
  ])('%s', (text, masked) => {
    expect(all.mask(text)).toBe(masked)
    expect(createMasker().mask(text), 'only on request').toBe(text)
  })

  test.each([
    'card 4111 1111 1111 1112 has a wrong check digit',
    'order 1234567890123456',
    'time=1795629447589',
    'trace 0af7651916cd43dd8448eb211c80319c',
    'version 10.20.30.40',
    'listening on 127.0.0.1:8080 and ::1'
  ])('%s stays', (text) => expect(all.mask(text)).toBe(text))

  test('profiles and single kinds', () => {
    const text = 'a@example.com 4111111111111111 203.0.113.7'
    expect(all.mask({ birthDate: new Date(0), phone: ['090 1', 81_312_345_678n], ip: new Set([7]), address: { city: 'x' } })).toEqual({
      birthDate: '[masked:birth-date]',
      phone: ['[masked:phone]', '[masked:phone]'],
      ip: ['[masked:ip]'],
      address: { city: 'x' }
    })
    expect(createMasker({ pii: 'pci' }).mask(text)).toBe('a@example.com [masked:card] 203.0.113.7')
    expect(createMasker({ pii: 'gdpr' }).mask(text)).toBe('[masked:email] [masked:card] [masked:ip]')
    expect(createMasker({ pii: 'appi' }).mask(text)).toBe('[masked:email] [masked:card] 203.0.113.7')
    expect(createMasker({ pii: { ip: true } }).mask(text)).toBe('a@example.com 4111111111111111 [masked:ip]')
  })
})

describe('own patterns', () => {
  test('mask the match, or its first group', () => {
    const masker = createMasker({
      patterns: [
        { name: 'badge', pattern: /BADGE-\d{8}/ },
        { name: 'desk', pattern: /desk (\w{4})/ }
      ]
    })
    expect(masker.mask('BADGE-12345678 at desk A1b2')).toBe('[masked:badge] at desk [masked:desk]')
    expect(masker.mask(`${'x '.repeat(20_000)}BADGE-12345678`)).toContain('[masked:badge]')
  })

  test.each<[string, RegExp | string]>([
    ['nested quantifiers', /(a+)+$/],
    ['alternatives that overlap', /(?:a|a)+b/],
    ['two stars in a row', /\d+\d+\d+x/],
    ['a star behind any text', /.*.*=.*z/],
    ['a pattern that matches nothing', /a*/],
    ['a back-reference', /(a)\1/],
    ['broken syntax', '(']
  ])('%s are refused, and the error names the rule', (_name, pattern) => {
    expect(() => createMasker({ patterns: [{ name: 'slow-one', pattern }] })).toThrow(
      expect.objectContaining({ code: 'RAG_CORE_MASK', option: 'patterns.slow-one' })
    )
  })

  test('allowed values leave', () => {
    const masker = createMasker({ allow: ['demo-password-1', /test_\w{10,30}/] })
    expect(masker.mask('password=demo-password-1 token=test_abcdefghij1 secret=hunter2abc')).toBe(
      'password=demo-password-1 token=test_abcdefghij1 secret=[masked:key-name]'
    )
  })
})

test.each<[string, object]>([
  ['keys', { keys: [''] }],
  ['keys', { keys: 'password' }],
  ['patterns', { patterns: [{ name: 'Not Good', pattern: /a/ }] }],
  ['allow', { allow: [1] }],
  ['pii', { pii: 'hipaa' }],
  ['pii.shoe-size', { pii: { 'shoe-size': true } }],
  ['form', { form: 'stars' }],
  ['pseudonymKey', { form: 'pseudonym' }],
  ['pseudonymKey', { pseudonymKey: 'short' }],
  ['maxLength', { maxLength: 3 }]
])('a wrong %s is refused at the factory', (option, options) => {
  expect(() => createMasker(options as MaskerOptions)).toThrow(expect.objectContaining({ code: 'RAG_CORE_MASK', option }))
})

test('an unknown option is refused', () => {
  expect(() => createMasker({ key: [] } as MaskerOptions)).toThrow(/no such option/)
})
