// Finds values beside their name where no operator says that they belong together: `["x-api-key", "…"]`, `setPassword("…")`, `password …`. The value must tell by itself.
import type { KeyJudge } from '../keys.js'
import { codeAt, isQuote, isSpace } from './chars.js'
import { type Collect, headerFindings, headerKind } from './headers.js'
import { nameStart } from './names.js'
import { type Opening, openingAt, valueEnd } from './value-end.js'
import { isPlaceholder, isPlainWord, isStatusWord, markEnd, standsOut } from './values.js'

const MAX_BLANKS = 32
/** How much of a value says whether it is one. */
const HEAD = 128
/** Words before a value: the noun alone, for the words before it are looked up in the text. */
const NOUNS = ['password', 'passwd', 'passphrase', 'token', 'secret', 'api key', 'apikey', 'api_key', 'x-api-key', 'access key']
const spelled = (noun: string): string[] => [
  noun,
  noun.toUpperCase(),
  noun.charAt(0).toUpperCase() + noun.slice(1),
  noun.replace('api', 'API'),
  noun.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())
]
/** Literals that open a value behind a blank. */
export const BESIDE: readonly string[] = [
  ...new Set([...NOUNS.flatMap(spelled).map((noun) => `${noun} `), 'IDENTIFIED BY ', 'identified by '])
]
/** A token or key behind a mere blank is long; a password need not be. */
const LONG = 16
const SHORT = 8
const GETTER = /(?:^|[._$])(?:get|fetch|read|load|find|lookup|delete|remove|create|use|verify|check)(?![a-z])[\w$]*$/

/** `"password", "…"`: looks behind the name that ends at an index. */
export function listedAt(text: string, end: number, judge: KeyJudge, collect: Collect): number {
  let at = end
  while (at - end < 31 && codeAt(text, at) === 92) at++
  const escapes = at - end
  const quote = codeAt(text, at)
  if (!isQuote(quote) || codeAt(text, at + 1) !== 44 || !judge.mayEnd(text, end)) return 0
  const start = nameStart(text, end)
  if (codeAt(text, start - 1) !== quote) return 0
  at += 2
  for (let blanks = 0; blanks < MAX_BLANKS && isSpace(codeAt(text, at)); blanks++) at++
  const opening = openingAt(text, at)
  if (opening.quote !== quote || opening.escapes !== escapes) return 0
  const name = text.slice(start, end)
  return judge.judge(name) === 2 ? takeQuoted(text, opening, name, collect) : 0
}

/** `setPassword("…")`: looks at an opening bracket. */
export function calledAt(text: string, at: number, judge: KeyJudge, collect: Collect): number {
  const opening = openingAt(text, at + 1)
  if (!isQuote(opening.quote)) return 0
  const name = text.slice(nameStart(text, at), at)
  return judge.judge(name) === 2 && !GETTER.test(name) ? takeQuoted(text, opening, name, collect) : 0
}

function takeQuoted(text: string, opening: Opening, name: string, collect: Collect): number {
  const mark = markEnd(text, opening.start)
  if (mark) return mark
  const kind = headerKind(name)
  const found = kind ? headerFindings(text, opening.start, valueEnd(text, opening), kind, collect) : 0
  return found || take(text, opening, SHORT, collect)
}

function take(text: string, opening: Opening, least: number, collect: Collect): number {
  const { start } = opening
  const head = valueEnd(text, opening, Math.min(text.length, start + HEAD))
  // Another quote inside: then this is code or JSON, not one value.
  if (head - start < least || !standsOut(text, start, head) || /["'`]/.test(text.slice(start, head))) return 0
  const end = head < start + HEAD ? head : valueEnd(text, opening)
  collect({ start, end, rule: 'key-name', fixed: 0 })
  return end
}

/** `login me password …`, `CREATE USER me PASSWORD '…'`: looks behind a literal of {@link BESIDE}. */
export function besideAt(text: string, start: number, literal: string, judge: KeyJudge, collect: Collect): number {
  let at = start + literal.length
  for (let blanks = 0; blanks < MAX_BLANKS && codeAt(text, at) === 32; blanks++) at++
  const opening = openingAt(text, at)
  if (markEnd(text, opening.start)) return 0
  const upper = literal === literal.toUpperCase()
  if (opening.quote !== 0 && (upper || literal.startsWith('id'))) return takeOfStatement(text, opening, collect)
  const name = literal.trimEnd()
  if (codeAt(text, start - 1) === 32) {
    // `the page token …`: the word before may take the secrecy back.
    const before = nameStart(text, start - 1)
    if (before < start - 1 && judge.judge(text.slice(before, start - 1) + name) === 0) return 0
  }
  return take(text, opening, /^p/i.test(literal) ? SHORT : LONG, collect)
}

/** A quoted value of an SQL statement may be anything but a word that reports or stands for one. */
function takeOfStatement(text: string, opening: Opening, collect: Collect): number {
  const end = valueEnd(text, opening)
  const value = text.slice(opening.start, Math.min(end, opening.start + HEAD))
  if (value.length < 3 || isPlaceholder(value) || isStatusWord(value) || isPlainWord(value)) return 0
  collect({ start: opening.start, end, rule: 'key-name', fixed: 0 })
  return end
}
