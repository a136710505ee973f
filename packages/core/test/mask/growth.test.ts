// Work grows with the text and no faster, whatever the text repeats: characters are counted, not milliseconds.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createMasker } from '../../src/mask/index.js'
import { SECRET_NOUNS, SECRET_WORDS } from '../../src/mask/key-words.js'
import { namedRules, tokenRules } from '../../src/mask/rules/index.js'
import { expand, seeded } from './templates.js'

const SHORT = 2000
const LONG = 8000
/** Looks at one character that any text may cost; ordinary ones cost about ten. */
const MOST = 400

const random = seeded(12)
const openers = [...new Set([...tokenRules.flatMap(({ prefixes }) => prefixes), ...namedRules.flatMap(({ words }) => words)])]
const examples = tokenRules.map(({ yes }) => expand(yes[0]!, random))
const part = fc.oneof(
  fc.constantFrom(...openers),
  fc.constantFrom(...SECRET_NOUNS, ...SECRET_WORDS),
  fc.constantFrom(...examples, ...examples.map((value) => value.slice(0, value.length >> 1))),
  fc.constantFrom(
    ...'=:>(){}[]<"\'`\\\n &;|,%-@/. a0A'.split(''),
    '%3D',
    '%22',
    '&quot;',
    '://',
    '--',
    '：',
    'は',
    ' => ',
    '=(',
    '={',
    '=["'
  ),
  fc.constantFrom(
    'Authorization: ',
    'Cookie: ',
    'a=b; ',
    'Bearer+',
    'curl -u a:',
    '%3A%2F%2Fa%3A',
    'mysql -p',
    ' -pa1b2c3d4',
    'docker login ',
    '","',
    '("a1b2c3d4',
    'name=token value=',
    'password a1b2c3d4',
    "IDENTIFIED BY '",
    'PuTTY-User-Key-File-2: a',
    'Private-Lines:'
  ),
  fc.constantFrom('-----BEGIN PRIVATE KEY-----', 'a@', '+1-2', '03-', '4111 ', '〒1', '東京都1', '1.1.', 'a:b:', 'born 1990-')
)
const piece = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''))

const counter = vi.hoisted(() => ({ looks: 0 }))
/** Most characters are read by one function, which is bound before a test could put another in its place. */
vi.mock('../../src/mask/text/chars.js', async (original) => {
  const chars = await original<typeof import('../../src/mask/text/chars.js')>()
  const codeAt: typeof chars.codeAt = (text, at) => {
    counter.looks++
    return chars.codeAt(text, at)
  }
  return { ...chars, codeAt }
})
const proto = String.prototype as unknown as Record<string, (...given: never[]) => unknown>
const kept = new Map<string, (...given: never[]) => unknown>()

/** Counts every character that is looked at: one by one, or in a search up to where it ends. */
beforeAll(() => {
  const count = (name: string, looksOf: (text: string, given: unknown[], out: unknown) => number): void => {
    const original = proto[name]!
    kept.set(name, original)
    proto[name] = function (this: string, ...given: never[]) {
      const out = original.apply(this, given)
      counter.looks += looksOf(String(this), given, out)
      return out
    }
  }
  const searched = (text: string, [, from = 0]: unknown[], out: unknown): number =>
    ((out as number) < 0 ? text.length : (out as number)) - Number(from) + 1
  count('charCodeAt', () => 1)
  count('indexOf', searched)
  count('slice', (_text, _given, out) => (out as string).length / 16)
  count('matchAll', (text) => text.length)
})
afterAll(() => {
  for (const [name, original] of kept) proto[name] = original
})

const looksAt = (masker: ReturnType<typeof createMasker>, text: string): number => {
  counter.looks = 0
  masker.mask(text)
  return counter.looks
}

test.each([
  ['secrets', createMasker()],
  ['secrets and personal data', createMasker({ pii: true })]
])('four times the text is about four times the work: %s', (_name, masker) => {
  fc.assert(
    fc.property(piece, (one) => {
      const text = one.repeat(LONG)
      const short = looksAt(masker, text.slice(0, SHORT))
      const long = looksAt(masker, text.slice(0, LONG))
      expect(long / LONG, 'looks at one character').toBeLessThan(MOST)
      expect(long, `${short} looks at ${SHORT} characters`).toBeLessThan(short * (LONG / SHORT) * 1.5 + 10_000)
    }),
    { numRuns: 250, seed: 20_261_125 }
  )
})
