// Makes hostile inputs by rule, not by hand: what opens, nearly matches or closes anything, repeated until a text is long.
import { SECRET_NOUNS, SECRET_PAIRS, SECRET_WORDS } from '../../packages/core/src/mask/key-words.js'
import { namedRules, tokenRules } from '../../packages/core/src/mask/rules/index.js'
import type { Random } from './random.js'

/** What may stand behind what opens a token. */
const TAILS = ['', ' ', '=', ': "', '%3D', 'Ab3', '\\n']
/** What may stand behind the name of a secret. */
const OPERATORS = [
  '=',
  ': ',
  '="',
  '\\":\\"',
  '%3D',
  '>',
  ' => ',
  '：',
  ' | ',
  '=["a",',
  ': |\n  ',
  '=(',
  '={',
  '=a1b2c3d4 ',
  '="a",',
  '", "',
  '","a1b2c3d4',
  '("',
  '("a1b2c3d4',
  ' a1b2c3d4 ',
  '%253D',
  ':\n  a1b2c3d4\n',
  ' value="'
]
/** Signs that anything in the masker looks at. */
const SIGNS = [
  ...'aA0éあａ０"\'`\\\n\t 　=:><-_.,;&|%[]{}()/@#?*+~^$'.split(''),
  '\r\n',
  '%3D',
  '%22',
  '%0',
  '&quot;',
  '\\"',
  '\\n',
  '\\u0041',
  '//',
  '://',
  '--',
  '-u ',
  '=>',
  ':=',
  '->',
  '<-',
  '||='
]
/** Headers, URLs, keys, command lines, marks, markup: forms with a reader of their own. */
const FORMS = [
  'Authorization: ',
  'Authorization: Bearer ',
  'Authorization: Digest a="',
  'Authorization: Digest a="b", ',
  'Authorization: "',
  'Cookie: ',
  'Cookie: a=b; ',
  'Set-Cookie: a',
  'a=b; ',
  '?a=b&',
  '?token=a&',
  'https://',
  'https://a:',
  'https://a:b',
  'https://a:b@',
  'https://a:b/',
  '%3A%2F%2F',
  '%3A%2F%2Fa%3A',
  '%3A%2F%2Fa%3Ab%40',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----\n',
  '-----BEGIN A PRIVATE',
  '-----END PRIVATE KEY-----\n',
  'PuTTY-User-Key-File-2: a',
  'PuTTY-User-Key-File-2: aPrivate-Lines: ',
  'mysql -p',
  'mysql -pa1b2c3d4 ',
  'mysql ',
  ' -p',
  ' -pa1b2c3d4',
  'docker login -p a1b2c3d4 ',
  ' -a a1b2c3d4',
  "IDENTIFIED BY '",
  'IDENTIFIED BY ',
  "PASSWORD 'a1b2c3d4",
  'password for a: ',
  'name=token value=',
  '{"key":"token","value":{"stringValue":"',
  ',"value":{"value":',
  '【パスワード】',
  'Bearer ',
  'Bearer+',
  'Basic ',
  'curl ',
  'curl -u a:',
  '--token ',
  '--user ',
  'password is ',
  'key for a is ',
  'パスワードは',
  'パスワード：',
  '[masked:',
  '[masked:a]',
  'token=[masked:a]',
  'token=[masked:',
  '{"a":',
  '{"a":"b",',
  '{"token":',
  '{\\"a\\":',
  '\\\\\\"',
  '<secret>',
  '<secret>{a ',
  'a string = ',
  'token string = ',
  'password    ',
  'eyJa.',
  'eyJaaaaaaaaaaaa.eyJ',
  'sk-',
  'The index answers with documents that were split into chunks, ranked and shown to the reader. ',
  '2026-11-24T10:20:30Z level=info msg="request completed" status=200 took_ms=12 user=42\n'
]
/** Beginnings and near misses of personal data. */
const PERSONAL = [
  'a@',
  '@a.',
  'a@a.',
  'a@example.com ',
  '"a"@',
  '+1',
  '+1 ',
  '+1-2',
  '0-',
  '00-',
  '03-1234-',
  '03-1234-5678 ',
  '(03)',
  '090',
  '０９０−１２３４−',
  '０９０',
  'tel ',
  'tel 1',
  '電話',
  '4111',
  '4111 ',
  '4111 1111 1111 1111 ',
  '4111-',
  'DE89',
  'DE89 3704 ',
  '1234-5678-',
  'マイナンバー',
  '個人番号1234 ',
  '〒',
  '〒1',
  '100-0001 東京都',
  '東京都',
  '東京都1',
  '東京都千代田区千代田1-1 ',
  '住所:',
  '1 A ',
  '1 Aa St',
  '12 Main Street ',
  '1.1.',
  '1.1.1.1 ',
  '::',
  'a:b:',
  'passport ',
  'passport number is ',
  '旅券1',
  'born ',
  'born on 1990-',
  '生年月日:',
  '生年月日は平成2年'
]

/** A piece that is repeated, and whether it is made for personal data. */
export interface Piece {
  piece: string
  personal: boolean
}

/** All pieces, each once. */
export function pieces(random: Random): Piece[] {
  const openers = [
    ...tokenRules.flatMap(({ prefixes }) => prefixes),
    ...namedRules.flatMap(({ words }) => words.flatMap((word) => [word, word[0]!.toUpperCase() + word.slice(1), word.toUpperCase()]))
  ]
  const examples = [...tokenRules, ...namedRules].flatMap(({ yes }) => yes.map((template) => random.expand(template)))
  const names = [
    ...SECRET_NOUNS,
    ...SECRET_WORDS,
    ...Object.entries(SECRET_PAIRS).flatMap(([last, before]) => before.map((word) => `${word}_${last}`)),
    'key',
    'code'
  ]
  const secrets = [
    ...openers.flatMap((opener) => TAILS.map((tail) => opener + tail)),
    ...examples.flatMap((value) => [value, `${value} `, `${value.slice(0, -1)}! `, `${value.slice(0, value.length >> 1)} `]),
    ...names.flatMap((name) => OPERATORS.map((operator) => name + operator)),
    ...FORMS
  ]
  const signs = SIGNS.flatMap((one) => ['', ...SIGNS].map((other) => one + other))
  return [
    ...[...new Set([...secrets, ...signs])].map((piece) => ({ piece, personal: false })),
    ...[...new Set([...signs, ...PERSONAL, ...PERSONAL.flatMap((piece) => [`${piece}.`, `${piece}1`, `${piece} a`])])].map((piece) => ({
      piece,
      personal: true
    }))
  ]
}

/** A piece again and again. */
export const repeated = (piece: string, length: number): string => piece.repeat(Math.ceil(length / piece.length)).slice(0, length)

/** Different secrets without end: no value comes twice. */
export function distinctSecrets(length: number): string {
  let out = ''
  for (let index = 0; out.length < length; index++) out += `token=x${(index * 7919).toString(36)}Q${index}zz9 `
  return out.slice(0, length)
}
