// Finds secrets given on a command line or in a sentence: `--password x`, `curl -u user:x`, `password is x`, `パスワードは x`.
import type { KeyJudge } from '../keys.js'
import { BESIDE, besideAt } from './beside.js'
import { codeAt, isAlnum, isSpace } from './chars.js'
import { newCommands, PASSWORD_FLAGS, passwordOfFlag } from './commands.js'
import type { Collect } from './headers.js'
import { openingAt, valueEnd } from './value-end.js'
import { isPlaceholder, isPlainWord, isStatusWord, looksRandom, markEnd } from './values.js'

const NOUNS = [
  'password',
  'Password',
  'PASSWORD',
  'passphrase',
  'Passphrase',
  'passcode',
  'PIN',
  'token',
  'Token',
  'secret',
  'Secret',
  'key',
  'Key'
]
const SENTENCES: ReadonlySet<string> = new Set(
  NOUNS.flatMap((noun) => [
    `${noun} is `,
    `${noun} is: `,
    `${noun} was `,
    `${noun} to `,
    `${noun} for `,
    `${noun} -> `,
    `${noun} → `
  ]).concat('PASSWORD FOR ')
)

/** Literals that open a flag or a sentence; they join the expression of the token prefixes. */
export const OPENERS: readonly string[] = [...new Set(['--', '-u', ...PASSWORD_FLAGS, ...SENTENCES, ...BESIDE])]

const FLAG = /--([A-Za-z][\w-]{1,48})[ \t]{1,4}(?=[^\s-])/y
const USER = /(?:-u|--user|--proxy-user)[ =]?["']?[^\s:"']{1,80}:/y
/** How far before its flag the word `curl` may stand. */
const CURL_REACH = 200
const FOR = /[^\s:=]{1,60}(?: (?:is|was)(?= )| ?[:=]) {0,3}/y
const JAPANESE =
  /(?:パスワード|パスフレーズ|パスコード|暗証番号|秘密鍵|シークレットキー|シークレット|トークン|[AＡ][PＰ][IＩ]キー|アクセスキー|認証キー|認証コード|合言葉|密码|密碼|密钥|비밀번호)(?:[】」』]?(?:は、|には|として|は|が|を|:|：|=|＝|→|\s){1,3}|[】」』])\s{0,4}/g

/** The value that was found last: nothing of its kind is looked for inside, but a token in it gives it a better name. */
let doneFrom = 0
let doneTo = 0

/** Forgets what was found in the text before. */
export function newFlags(): void {
  doneFrom = doneTo = 0
  newCommands()
}

/** Looks at a flag or a sentence that one of {@link OPENERS} opened. */
export function flagAt(text: string, start: number, literal: string, judge: KeyJudge, collect: Collect): void {
  if (start >= doneFrom && start < doneTo) return
  const end = valueOf(text, start, literal, judge, collect)
  if (end <= doneTo) return
  doneFrom = start
  doneTo = end
}

function valueOf(text: string, start: number, literal: string, judge: KeyJudge, collect: Collect): number {
  if (literal === '-u') return userAt(text, start, collect)
  if (PASSWORD_FLAGS.includes(literal)) {
    const at = passwordOfFlag(text, start, literal)
    return at > 0 ? take(text, at, false, collect) : 0
  }
  if (BESIDE.includes(literal)) return besideAt(text, start, literal, judge, collect)
  if (literal === '--') {
    if (!isAlnum(codeAt(text, start + 2))) return 0
    if (text.startsWith('user', start + 2) || text.startsWith('proxy-user', start + 2)) return userAt(text, start, collect)
    FLAG.lastIndex = start
    const match = FLAG.exec(text)
    return match && judge.judge(match[1]!) === 2 ? take(text, FLAG.lastIndex, false, collect) : 0
  }
  let from = start + literal.length
  if (/ for $/i.test(literal)) {
    FOR.lastIndex = from
    if (!FOR.test(text)) return 0
    from = FOR.lastIndex
  }
  return take(text, from, true, collect)
}

/** `curl -u name:password`; elsewhere `-u` means something else. */
function userAt(text: string, start: number, collect: Collect): number {
  if (!isSpace(codeAt(text, start - 1))) return 0
  USER.lastIndex = start
  if (!USER.test(text)) return 0
  const before = text.slice(Math.max(0, start - CURL_REACH), start)
  const curl = before.lastIndexOf('curl ')
  if (curl < 0 || isAlnum(codeAt(before, curl - 1)) || before.indexOf('\n', curl) >= 0) return 0
  return take(text, USER.lastIndex, false, collect)
}

/** Japanese and other sentences; the expression costs nothing on Latin-1 texts. */
export function sentenceFindings(text: string, collect: Collect): void {
  JAPANESE.lastIndex = 0
  for (let match = JAPANESE.exec(text); match; match = JAPANESE.exec(text)) {
    const at = JAPANESE.lastIndex
    if ((codeAt(text, at) > 32 && codeAt(text, at) < 127) || codeAt(text, at) === 0x300c)
      take(text, at, isBracket(codeAt(text, at - 1)), collect)
  }
}

/** A closing bracket alone: `【パスワード】…` may be a heading. */
const isBracket = (code: number): boolean => code === 0x3011 || code === 0x300d || code === 0x300f

function take(text: string, at: number, prose: boolean, collect: Collect): number {
  const opening = openingAt(text, at)
  if (markEnd(text, opening.start)) return 0
  let end = valueEnd(text, opening)
  if (opening.quote === 0) {
    while (end > opening.start && /[.,;!?)]/.test(text[end - 1]!)) end--
    const value = text.slice(opening.start, Math.min(end, opening.start + 100))
    if (value.length < 3 || isStatusWord(value) || isPlaceholder(value)) return 0
    if (
      prose &&
      (isPlainWord(value) || !(looksRandom(text, opening.start, end, 6) || /[a-z][^\sa-zA-Z.]+|[A-Z].*[a-z].*[A-Z]/.test(value)))
    )
      return 0
  } else if (
    isPlaceholder(text.slice(opening.start, Math.min(end, opening.start + 128))) ||
    (prose && isSpace(codeAt(text, opening.start)))
  )
    return 0
  if (end <= opening.start) return 0
  collect({ start: opening.start, end, rule: 'key-name', fixed: 0 })
  return end
}
