// Finds tokens without a prefix of their own: the service's name in the key, a value of its shape behind the operator.
import type { NamedRule } from '../types.js'
import { codeAt, isWord } from './chars.js'
import type { Collect } from './headers.js'
import { looksRandom } from './values.js'

/** The name is taken as a whole: it is not tried again with fewer letters. */
const LINK =
  /(?=([\w.-]{0,40}))\1(?: ?(?:api|app|access|auth|secret|personal|client)?[ _-]?(key|token|secret|pat|password|credential)s?)?["'`\]\\]{0,4}\s{0,4}(?:[:=?|+.]{0,2}[:=]>?|[,|>]|->|<-| is )[\s"'`\\({[]{0,6}/iy
const TELLING = /key|token|secret|pat$|password|cred|auth|license|dsn|webhook/i
/** Names of identifiers, which often have the very shape of a key. */
const IDENTIFIER =
  /(?:id|uuid|guid|trace|span|hash|sha|commit|version|url|uri|host|name|region|env|site|event|user|org|team|account|project|build|digest|checksum|md5|etag)s?$/i

/** The shortest value of all rules has fourteen characters. */
function mayBeValue(text: string, from: number): boolean {
  for (let at = from; at < from + 12; at++) {
    const code = codeAt(text, at)
    if (!(isWord(code) || (code > 42 && code < 59) || code === 124)) return false
  }
  return true
}

/** Looks behind a service's name. */
export interface NamedScan {
  literals: readonly string[]
  at(text: string, start: number, literal: string, collect: Collect): number
}

export function namedScan(rules: readonly NamedRule[]): NamedScan {
  const byWord = new Map<string, { rule: NamedRule; value: RegExp }[]>()
  const literals: string[] = []
  for (const rule of rules) {
    const value = new RegExp(`(?:${rule.value})(?![A-Za-z0-9_-])`, 'y')
    for (const word of rule.words) {
      const list = byWord.get(word)
      if (list) list.push({ rule, value })
      else {
        byWord.set(word, [{ rule, value }])
        literals.push(word, word[0]!.toUpperCase() + word.slice(1), word.toUpperCase())
      }
    }
  }
  return {
    literals,
    at(text, start, literal, collect) {
      const tries = byWord.get(literal.toLowerCase())
      if (!tries) return 0
      LINK.lastIndex = start + literal.length
      const link = LINK.exec(text)
      if (!link) return 0
      const from = LINK.lastIndex
      if (!mayBeValue(text, from)) return 0
      const name = link[1]!
      if (IDENTIFIER.test(name)) return 0
      for (const { rule, value } of tries) {
        value.lastIndex = from
        if (!value.test(text)) continue
        const end = value.lastIndex
        // Hexadecimal alone may be any id: then the name must say that it is a key.
        if (
          link[2] === undefined &&
          !TELLING.test(name) &&
          (/^[0-9a-f-]+$/.test(text.slice(from, end)) || !looksRandom(text, from, end, 12))
        )
          continue
        collect({ start: from, end, rule: rule.id, fixed: 0 })
        return end
      }
      return 0
    }
  }
}
