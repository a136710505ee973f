// Hostile inputs: one megabyte and ten of what makes patterns slow, and values that are deep, circular or shared.
import type { Masker } from '@rag/core'

/** Texts that are repeated up to the wanted length. */
const PIECES: Readonly<Record<string, string>> = {
  'one letter': 'a',
  digits: '1234567890',
  'base64 run': 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODkw',
  'sk-': 'sk-',
  'eyJ.': 'eyJhbGci.',
  ghp_: 'ghp_',
  '://a:': '://a:',
  '@a.': '@a.',
  'password and spaces': 'password    ',
  'password=': 'password=',
  'token= pairs': '',
  'open keys': '-----BEGIN PRIVATE KEY-----\n',
  'END lines': '-----END PRIVATE KEY-----\n',
  backslashes: '\\',
  'escaped quotes': '\\"',
  quotes: '"',
  'nested json': '{"a":',
  braces: '{[(',
  'percent signs': '%3D%22',
  'Bearer ': 'Bearer ',
  'cookie lists': 'Cookie: a=b; ',
  Authorization: 'Authorization: ',
  'equal signs': '=',
  colons: ':',
  spaces: ' ',
  'line ends': '\n',
  dashes: '-',
  'YAML blocks': 'token: |\n  ',
  'Japanese labels': 'パスワードは',
  'full-width digits': '０９０−１２３４−',
  'curl -u': 'curl -u ',
  prose: 'The index answers with documents that were split into chunks, ranked and shown to the reader. ',
  'log lines': '2026-11-24T10:20:30Z level=info msg="request completed" status=200 took_ms=12 user=42\n'
}

export function hostile(name: string, length: number): string {
  if (name === 'token= pairs') {
    let out = ''
    for (let index = 0; out.length < length; index++) out += `token=x${(index * 7919).toString(36)}Q${index}zz9 `
    return out.slice(0, length)
  }
  const piece = PIECES[name]!
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length)
}

export const hostileNames: readonly string[] = Object.keys(PIECES)

export interface Worst {
  input: string
  oneMs: number
  tenMs: number
}

/** What each input costs, without what else the machine does. */
export function worstTexts(masker: Masker): Worst[] {
  return hostileNames.map((input) => {
    const small = hostile(input, 10_000)
    for (let turn = 0; turn < 3; turn++) masker.mask(small)
    return { input, oneMs: best(masker, hostile(input, 1_000_000)), tenMs: best(masker, hostile(input, 10_000_000)) }
  })
}

/** Values whose shape is the attack. */
export function worstValues(masker: Masker): Record<string, number> {
  const deep: { next?: unknown } = {}
  let at = deep
  for (let level = 0; level < 100_000; level++) {
    const next = {}
    at.next = next
    at = next
  }
  const circle: Record<string, unknown> = { name: 'x' }
  circle['self'] = circle
  circle['list'] = [circle, { back: circle }]
  let shared: unknown = { value: 'leaf' }
  for (let level = 0; level < 22; level++) shared = [shared, shared]
  let sharedObjects: unknown = { value: 'leaf' }
  for (let level = 0; level < 22; level++) sharedObjects = { a: sharedObjects, b: sharedObjects }
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`field${index}`, index]))
  return {
    'depth 100,000': best(masker, deep),
    cycle: best(masker, circle),
    '2^22 shared arrays': best(masker, shared),
    '2^22 shared objects': best(masker, sharedObjects),
    '100,000 keys': best(masker, wide)
  }
}

/** The least of three calls. A busy machine adds to the time on the clock, a collection of garbage beside us to the time of the process: the smaller one counts. */
function best(masker: Masker, value: unknown): number {
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 3; turn++) {
    const before = process.cpuUsage()
    const start = performance.now()
    masker.mask(value)
    const clock = performance.now() - start
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, clock, Math.max((user + system) / 1000, 0.1))
  }
  return Math.round(least * 10) / 10
}
