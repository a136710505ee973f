// Key names are compared by segments, in every container in which a name stands beside a value.
import { describe, expect, test } from 'vitest'
import { createMasker } from '../../src/mask/index.js'
import { expand, seeded } from './templates.js'

const masker = createMasker()
const secret = expand('{14:an}', seeded(1))
const hides = (value: unknown): void => {
  const out = JSON.stringify(masker.mask(value))
  expect(out).not.toContain(secret)
  expect(out).toContain('[masked:')
}

test.each([
  'apiKey',
  'X-Api-Key',
  'DB_PASSWORD',
  'connectionString',
  'パスワード',
  '暗証番号',
  'ＡＰＩ＿ＫＥＹ',
  'ｐａｓｓｗｏｒｄ',
  'client secret',
  'smtp.password',
  'user[password]',
  'Refresh-Token',
  'accesstoken',
  'privateKey2',
  'privateKeyPem',
  'password1',
  'aws_secret_access_key',
  'Set-Cookie'
])('%s is the name of a secret', (name) => {
  expect(masker.isSecretKey(name)).toBe(true)
  hides({ [name]: secret })
  hides(`${name}: ${secret}`)
})

test.each([
  'tokenCount',
  'publicKeyPem',
  'author',
  'cacheKey',
  'keyboard',
  'hasPassword',
  'prompt_tokens',
  'maxTokens',
  'nextPageToken',
  'primaryKey',
  'secretary',
  'passenger',
  'tokenizer',
  'authorId',
  'isSecret',
  'monkey',
  'sortKey',
  'password_reset_url',
  'passwordLength'
])('%s is not', (name) => {
  const value = { [name]: 'steady value 7', [`${name} `]: 42 }
  expect(masker.isSecretKey(name)).toBe(false)
  expect(masker.mask(value)).toEqual(value)
})

describe('a name beside its value', () => {
  test.each<[string, unknown]>([
    ['any depth', { a: [{ b: { c: [{ d: { password: secret } }] } }] }],
    ['[name, value]', { headers: [['authorization', `Bearer ${secret}`]] }],
    ['{ name, value }', [{ name: 'x-api-key', value: secret }]],
    ['{ key, value } of OTLP', { attributes: [{ key: 'db.password', value: { stringValue: secret } }] }],
    ['raw headers', { rawHeaders: ['Host', 'example.com', 'Authorization', `Bearer ${secret}`] }],
    ['Map', new Map([['password', secret]])],
    ['Headers', new Headers({ 'x-api-key': secret })],
    ['URLSearchParams', new URLSearchParams({ api_key: secret })],
    ['URL', new URL(`https://u:${secret}@example.com/?token=${secret}`)],
    ['a form body', { body: `user=me&password=${secret}&next=1` }],
    ['cookies as text', { headers: { cookie: `theme=dark; sid=${secret}` } }],
    ['cookies as an object', { cookies: { sid: secret } }],
    ['everything below a secret name', { credentials: { user: secret, list: [secret, { deep: secret }] } }]
  ])('%s', (_name, value) => hides(value))

  test('the names of cookies and the scheme stay', () => {
    expect(masker.mask({ cookie: `theme=${secret}; sid=${secret}`, authorization: `Bearer ${secret}` })).toEqual({
      cookie: 'theme=[masked:cookie]; sid=[masked:cookie]',
      authorization: 'Bearer [masked:bearer-token]'
    })
  })

  test('names and numbers around it stay', () => {
    expect(
      masker.mask({ password: secret, user: 'me', token: 512, tokens: 7, empty: { password: '', secret: null, token: false } })
    ).toEqual({
      password: '[masked:key-name]',
      user: 'me',
      token: 512,
      tokens: 7,
      empty: { password: '', secret: null, token: false }
    })
  })
})

test('a key that is itself a secret is masked, and its value stays', () => {
  const token = expand('ghp_{36:an}', seeded(2))
  expect(masker.mask({ [token]: 'seen' })).toEqual({ '[masked:github-token]': 'seen' })
})

test.each([
  'API_KEY_2=hunter2abc',
  'DB_PASSWORD_01: hunter2abc',
  '{"password-1":"hunter2abc"}',
  'client.secret.3=hunter2abc',
  'password2=hunter2abc'
])('a numbered name in a text: %s', (text) => {
  expect(masker.mask(text)).toBe(text.replace('hunter2abc', '[masked:key-name]'))
})

test.each(['token_1=22', 'keys-2: 44', 'step-2=hunter2abc', 'max_tokens_2=123'])(
  'a number is not made secret by its number: %s',
  (text) => {
    expect(masker.mask(text)).toBe(text)
  }
)

test.each([
  'kundenNr',
  'kunden_nr',
  'KUNDEN-NR',
  'kunden nr',
  'kunden.n.r',
  'kundenNr2',
  'recoveryQ1',
  'recovery_q_1',
  'ab',
  'a-b',
  'A_B',
  '番b',
  '番-b'
])('an own name is found in a text however it is spelled: %s', (name) => {
  const own = createMasker({ keys: ['kundenNr', 'recoveryQ1', 'ab', '番b', '1'] })
  expect(own.mask(`x ${name}=hunter2abc`)).toBe(`x ${name}=[masked:key-name]`)
  expect(own.mask(`{"${name}":"hunter2abc"}`)).toBe(`{"${name}":"[masked:key-name]"}`)
})

test('own names join, allowed names leave', () => {
  const own = createMasker({ keys: ['internalCode'], allow: ['sessionToken'] })
  expect(own.mask({ INTERNAL_CODE: 'blue', sessionToken: 'open' })).toEqual({ INTERNAL_CODE: '[masked:key-name]', sessionToken: 'open' })
  expect(own.mask('internal-code: blue7')).toBe('internal-code: [masked:key-name]')
})
