// Finds where a value ends: at its quote, however often escaped, or at what no value contains.
import { codeAt, isAlnum, isQuote, isSpace } from './chars.js'

/** Where a value starts and how it is quoted. */
export interface Opening {
  start: number
  /** The quote character, 0 for none, 37 for `%22`, 38 for `&quot;`. */
  quote: number
  /** Backslashes before the quote: 1 in JSON inside a string, 3 in JSON inside that. */
  escapes: number
}

/** Reads an opening quote with its backslashes at `at`. */
export function openingAt(text: string, at: number): Opening {
  let index = at
  let escapes = 0
  while (escapes < 63 && codeAt(text, index) === 92) {
    index++
    escapes++
  }
  const code = codeAt(text, index)
  if (isQuote(code)) {
    // Python's """ and Markdown's ``` are one quote.
    if (escapes === 0 && codeAt(text, index + 1) === code && codeAt(text, index + 2) === code) index += 2
    return { start: index + 1, quote: code, escapes }
  }
  if (escapes === 0) {
    if (code === 37 && text.startsWith('%22', at)) return { start: at + 3, quote: 37, escapes: 0 }
    if (code === 38 && text.startsWith('&quot;', at)) return { start: at + 6, quote: 38, escapes: 0 }
    if (code === 0x300c || code === 0x300e) return { start: at + 1, quote: code + 1, escapes: 0 }
  }
  return { start: at, quote: 0, escapes: 0 }
}

/** Index of the end of a value, or `limit` where it goes on beyond it. */
export function valueEnd(text: string, { start, quote, escapes }: Opening, limit: number = text.length): number {
  if (quote === 0) return bareEnd(text, start, limit)
  if (quote === 37 || quote === 38) return encodedEnd(text, start, quote === 37 ? '%22' : '&quot;', limit)
  const period = 2 * (escapes + 1)
  let run = 0
  for (let at = start; at < limit; at++) {
    const code = codeAt(text, at)
    if (code === 92) run++
    else {
      if (code === quote && (run - escapes) % period === 0) return at - escapes
      if (code === 10 && quote !== 96) return run > 0 ? at - run : at
      run = 0
    }
  }
  return limit
}

/** An encoded quote closes what one opened; where none does, the value is as good as bare. */
function encodedEnd(text: string, start: number, close: string, limit: number): number {
  for (let at = start; at < limit; at++) {
    const code = codeAt(text, at)
    if (code === codeAt(close, 0) && text.startsWith(close, at)) return at
    if (code === 10) return bareEnd(text, start, at)
  }
  return limit < text.length ? limit : bareEnd(text, start, limit)
}

function bareEnd(text: string, start: number, limit: number): number {
  let depth = 0
  for (let at = start; at < limit; at++) {
    const code = codeAt(text, at)
    if (code > 63 && code < 91) continue
    if (code > 96 && code < 123) continue
    if (code > 47 && code < 58) continue
    if (code === 40 || code === 91 || code === 123) depth++
    else if (code === 41 || code === 93 || code === 125) {
      if (--depth < 0) {
        // `{token: x}` ends here; a password may hold a bracket and go on.
        if (!isAlnum(codeAt(text, at + 1))) return at
        depth = 0
      }
    } else if (isSpace(code) || isQuote(code) || code === 60 || code === 62 || (code >= 0x3000 && code < 0xff66 && at > start)) return at
    else if (code === 38 || code === 44 || code === 59 || code === 124) {
      if (endsHere(text, at)) return at
    } else if (code === 92) {
      const next = codeAt(text, at + 1)
      if (isQuote(next) || next === 110 || next === 114 || next === 116 || next === 92) return at
    } else if (code === 37 && /^%(?:25)?(?:26|22|0a|0d|20|3b)/i.test(text.slice(at, at + 5))) return at
  }
  return limit
}

/** Whether `&`, `,`, `;` or `|` separates here: a space, a quote, the end or another key follows. */
function endsHere(text: string, at: number): boolean {
  if (at + 1 >= text.length) return true
  const next = codeAt(text, at + 1)
  if (isSpace(next) || isQuote(next) || next === 92 || next === 125 || next === 93) return true
  const limit = Math.min(text.length, at + 48)
  for (let index = at + 1; index < limit; index++) {
    const code = codeAt(text, index)
    if (code === 61 || code === 58) return index > at + 1
    if (
      !(
        code === 32 ||
        code === 45 ||
        code === 46 ||
        code === 95 ||
        code === 37 ||
        code === 91 ||
        code === 93 ||
        (code > 47 && code < 58) ||
        (code > 64 && code < 91) ||
        (code > 96 && code < 123)
      )
    )
      return false
  }
  return codeAt(text, at) === 38 && limit === text.length
}
