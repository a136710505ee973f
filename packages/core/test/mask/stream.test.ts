// Holds the stream masker to its promise: any split gives the same output, and no part of a secret leaves early.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMasker } from '../../src/mask/index.js'
import { tokenRules } from '../../src/mask/rules/index.js'
import { expand, seeded } from './templates.js'

const masker = createMasker()

function run(chunks: readonly string[]): { out: string; parts: string[] } {
  const stream = masker.stream()
  const parts = chunks.map((chunk) => stream.push(chunk))
  parts.push(stream.flush())
  return { out: parts.join(''), parts }
}

function split(text: string, size: number): string[] {
  const chunks: string[] = []
  for (let at = 0; at < text.length; at += size) chunks.push(text.slice(at, at + size))
  return chunks
}

const random = seeded(7)
const tokens = tokenRules.map((rule) => expand(rule.yes[0]!, random))
const secret = tokens.find((token) => token.startsWith('ghp_'))!
const body = expand('{64:an}', random)
const texts = [
  ...tokens.map((token) => `The answer is ${token}, as you asked for it.`),
  `login with password=${secret} and again ${secret} later`,
  `{"user":"me","password":"p ${body.slice(0, 12)}","next":1}`,
  `Authorization: Bearer ${body}\nAccept: */*`,
  `Cookie: a=${body.slice(0, 9)}; theme=dark\nnext line of text`,
  `see https://me:${body.slice(0, 14)}@db.example.com/path?a=1 for more`,
  `-----BEGIN RSA PRIVATE KEY-----\n${split(body.repeat(14), 64).join('\n')}\n-----END RSA PRIVATE KEY-----\nafter it`,
  `パスワードは${body.slice(0, 10)}です。よろしく`,
  `token: ${body.repeat(20)} and the rest of the sentence`,
  `first mysql -u me -p${body.slice(0, 13)} app, then redis-cli -a ${body.slice(0, 12)} ping, then ssh -p 2222 host`,
  `{"headers":["Host","example.com","X-Api-Key","${body.slice(0, 20)}"],"env":[{"name":"DB_PASSWORD","value":"${body.slice(0, 12)}"}]}`,
  `CREATE USER me IDENTIFIED BY '${body.slice(0, 14)}'; login me password ${body.slice(0, 15)} here`,
  `client.setPassword("${body.slice(0, 16)}") and token:\n  ${body.slice(0, 24)}\nand token:\n  ${body.slice(0, 23)} is no line of its own`,
  `one\\npassword ${body.slice(0, 15)} two my_password ${body.slice(1, 16)} three%0Atoken ${body.slice(2, 22)} four`,
  `API_KEY_2=${body.slice(0, 20)},password for me: ${body.slice(20, 33)} and pass=${body.slice(33, 48)} end`,
  'Plain prose about keys, tokens and passwords without any of them: prompt_tokens=123, cost 4 USD.',
  `set --password ${body.slice(0, 11)} --verbose, then curl -u me:${body.slice(0, 9)} https://example.com/`
]

describe('any split gives the output of the whole text', () => {
  test.each([1, 2, 3, 7, 16, 61, 200])('chunks of %i characters', (size) => {
    for (const text of texts) expect(run(split(text, size)).out, text).toBe(run([text]).out)
  })

  test('every split into two', () => {
    for (const text of texts.slice(-16)) {
      const whole = run([text]).out
      const steps = Math.ceil(text.length / 150)
      for (let at = 1; at < text.length; at += steps) expect(run([text.slice(0, at), text.slice(at)]).out, `${at}: ${text}`).toBe(whole)
    }
  })

  test('random splits of random mixtures', () => {
    const piece = fc.oneof(
      fc.constantFrom(...texts),
      fc.constantFrom('key: ', ' -p', 'token ', ' "', '\n', ' = ', 'is ', 'Bearer ', '://', '-----BEGIN '),
      fc.string({ maxLength: 12 })
    )
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 30 }),
        (pieces, sizes) => {
          const text = pieces.join('')
          const chunks: string[] = []
          for (let at = 0, turn = 0; at < text.length; turn++) {
            const size = sizes[turn % sizes.length]!
            chunks.push(text.slice(at, at + size))
            at += size
          }
          expect(run(chunks).out).toBe(run([text]).out)
        }
      ),
      { numRuns: 150 }
    )
  })
})

test('masks what the one-shot masker masks', () => {
  for (const text of texts) expect(run([text]).out).toBe(masker.mask(text))
})

test('emits no part of a secret early', () => {
  for (const token of tokens) {
    let sent = ''
    const stream = masker.stream()
    for (const chunk of split(`here: ${token} end`, 3)) sent += stream.push(chunk)
    sent += stream.flush()
    expect(sent.replace(/\[masked:[^\]]+\]/g, ''), token).toBe('here:  end')
  }
})

test('holds back at most 512 characters of clean text without spaces', () => {
  for (const text of [
    'abcDEF123/+'.repeat(400),
    'the-quick-brown-fox/'.repeat(200),
    '{"a":1,"b":[true,null]}'.repeat(100),
    'あいうえお漢字'.repeat(300)
  ]) {
    const stream = masker.stream()
    let sent = 0
    let taken = 0
    for (const chunk of split(text, 5)) {
      taken += chunk.length
      sent += stream.push(chunk).length
      expect(taken - sent).toBeLessThanOrEqual(512)
    }
    expect(sent + stream.flush().length).toBe(text.length)
  }
})

test('passes clean text on with the next chunk', () => {
  const words = 'The service answers questions about the documents that people keep and read every day of the week'.split(' ')
  const stream = masker.stream()
  let sent = ''
  words.forEach((word, index) => {
    sent += stream.push(`${index ? ' ' : ''}${word}`)
    expect(sent.length).toBeGreaterThanOrEqual(words.slice(0, index).join(' ').length)
  })
  expect(sent + stream.flush()).toBe(words.join(' '))
})
