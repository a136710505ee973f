// Any value becomes a plain masked copy: nothing is thrown, nothing is changed, getters are read once.
import { describe, expect, test } from 'vitest'
import { createMasker } from '../../src/mask/index.js'
import { expand, seeded } from './templates.js'

const masker = createMasker()
const random = seeded(3)
const token = expand('ghp_{36:an}', random)
const plain = expand('{16:an}', random)
const text = (value: unknown): string => JSON.stringify(masker.mask(value))

describe('errors', () => {
  test('message, stack, cause chain, AggregateError and own properties', () => {
    const error = Object.assign(
      new AggregateError([new TypeError(`inner ${token}`)], `outer ${token}`, {
        cause: new Error('first', { cause: new Error(`deepest ${token}`) })
      }),
      { apiKey: plain, status: 401 }
    )
    const out = masker.mask(error) as unknown as Record<string, unknown>
    expect(JSON.stringify(out)).not.toMatch(new RegExp(`${token}|${plain}`))
    expect(out).toMatchObject({
      type: 'AggregateError',
      message: 'outer [masked:github-token]',
      status: 401,
      apiKey: '[masked:key-name]',
      errors: [{ type: 'TypeError' }],
      cause: { message: 'first', cause: { message: 'deepest [masked:github-token]' } }
    })
    expect(out['stack']).toContain('values.test.ts')
  })

  test("an HTTP client's error with its configuration and raw headers", () => {
    const error = Object.assign(new Error('401'), {
      config: { headers: { Authorization: `Bearer ${plain}` }, auth: { username: 'me', password: plain } },
      request: { _header: `GET / HTTP/1.1\r\nAuthorization: Bearer ${plain}\r\nX-Api-Key: ${plain}\r\n\r\n` },
      response: { rawHeaders: ['Set-Cookie', `sid=${plain}; Path=/`, 'X', 'y'], data: JSON.stringify({ token: plain }) },
      toJSON: () => ({ leaked: plain })
    })
    expect(text(error)).not.toContain(plain)
    expect(text(error)).toContain('"username":"me"')
  })

  test('a circular cause and a throwing property', () => {
    const error = new Error('round') as Error & { cause?: unknown }
    error.cause = error
    Object.defineProperty(error, 'bad', { enumerable: true, get: fail })
    expect(masker.mask(error)).toMatchObject({ message: 'round', cause: '[circular]', bad: '[masked:failure]' })
  })
})

describe('values of all kinds', () => {
  test('primitives', () => {
    expect(masker.mask(5)).toBe(5)
    expect(masker.mask(null)).toBe(null)
    expect(masker.mask(undefined)).toBe(undefined)
    expect(masker.mask(10n)).toBe('10')
    expect(masker.mask(Symbol(token))).toBe('Symbol([masked:github-token])')
    expect(masker.mask(() => token)).toBe(undefined)
  })

  test('classes, dates, sets, bytes, promises and regular expressions', () => {
    class Account {
      constructor(
        readonly name: string,
        readonly password: string
      ) {}
    }
    const out = masker.mask({
      account: new Account('me', plain),
      when: new Date(0),
      set: new Set([token]),
      bytes: Buffer.from(token),
      view: new Uint16Array(4),
      later: Promise.resolve(token),
      pattern: /a/,
      boxed: Object(5n)
    })
    expect(out).toEqual({
      account: { name: 'me', password: '[masked:key-name]' },
      when: '1970-01-01T00:00:00.000Z',
      set: ['[masked:github-token]'],
      bytes: expect.stringContaining(`${token.length} bytes`),
      view: expect.stringContaining('8 bytes'),
      later: '[Promise]',
      pattern: '/a/',
      boxed: '5'
    })
  })

  test('toJSON is used, and masked', () => {
    expect(masker.mask({ toJSON: () => ({ password: plain, note: token }) })).toEqual({
      password: '[masked:key-name]',
      note: '[masked:github-token]'
    })
  })

  test('getters are read once, also beside one that throws', () => {
    let reads = 0
    const value = {
      get counted() {
        return ++reads
      }
    }
    expect(masker.mask(value)).toEqual({ counted: 1 })
    const broken = Object.defineProperty({ ...value, note: 'kept', password: plain }, 'bad', { enumerable: true, get: fail })
    expect(masker.mask(broken)).toEqual({ counted: 2, note: 'kept', password: '[masked:key-name]', bad: '[masked:failure]' })
    expect(reads).toBe(2)
  })

  test('hostile proxies and prototypes cost their own field', () => {
    const all = new Proxy({}, { get: fail, ownKeys: fail, getPrototypeOf: fail, has: fail })
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    expect(masker.mask({ all, revoked: revoked.proxy, list: [all, 1], fine: token })).toEqual({
      all: '[masked:failure]',
      revoked: '[masked:failure]',
      list: ['[masked:failure]', 1],
      fine: '[masked:github-token]'
    })
    expect(masker.mask(JSON.parse(`{"__proto__":{"password":"${plain}"}}`))).not.toHaveProperty('password')
    expect(text(JSON.parse(`{"__proto__":{"password":"${plain}"},"constructor":1}`))).not.toContain(plain)
    expect(text(Object.assign(Object.create(null), { password: plain }))).not.toContain(plain)
  })

  test('cycles and shared parts', () => {
    const shared = { note: token }
    const value: Record<string, unknown> = { one: shared, two: shared }
    value['self'] = value
    expect(masker.mask(value)).toEqual({
      one: { note: '[masked:github-token]' },
      two: { note: '[masked:github-token]' },
      self: '[circular]'
    })
  })
})

describe('the size of the work is bounded', () => {
  test('a depth of 100,000', () => {
    let deep: unknown = { password: plain }
    for (let level = 0; level < 100_000; level++) deep = { deep }
    expect(text(deep)).toContain('[masked:too-deep]')
    let json = plain
    for (let level = 0; level < 10; level++) json = JSON.stringify({ password: json })
    expect(masker.mask(json)).not.toContain(plain)
    expect(() => masker.mask('['.repeat(1_000_000))).not.toThrow()
  })

  test('2^22 shared references, written out by whoever serialises the copy', () => {
    let shared: unknown = { password: plain }
    for (let level = 0; level < 22; level++) shared = [shared, shared]
    const out = text(shared)
    expect(out).toContain('[masked:too-large]')
    expect(out).not.toContain(plain)
  })

  test('runs of six megabytes, on which a greedy expression overflows the stack', () => {
    const unlimited = createMasker({ maxLength: Number.POSITIVE_INFINITY, pii: true })
    for (const opener of ['sk-', 'ghp_', 'eyJ', 'password=', 'AKIA', 'https://a:', 'Bearer ', '-----BEGIN PRIVATE KEY-----']) {
      const out = unlimited.mask(`${opener}${'aB3'.repeat(2_000_000)}`)
      expect(out, opener).not.toBe('[masked:failure]')
    }
    expect(unlimited.mask(`password=${'aB3'.repeat(2_000_000)} end`)).toBe('password=[masked:key-name] end')
  })
})

function fail(): never {
  throw new Error(`a getter with ${token}`)
}
