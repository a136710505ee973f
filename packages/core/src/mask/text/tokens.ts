// Finds tokens by their prefix: the rules of the literal that stands at the beginning of a word.
import type { KeyJudge } from '../keys.js'
import type { NamedRule, TokenRule } from '../types.js'
import { codeAt, isAlnum, isWord } from './chars.js'
import { flagAt, OPENERS } from './flags.js'
import type { Collect } from './headers.js'
import { literalTree } from './literals.js'
import { namedScan } from './named.js'
import { SCHEMES, schemeFindings } from './schemes.js'

interface Compiled {
  rule: TokenRule
  fixed: number
  body: RegExp
  run: string
  /** Length of a body that has one length only, 0 for others: what follows it is looked at first. */
  only: number
}

/** Looks behind one literal; returns the end of what it found, or 0. */
type OpenerScan = (text: string, start: number, collect: Collect, literal: string) => number

/** What may stand behind one literal: tokens first, then schemes, flags and services. */
interface Opener {
  literal: string
  candidates: readonly Compiled[]
  find: readonly OpenerScan[]
}

/** Finds the tokens of a rule set. */
export interface TokenScan {
  /** Looks behind the literal that stands here, if one does; returns the end of what it found, or 0. */
  at(text: string, start: number, collect: Collect): number
  /** Everything that opens a token, a scheme or a sentence. */
  readonly literals: readonly string[]
}

/** A rule whose prefix has signs in it also in percent-encoding, as it stands in the query of a query. */
function withEncoded(rule: TokenRule): TokenRule[] {
  const prefixes = rule.prefixes.map(encodeURIComponent).filter((prefix, index) => prefix !== rule.prefixes[index])
  if (prefixes.length === 0) return [rule]
  const body = rule.body.replace(SIGN_OF_BODY, (part) => ENCODED[part] ?? part)
  return [rule, { ...rule, prefixes, body }]
}

const ENCODED: Readonly<Record<string, string>> = { '/': '%2[Ff]', ':': '%3[Aa]', '\\|': '%7[Cc]' }
/** Signs outside of classes; these and the heads of groups are stepped over. */
const SIGN_OF_BODY = /\[[^\]]*\]|\(\?[:=!]|\\\||[/:]/g

/** Compiles a rule set once. */
export function tokenScan(rules: readonly TokenRule[], named: readonly NamedRule[], judge: KeyJudge): TokenScan {
  const services = namedScan(named)
  const byPrefix = new Map<string, Compiled[]>()
  for (const rule of rules.flatMap(withEncoded)) {
    const only = rule.exact ? Number(/^\[[^\]]+\]\{(\d+)\}$/.exec(rule.body)?.[1] ?? 0) : 0
    const body = new RegExp(`(?:${rule.body})${rule.exact ? '(?![A-Za-z0-9])' : ''}`, 'y')
    for (const prefix of rule.prefixes) {
      const list = byPrefix.get(prefix)
      const compiled = { rule, fixed: prefix.length, body, run: rule.run ?? '', only }
      if (list) list.push(compiled)
      else byPrefix.set(prefix, [compiled])
    }
  }
  const names = new Set(services.literals)
  const literals = [...new Set([...byPrefix.keys(), ...SCHEMES, ...OPENERS, ...services.literals])].sort(
    (a, b) => b.length - a.length || (a < b ? -1 : 1)
  )
  // A longer literal also tries the rules of the shorter ones that it begins with: `sk-ant-` falls back to `sk-`.
  const openers = literals.map((literal): Opener => {
    const candidates: Compiled[] = []
    for (let length = literal.length; length > 0; length--) candidates.push(...(byPrefix.get(literal.slice(0, length)) ?? []))
    const find: OpenerScan[] = []
    if (SCHEMES.includes(literal)) find.push(schemeFindings)
    if (OPENERS.includes(literal)) find.push((text, start, collect) => (flagAt(text, start, literal, judge, collect), 0))
    if (names.has(literal)) find.push((text, start, collect) => services.at(text, start, literal, collect))
    return { literal, candidates, find }
  })
  const literalAt = literalTree(literals)
  return {
    at(text, start, collect) {
      const number = literalAt(text, start)
      if (number < 0) return 0
      const { literal, candidates, find } = openers[number]!
      for (let index = 0; index < candidates.length; index++) {
        const end = matchAt(text, start, candidates[index]!, collect)
        if (end > 0) return end
      }
      for (let index = 0; index < find.length; index++) {
        const end = find[index]!(text, start, collect, literal)
        if (end > 0) return end
      }
      return 0
    },
    literals
  }
}

function matchAt(text: string, start: number, { rule, fixed, body, run, only }: Compiled, collect: Collect): number {
  if (only > 0 && isAlnum(codeAt(text, start + fixed + only))) return 0
  body.lastIndex = start + fixed
  if (!body.test(text)) return 0
  let end = body.lastIndex
  if (rule.mixed && !isMixed(text.slice(start + fixed, end))) return 0
  if (!rule.exact) while (end < text.length && (isWord(codeAt(text, end)) || (run !== '' && run.includes(text[end]!)))) end++
  // A hyphen or a dot at the end is punctuation of the sentence, not of the token.
  while (end > body.lastIndex && !isAlnum(codeAt(text, end - 1)) && codeAt(text, end - 1) !== 61 && codeAt(text, end - 1) !== 95) end--
  collect({ start, end, rule: rule.id, fixed })
  return end
}

const isMixed = (value: string): boolean => /\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value)
