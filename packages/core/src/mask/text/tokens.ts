// Finds tokens by their prefix: one regular expression over all literals, then the rules of the literal that opened.
import type { KeyJudge } from '../keys.js'
import type { NamedRule, TokenRule } from '../types.js'
import { ALNUM, isAlnum, isWord } from './chars.js'
import { flagAt, OPENERS } from './flags.js'
import type { Collect } from './headers.js'
import { namedScan } from './named.js'
import { SCHEMES, schemeFindings } from './schemes.js'

interface Compiled {
  rule: TokenRule
  fixed: number
  body: RegExp
  run: string
}

/** Looks behind one literal; returns the end of what it found, or 0. */
type OpenerScan = (text: string, start: number, collect: Collect, literal: string) => number

/** What may stand behind one literal: tokens first, then schemes, flags and services. */
interface Opener {
  candidates: readonly Compiled[]
  find: readonly OpenerScan[]
}

/** Finds all tokens of a rule set in a text. */
export interface TokenScan {
  find(text: string, collect: Collect): void
  /** Whether a short text holds nothing that any detector starts from; one look a character. */
  plain(text: string): boolean
  /** Everything that opens a token, a scheme or a sentence. */
  readonly literals: readonly string[]
}

/** Compiles a rule set once. */
export function tokenScan(rules: readonly TokenRule[], named: readonly NamedRule[], judge: KeyJudge): TokenScan {
  const services = namedScan(named)
  const byPrefix = new Map<string, Compiled[]>()
  for (const rule of rules) {
    const body = new RegExp(`(?:${rule.body})${rule.exact ? '(?![A-Za-z0-9])' : ''}`, 'y')
    for (const prefix of rule.prefixes) {
      const list = byPrefix.get(prefix)
      const compiled = { rule, fixed: prefix.length, body, run: rule.run ?? '' }
      if (list) list.push(compiled)
      else byPrefix.set(prefix, [compiled])
    }
  }
  const literals = [...new Set([...byPrefix.keys(), ...SCHEMES, ...OPENERS, ...services.literals])].sort(
    (a, b) => b.length - a.length || (a < b ? -1 : 1)
  )
  // A longer literal also tries the rules of the shorter ones that it begins with: `sk-ant-` falls back to `sk-`.
  const openers = new Map(
    literals.map((literal): [string, Opener] => {
      const candidates = literals.filter((other) => literal.startsWith(other)).flatMap((other) => byPrefix.get(other) ?? [])
      const find: OpenerScan[] = []
      if (SCHEMES.includes(literal)) find.push(schemeFindings)
      if (OPENERS.includes(literal)) find.push((text, start, collect) => flagAt(text, start, literal, judge, collect))
      if (services.literals.includes(literal)) find.push((text, start, collect) => services.at(text, start, literal, collect))
      return [literal, { candidates, find }]
    })
  )
  const alternation = alternationOf(literals)
  const opener = new RegExp(`(?:^|[^A-Za-z0-9])(${alternation})`, 'g')
  // After an escape such as `%3D` or `\\n` a token may open in the middle of a word.
  const escapedOpener = new RegExp(`(?:%[0-9A-Fa-f]{2}|\\\\[nrtbf]|\\\\u[0-9a-fA-F]{4})(${alternation})`, 'g')

  const walk = (text: string, expression: RegExp, collect: Collect): void => {
    expression.lastIndex = 0
    for (let match = expression.exec(text); match; match = expression.exec(text)) {
      const literal = match[1]!
      const start = expression.lastIndex - literal.length
      const { candidates, find } = openers.get(literal)!
      let end = 0
      for (let index = 0; end === 0 && index < candidates.length; index++) end = matchAt(text, start, candidates[index]!, collect)
      for (let index = 0; end === 0 && index < find.length; index++) end = find[index]!(text, start, collect, literal)
      expression.lastIndex = end > 0 ? end : start + 1
    }
  }

  return {
    find(text, collect) {
      walk(text, opener, collect)
      if (text.includes('%') || text.includes('\\')) walk(text, escapedOpener, collect)
    },
    plain: plainTest(headTest(literals)),
    literals
  }
}

/** The literals as one tree of alternatives, so that an expression looks at each character of a common beginning once. */
function alternationOf(literals: readonly string[]): string {
  if (literals.length === 1) return escapeLiteral(literals[0]!)
  const byFirst = new Map<string, string[]>()
  let whole = ''
  for (const literal of literals) {
    if (literal === '') whole = '|'
    else {
      const rest = byFirst.get(literal[0]!)
      if (rest) rest.push(literal.slice(1))
      else byFirst.set(literal[0]!, [literal.slice(1)])
    }
  }
  const branches = [...byFirst].map(([letter, rest]) => escapeLiteral(letter) + alternationOf(rest))
  return branches.length === 1 && whole === '' ? branches[0]! : `(?:${branches.join('|')}${whole})`
}

/** Whether a literal may stand at an index: by its first three characters, then by its first five. */
type HeadTest = (text: string, at: number) => boolean

const SHORT_LITERAL = 1
const LONG_LITERAL = 2

function headTest(literals: readonly string[]): HeadTest {
  const three = new Uint8Array(1 << 15)
  const five = new Uint8Array(1 << 15)
  for (const literal of literals) {
    if (literal.length < 3) for (let any = 0; any < 128; any++) three[headOf(literal + String.fromCharCode(any), 0)] = SHORT_LITERAL
    else if (literal.length < 5) three[headOf(literal, 0)] = SHORT_LITERAL
    else {
      three[headOf(literal, 0)] ||= LONG_LITERAL
      five[tailOf(literal, 0)] = 1
    }
  }
  return (text, at) => {
    if (at + 2 >= text.length) return false
    const kind = three[headOf(text, at)]
    return kind === SHORT_LITERAL || (kind === LONG_LITERAL && at + 4 < text.length && five[tailOf(text, at)] === 1)
  }
}

const headOf = (text: string, at: number): number =>
  (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 131 + text.charCodeAt(at + 2) * 7) & 32767
const tailOf = (text: string, at: number): number =>
  (text.charCodeAt(at + 4) * 961 +
    text.charCodeAt(at + 3) * 131 +
    text.charCodeAt(at + 2) * 31 +
    text.charCodeAt(at + 1) * 7 +
    text.charCodeAt(at)) &
  32767

/** One walk over a short text: nothing in it opens a token, an assignment or a credential. */
function plainTest(mayOpen: HeadTest): (text: string) => boolean {
  return (text) => {
    let inWord = false
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code > 127) return false
      if (ALNUM[code] === 1) {
        if (!inWord) {
          if (mayOpen(text, at)) return false
          inWord = true
        }
        continue
      }
      inWord = false
      // `=`, `>`, `%`, `$`, a backslash; a colon, unless it opens a route parameter or stands in a time.
      if (code === 61 || code === 62 || code === 37 || code === 92 || code === 36) return false
      if (code === 58 && !(at > 0 && OPEN_COLON[text.charCodeAt(at - 1)] === 1)) return false
      if (code === 45 && text.charCodeAt(at + 1) === 45) return false
    }
    return true
  }
}

const OPEN_COLON: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => (code === 47 || (code >= 48 && code <= 57) ? 1 : 0))

function matchAt(text: string, start: number, { rule, fixed, body, run }: Compiled, collect: Collect): number {
  body.lastIndex = start + fixed
  if (!body.test(text)) return 0
  let end = body.lastIndex
  if (rule.mixed && !isMixed(text.slice(start + fixed, end))) return 0
  if (!rule.exact) while (end < text.length && (isWord(text.charCodeAt(end)) || (run !== '' && run.includes(text[end]!)))) end++
  // A hyphen or a dot at the end is punctuation of the sentence, not of the token.
  while (end > body.lastIndex && !isAlnum(text.charCodeAt(end - 1)) && text.charCodeAt(end - 1) !== 61 && text.charCodeAt(end - 1) !== 95)
    end--
  collect({ start, end, rule: rule.id, fixed })
  return end
}

const isMixed = (value: string): boolean => /\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value)

const escapeLiteral = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
