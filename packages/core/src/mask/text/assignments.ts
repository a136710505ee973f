// Finds `key = value` in free text, JSON, JSON inside strings, XML, YAML, forms, code: starts at the operator, looks back for the key.
import type { KeyJudge } from '../keys.js'
import type { Finding } from '../types.js'
import { codeAt, isAlnum, isDigit, isQuote, isSpace, LINE_STOP, WRAP } from './chars.js'
import { doubleEnd } from './escapes.js'
import { type Collect, headerFindings, headerKind } from './headers.js'
import { nameStart, pairedName } from './names.js'
import { type Opening, openingAt, valueEnd } from './value-end.js'
import { isPlaceholder, isPlainWord, isScrambled, isStatusWord, looksRandom, markEnd, standsOut } from './values.js'

/** Name of the rule of values found by their key. */
export const KEY_RULE = 'key-name'

const TYPE_WORD = /^(?:string|str|text|char|const|var|let|val|bytes|byte|String|std|string_view|varchar|NSString|auto)$/
/** `?`, `&` or `;` before a name: it stands in a query. */
const isQuerySign = (code: number): boolean => code === 63 || code === 38 || code === 59

/** The line that was measured last, so that many headers on one line cost one look at it. */
let lineFrom = 0
let lineTo = 0

/** Forgets what was measured in the text before. */
export function newText(): void {
  lineFrom = lineTo = 0
}

/** Where the name before the operator ends, and what stands between them: left here by {@link mayAssign}. */
let nameTo = 0
let wrapsBefore = 0
let spacesBefore = 0

/** Whether the name before an operator may be secret at all; cheap, and no for nearly all. */
function mayAssign(text: string, at: number, judge: KeyJudge): boolean {
  const operator = codeAt(text, at)
  const next = codeAt(text, at + 1)
  // `:=`, `::=` and `=>` are read at their last character.
  if (operator === 58 && (next === 61 || next === 58)) return false
  if (operator === 61 && (next === 62 || next === 61)) return false
  let end = at
  if (operator !== 58) while (end > 0 && at - end < 3 && isOperatorPart(codeAt(text, end - 1))) end--
  let last = codeAt(text, end - 1)
  let spaces = 0
  while (spaces < 24 && isSpace(last)) {
    last = codeAt(text, --end - 1)
    spaces++
  }
  let wraps = 0
  while (wraps < 24 && last < 128 && WRAP[last] === 1) {
    last = codeAt(text, --end - 1)
    wraps++
  }
  if (wraps === 0 && last === 50 && text.startsWith('%22', end - 3)) {
    end -= 3
    last = codeAt(text, end - 1)
  } else if (wraps === 0 && last === 59 && text.startsWith('&quot;', end - 6)) {
    end -= 6
    last = codeAt(text, end - 1)
  }
  nameTo = end
  wrapsBefore = wraps
  spacesBefore = spaces
  let letters = end
  for (let digits = 0; digits < 3 && isDigit(last); digits++) last = codeAt(text, --letters - 1)
  // `API_KEY_2` as well as `apiKey2`.
  if (letters < end && (last === 95 || last === 45 || last === 46)) last = codeAt(text, --letters - 1)
  // Counts such as `prompt_tokens=123` are the most frequent near miss.
  if (last === 115 && isDigit(next) && codeAt(text, letters - 2) === 110) return false
  return last > 127 || judge.mayEnd(text, letters) || (spaces > 0 && operator === 61 && mayBeType(last))
}

/** Looks at one operator; returns the end of the value it masked, or 0. */
export function assignmentAt(text: string, at: number, judge: KeyJudge, collect: Collect): number {
  return mayAssign(text, at, judge) ? nameAt(text, at, nameTo, wrapsBefore, spacesBefore, judge, collect) : 0
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
      (isSpace(codeAt(text, before - 1)) || codeAt(text, before - 1) === 58 || codeAt(text, before - 1) === 42)
    )
      before--
    start = nameStart(text, before)
    name = text.slice(start, before)
  }
  let verdict = judge.judge(name)
  if (verdict < 2 && codeAt(text, start - 1) === 32 && judge.mayFollow(name)) {
    let words = start
    for (let count = 0; count < 2 && verdict < 2 && codeAt(text, words - 1) === 32; count++) {
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
  const paired = verdict < 2 ? pairedName(text, name, start) : ''
  if (paired !== '') {
    verdict = judge.judge(paired)
    name = paired
  }
  // The colon of a mark with its last four is none of ours.
  if (verdict === 0 || text.startsWith('[masked:', start - 8)) return 0
  if (codeAt(text, at) === 62 && codeAt(text, start - 1) !== 60 && codeAt(text, at - 1) !== 61) return 0
  return valueAt(text, at, start, name, verdict === 2, collect)
}

function valueAt(text: string, at: number, nameFrom: number, name: string, strong: boolean, collect: Collect): number {
  const operator = codeAt(text, at)
  let from = operator === 37 ? doubleEnd(text, at) || at + 3 : at + 1
  let spaces = 0
  let lines = 0
  while (from < text.length && spaces < 64 && isSpace(codeAt(text, from))) {
    if (codeAt(text, from) === 10 && ++lines > (operator === 62 ? 2 : 1)) return 0
    from++
    spaces++
  }
  if (from >= text.length) return 0
  if (lines > 0 && operator !== 62) return strong && spaces <= 8 ? nextLineAt(text, from, operator, collect) : 0
  const kind = headerKind(name)
  // A list: each quoted element is a value of its own.
  if (codeAt(text, from) === 91 && !text.startsWith('[masked:', from)) return listAt(text, from + 1, strong, collect)
  const letter = codeAt(text, from)
  if ((letter === 124 || letter === 62) && operator === 58 && strong && BLOCK.test(text.slice(from, from + 3)))
    return blockAt(text, from, collect)
  if ((letter === 98 || letter === 102 || letter === 114 || letter === 117 || letter === 64) && isQuote(codeAt(text, from + 1))) from++
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

/** A value on the line below its name: in quotes as code is wrapped, or alone on its line. */
function nextLineAt(text: string, from: number, operator: number, collect: Collect): number {
  const opening = openingAt(text, from)
  const { start, quote } = opening
  const mark = markEnd(text, start)
  if (mark) return mark
  const end = valueEnd(text, opening, Math.min(text.length, start + HEAD))
  if (quote === 0 ? end < text.length && !isLineEnd(codeAt(text, end)) : operator !== 61 || end >= start + HEAD) return 0
  if (!standsOut(text, start, end) || !/^[\w+/.~-]+={0,2}$/.test(text.slice(start, end))) return 0
  collect({ start, end, rule: KEY_RULE, fixed: 0 } satisfies Finding)
  return end
}

const isLineEnd = (code: number): boolean => code === 10 || code === 13

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
  const code = codeAt(text, start)
  if (quote === 0) {
    if (code === 123 && operator === 62 && strong) return bracedAt(text, start, collect)
    if (code === 123 || code === 40 || code === 60 || code === 61 || code === 62) return 0
  }
  // The head decides, so that what is no secret costs the same however long it is.
  const limit = Math.min(text.length, start + (strong ? HEAD : WEAK_HEAD))
  if (!strong && !mayTell(text, start, limit)) return 0
  const end = valueEnd(text, opening, limit)
  if (end <= start) return 0
  const value = text.slice(start, end)
  if (!strong) {
    const inQuery = isQuerySign(codeAt(text, nameFrom - 1))
    if (inQuery ? !looksRandom(text, start, end, 8) && !isScrambled(value) : !standsOut(text, start, end, 12)) return 0
    if (!inQuery && IS_KEY.test(name) && !isKeyLike(value)) return 0
  }
  if (isPlaceholder(value)) return 0
  if (isNumberOf(name, value)) return 0
  if (quote === 0 ? isReport(text, value, end, operator, name, spaces) : code < 33 && value.trim() === '') return 0
  const whole = end < limit ? end : valueEnd(text, opening)
  collect({ start, end: whole, rule: KEY_RULE, fixed: 0 } satisfies Finding)
  return whole
}

const IS_KEY = /key[_.-]?\d{0,3}$/i
/** How much of a value says whether it is one, behind a strong name and behind a weak one. */
const HEAD = 128
const WEAK_HEAD = 24

/** A bare word that reports on a secret, or code that gets one. */
function isReport(text: string, value: string, end: number, operator: number, name: string, spaces: number): boolean {
  if (isStatusWord(value)) return true
  // Prose: `token: expired yesterday`, `secret: see the wiki`.
  if (operator !== 61 && spaces > 0 && isPlainWord(value) && (!/pass|pwd|secret/i.test(name) || !endsLine(text, end))) return true
  // Code: `password = getPassword()`, `token = request.token`.
  return (value.includes('.') || value.includes('(')) && CODE.test(value) && GETTER.test(value)
}

const CODE = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*(?:\(|\[|$)/
const GETTER =
  /^[\w$.]*\(|^(?:this|self|req|request|config|process|os|env|options|props|params|ctx|context|event|args|settings|user|res|response|data|body|headers)\./

/** Without a digit and without capitals among small letters nothing is a secret behind a weak name; this costs least. */
function mayTell(text: string, start: number, end: number): boolean {
  let capitals = 0
  let small = 0
  for (let at = start; at < end; at++) {
    const code = codeAt(text, at)
    if (code > 96) small++
    else if (code > 64) capitals++
    else if (code < 58 && code > 47) return true
    if (capitals > 2 && small > 1) return true
  }
  return false
}

/** What a key without a telling name looks like: long, mixed, no path, no id. */
export function isKeyLike(value: string): boolean {
  const { length } = value
  let kinds = 0
  for (let at = 0; at < length; at++) {
    const code = codeAt(value, at)
    if (isDigit(code)) kinds |= 1
    else if (code > 64 && code < 91) kinds |= 2
    else if (code > 96 && code < 123) kinds |= 4
    else if ((code === 46 || code === 47 || code === 58) && at < length - 2) return false
  }
  return length >= 20 && kinds === 7
}

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
    while (at < text.length && (isSpace(codeAt(text, at)) || codeAt(text, at) === 44) && at - from < 4096) at++
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
  const code = codeAt(value, 0)
  return (
    value.length < 12 &&
    (isDigit(code) || code === 46 || code === 44 || code === 95) &&
    /^[\d.,_]+(?:[kKmM]|ms|s)?$/.test(value) &&
    /(?:token|key|secret|cookie|credential)s?[_.-]?\d{0,3}$/i.test(name)
  )
}

function lineEnd(text: string, from: number): number {
  if (from >= lineFrom && from < lineTo) return lineTo
  let at = from
  for (; at < text.length; at++) {
    const code = codeAt(text, at)
    if (code < 128 && LINE_STOP[code] === 0) continue
    // `response="…"` belongs to the header; another quote closes what the header stands in.
    if (code === 34 && codeAt(text, at - 1) === 61) {
      const close = text.indexOf('"', at + 1)
      if (close < 0 || close - at > MAX_PARAMETER) break
      at = close
      continue
    }
    if (code === 10 || code === 13 || code === 34 || code === 39 || code === 96 || code === 60 || code > 0x2fff) break
    if (code === 92 && isAlnum(codeAt(text, at - 1)) && /[rn"']/.test(text.charAt(at + 1))) break
  }
  lineFrom = from
  lineTo = at
  return at
}

/** Longest quoted parameter of a header. */
const MAX_PARAMETER = 4096

const endsLine = (text: string, end: number): boolean => end >= text.length || codeAt(text, end) !== 32
/** The rest of `:=`, `?=`, `||=`, `+=`, `.=`, `=>`, `<-` and `!=`. */
const isOperatorPart = (code: number): boolean =>
  code === 58 || code === 63 || code === 46 || code === 124 || code === 43 || code === 61 || code === 33 || code === 60
/** Last letters of type words: `token string = "…"`. */
const mayBeType = (code: number): boolean => code === 103 || code === 114 || code === 116 || code === 115 || code === 101
