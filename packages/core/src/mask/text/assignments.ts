// Finds `key = value` in free text, JSON, JSON inside strings, XML, YAML, forms, code: starts at the operator, looks back for the key.
import type { KeyJudge } from '../keys.js'
import type { Finding } from '../types.js'
import { isAlnum, isDigit, isQuote, isSpace, LINE_STOP, NAME, WRAP } from './chars.js'
import { type Collect, headerFindings, headerKind } from './headers.js'
import { type Opening, openingAt, valueEnd } from './value-end.js'
import { isPlaceholder, isPlainWord, isStatusWord, looksRandom, markEnd } from './values.js'

/** Name of the rule of values found by their key. */
export const KEY_RULE = 'key-name'

/** Full-width operators: an expression that costs nothing on Latin-1 texts. */
const WIDE = /[＝：]/g
const ENCODED = /%3[AaDd]/g
/** The assignment of R: read at its hyphen. */
const ARROW = /(?<=<)-/g
const MAX_NAME = 64
const TYPE_WORD = /^(?:string|str|text|char|const|var|let|val|bytes|byte|String|std|string_view|varchar|NSString|auto)$/
const QUERY_KEY = /[?&;]$/

/** The line that was measured last, so that many headers on one line cost one look at it. */
let lineFrom = 0
let lineTo = 0

/** Walks all operators of a text in order; values already found are stepped over, so the work stays linear. */
export function assignmentFindings(text: string, judge: KeyJudge, collect: Collect): void {
  lineFrom = lineTo = 0
  let equals = text.indexOf('=')
  let colon = text.indexOf(':')
  let tag = text.indexOf('>')
  let covered = 0
  while (equals >= 0 || colon >= 0 || tag >= 0) {
    let at = equals
    if (colon >= 0 && (at < 0 || colon < at)) at = colon
    if (tag >= 0 && (at < 0 || tag < at)) at = tag
    const done = assignmentAt(text, at, judge, collect)
    if (done > covered) covered = done
    const from = covered > at ? covered : at + 1
    if (equals >= 0 && equals < from) equals = text.indexOf('=', from)
    if (colon >= 0 && colon < from) colon = text.indexOf(':', from)
    if (tag >= 0 && tag < from) tag = text.indexOf('>', from)
  }
  wideFindings(text, WIDE, judge, collect)
  if (text.includes('%3')) wideFindings(text, ENCODED, judge, collect)
  if (text.includes('<-')) wideFindings(text, ARROW, judge, collect)
}

function wideFindings(text: string, pattern: RegExp, judge: KeyJudge, collect: Collect): void {
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const done = assignmentAt(text, match.index, judge, collect)
    if (done > pattern.lastIndex) pattern.lastIndex = done
  }
}

/** Looks at one operator; returns the end of the value it masked, or 0. */
function assignmentAt(text: string, at: number, judge: KeyJudge, collect: Collect): number {
  const operator = text.charCodeAt(at)
  // `:=`, `::=` and `=>` are read at their last character.
  if (operator === 58 && (text.charCodeAt(at + 1) === 61 || text.charCodeAt(at + 1) === 58)) return 0
  if (operator === 61 && (text.charCodeAt(at + 1) === 62 || text.charCodeAt(at + 1) === 61)) return 0
  let end = at
  if (operator !== 58) while (end > 0 && at - end < 3 && isOperatorPart(text.charCodeAt(end - 1))) end--
  let spaces = 0
  while (spaces < 24 && isSpace(text.charCodeAt(end - 1))) {
    end--
    spaces++
  }
  let wraps = 0
  let last = text.charCodeAt(end - 1)
  while (wraps < 24 && last < 128 && WRAP[last] === 1) {
    end--
    wraps++
    last = text.charCodeAt(end - 1)
  }
  if (wraps === 0 && last === 50 && text.startsWith('%22', end - 3)) {
    end -= 3
    last = text.charCodeAt(end - 1)
  } else if (wraps === 0 && last === 59 && text.startsWith('&quot;', end - 6)) {
    end -= 6
    last = text.charCodeAt(end - 1)
  }
  let nameEnd = end
  for (let digits = 0; digits < 3 && isDigit(last); digits++) last = text.charCodeAt(--nameEnd - 1)
  // Counts such as `prompt_tokens=123` are the most frequent near miss.
  if (last === 115 && isDigit(text.charCodeAt(at + 1)) && text.charCodeAt(nameEnd - 2) === 110) return 0
  if (!(last > 127) && !judge.mayEnd(text, nameEnd) && !(spaces > 0 && operator === 61 && mayBeType(last))) return 0
  return nameAt(text, at, end, wraps, spaces, judge, collect)
}

/** Reads the name that ends at `end`, with the words before it where one word is not enough. */
function nameAt(text: string, at: number, end: number, wraps: number, spaces: number, judge: KeyJudge, collect: Collect): number {
  let start = nameStart(text, end)
  if (start === end) return 0
  let name = text.slice(start, end)
  if (wraps === 0 && spaces > 0 && TYPE_WORD.test(name)) {
    let before = start
    while (
      before > 0 &&
      start - before < 3 &&
      (isSpace(text.charCodeAt(before - 1)) || text.charCodeAt(before - 1) === 58 || text.charCodeAt(before - 1) === 42)
    )
      before--
    start = nameStart(text, before)
    name = text.slice(start, before)
  }
  let verdict = judge.judge(name)
  if (verdict < 2 && text.charCodeAt(start - 1) === 32 && judge.mayFollow(name)) {
    let words = start
    for (let count = 0; count < 2 && verdict < 2 && text.charCodeAt(words - 1) === 32; count++) {
      const from = nameStart(text, words - 1)
      if (from === words - 1) break
      words = from
      const longer = text.slice(words, end)
      const wider = judge.judge(longer)
      if (wider > verdict || /^keys?$/i.test(name)) {
        verdict = wider
        name = longer
      }
    }
  }
  // The colon of a mark with its last four is none of ours.
  if (verdict === 0 || text.startsWith('[masked:', start - 8)) return 0
  if (text.charCodeAt(at) === 62 && text.charCodeAt(start - 1) !== 60 && text.charCodeAt(at - 1) !== 61) return 0
  return valueAt(text, at, start, name, verdict === 2, collect)
}

function valueAt(text: string, at: number, nameFrom: number, name: string, strong: boolean, collect: Collect): number {
  const operator = text.charCodeAt(at)
  let from = operator === 37 ? at + 3 : at + 1
  let spaces = 0
  let lines = 0
  while (from < text.length && spaces < 64 && isSpace(text.charCodeAt(from))) {
    if (text.charCodeAt(from) === 10 && ++lines > (operator === 62 ? 2 : 0)) return 0
    from++
    spaces++
  }
  if (from >= text.length) return 0
  const kind = headerKind(name)
  // A list: each quoted element is a value of its own.
  if (text.charCodeAt(from) === 91 && !text.startsWith('[masked:', from)) return listAt(text, from + 1, strong, collect)
  const letter = text.charCodeAt(from)
  if ((letter === 124 || letter === 62) && operator === 58 && strong && BLOCK.test(text.slice(from, from + 3)))
    return blockAt(text, from, collect)
  if ((letter === 98 || letter === 102 || letter === 114 || letter === 117 || letter === 64) && isQuote(text.charCodeAt(from + 1))) from++
  const opening = openingAt(text, from)
  const mark = markEnd(text, opening.start)
  if (mark) return mark
  if (kind) {
    const end = opening.quote ? valueEnd(text, opening) : lineEnd(text, opening.start)
    const found = headerFindings(text, opening.start, end, kind, collect)
    if (found) return found
  }
  return judgeValue(text, opening, operator, nameFrom, name, strong, spaces, collect)
}

function judgeValue(
  text: string,
  opening: Opening,
  operator: number,
  nameFrom: number,
  name: string,
  strong: boolean,
  spaces: number,
  collect: Collect
): number {
  const { start, quote } = opening
  if (!strong && !looksRandom(text, start, Math.min(text.length, start + 40), 12) && !queryValue(text, start, nameFrom)) return 0
  const end = valueEnd(text, opening)
  if (end <= start) return 0
  const value = text.slice(start, Math.min(end, start + 128))
  if (isPlaceholder(value)) return 0
  if (
    !strong &&
    !QUERY_KEY.test(text.slice(nameFrom - 1, nameFrom)) &&
    (!looksRandom(text, start, end, 12) || (/key$/i.test(name) && !isKeyLike(value)))
  )
    return 0
  if (quote === 0) {
    const code = text.charCodeAt(start)
    if (code === 123 && operator === 62 && strong) return bracedAt(text, start, collect)
    if (code === 123 || code === 40 || code === 60 || code === 61 || code === 62) return 0
    if (isNumberOf(name, value)) return 0
    if (isStatusWord(value.replace(/[.!?]+$/, ''))) return 0
    // Prose: `token: expired yesterday`, `secret: see the wiki`.
    if (operator !== 61 && spaces > 0 && isPlainWord(value) && (!/pass|pwd|secret/i.test(name) || !endsLine(text, end))) return 0
    // Code: `password = getPassword()`, `token = request.token`.
    if (
      /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*(?:\(|\[|$)/.test(value) &&
      /[.(]/.test(value) &&
      /^[\w$.]*\(|^(?:this|self|req|request|config|process|os|env|options|props|params|ctx|context|event|args|settings|user|res|response|data|body|headers)\./.test(
        value
      )
    )
      return 0
  } else if (isNumberOf(name, value) || /^\s*$/.test(value)) return 0
  collect({ start, end, rule: KEY_RULE, fixed: 0 } satisfies Finding)
  return end
}

/** What a key without a telling name looks like: long, mixed, no path, no id. */
export const isKeyLike = (value: string): boolean =>
  value.length >= 20 && /[A-Z]/.test(value) && /[a-z]/.test(value) && /\d/.test(value) && !/[/:.]/.test(value.slice(0, -2))

/** `|` and `>` of YAML: the value stands in the indented lines below. */
const BLOCK = /^[|>][+-]?\r?\n/
/** How far below its key a line of a block may start; a stream remembers no more. */
const BLOCK_REACH = 384
const BLOCK_LINE = /[ \t]{1,32}([^\s[{]\S{5,256})(?:\r?\n|$)/y

/** Each line of a block that is one word is a value; prose has several. */
function blockAt(text: string, from: number, collect: Collect): number {
  let done = 0
  BLOCK_LINE.lastIndex = text.indexOf('\n', from) + 1
  for (let at = BLOCK_LINE.lastIndex; at - from < BLOCK_REACH; at = BLOCK_LINE.lastIndex) {
    const match = BLOCK_LINE.exec(text)
    if (!match || isPlaceholder(match[1]!) || match[1]!.includes('-----')) break
    const start = at + match[0].indexOf(match[1]!)
    done = start + match[1]!.length
    collect({ start, end: done, rule: KEY_RULE, fixed: 0 })
  }
  return done
}

/** `<secret>{store id value}</secret>`, as Jenkins writes it; one word in braces is a placeholder. */
function bracedAt(text: string, start: number, collect: Collect): number {
  BRACED.lastIndex = start
  if (!BRACED.test(text)) return 0
  const end = BRACED.lastIndex
  collect({ start: start + 1, end, rule: KEY_RULE, fixed: 0 })
  return end
}

const BRACED = /\{[^\s{}<>[]{2,64} [^{}<>\n]{0,512}/y

function listAt(text: string, from: number, strong: boolean, collect: Collect): number {
  let at = from
  let done = 0
  for (let count = 0; count < 64 && strong; count++) {
    while (at < text.length && (isSpace(text.charCodeAt(at)) || text.charCodeAt(at) === 44) && at - from < 4096) at++
    const opening = openingAt(text, at)
    if (opening.quote === 0) break
    const end = valueEnd(text, opening)
    if (end > opening.start && !markEnd(text, opening.start)) collect({ start: opening.start, end, rule: KEY_RULE, fixed: 0 })
    done = end
    at = end + opening.escapes + 1
  }
  return done
}

/** `tokens=512`, `max_token: 100`: a count, not a secret. PINs and passwords may be numbers. */
function isNumberOf(name: string, value: string): boolean {
  return /^[\d.,_]+(?:[kKmM]|ms|s)?$/.test(value) && /tokens?$|keys?$|secrets?$|cookies?$|credentials?$/i.test(name) && value.length < 12
}

function queryValue(text: string, start: number, nameFrom: number): boolean {
  return QUERY_KEY.test(text.slice(nameFrom - 1, nameFrom)) && looksRandom(text, start, Math.min(text.length, start + 10), 8)
}

/** Steps back over a name; an escape such as `\n` or `%26` right before it is not part of it. */
function nameStart(text: string, end: number): number {
  let start = end
  const least = Math.max(0, end - MAX_NAME)
  while (start > least) {
    const code = text.charCodeAt(start - 1)
    if (!(code < 128 ? NAME[code] === 1 : code < 0x3000 || code > 0x303f)) break
    start--
  }
  const before = text.charCodeAt(start - 1)
  if (before === 92 && end - start > 1) return start + 1
  if (before === 37 && end - start > 2) return start + 2
  return start
}

function lineEnd(text: string, from: number): number {
  if (from >= lineFrom && from < lineTo) return lineTo
  let at = from
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 128 && LINE_STOP[code] === 0) continue
    // `response="…"` belongs to the header; another quote closes what the header stands in.
    if (code === 34 && text.charCodeAt(at - 1) === 61) {
      const close = text.indexOf('"', at + 1)
      if (close < 0 || close - at > MAX_PARAMETER) break
      at = close
      continue
    }
    if (code === 10 || code === 13 || code === 34 || code === 39 || code === 96 || code === 60 || code > 0x2fff) break
    if (code === 92 && isAlnum(text.charCodeAt(at - 1)) && /[rn"']/.test(text.charAt(at + 1))) break
  }
  lineFrom = from
  lineTo = at
  return at
}

/** Longest quoted parameter of a header. */
const MAX_PARAMETER = 4096

const endsLine = (text: string, end: number): boolean => end >= text.length || text.charCodeAt(end) !== 32
/** The rest of `:=`, `?=`, `||=`, `+=`, `.=`, `=>`, `<-` and `!=`. */
const isOperatorPart = (code: number): boolean =>
  code === 58 || code === 63 || code === 46 || code === 124 || code === 43 || code === 61 || code === 33 || code === 60
/** Last letters of type words: `token string = "…"`. */
const mayBeType = (code: number): boolean => code === 103 || code === 114 || code === 116 || code === 115 || code === 101
