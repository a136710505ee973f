// Finds the password in `scheme://user:password@host`, also with several hosts and with an unescaped slash or `@` inside.
import { codeAt, isAlnum, isQuote, isSpace } from './chars.js'
import type { Collect } from './headers.js'
import { isPlaceholder, looksRandom, markEnd } from './values.js'

const MAX_USERINFO = 400

/** Looks behind `://`. */
export function userinfoAt(text: string, from: number, collect: Collect): void {
  const limit = Math.min(text.length, from + MAX_USERINFO)
  if (nextSign(text, from) >= limit) return
  let colon = -1
  let sign = -1
  let at = from
  for (; at < limit; at++) {
    const code = codeAt(text, at)
    if (code === 64) sign = at
    else if (code === 58 && colon < 0) colon = at
    else if (isSpace(code) || isQuote(code) || code === 60 || code === 62 || code > 0x2fff) break
    else if (code === 47 || code === 63 || code === 35) {
      if (sign >= 0 || !mayHoldSlash(text, from, colon, at)) break
    } else if (code === 58 && text.startsWith('//', at + 1)) break
  }
  if (sign < 0) return
  if (colon < 0 || colon > sign) {
    // A lone user that is itself a token, as in a Sentry DSN.
    if (looksRandom(text, from, sign, 16)) collect({ start: from, end: sign, rule: 'url-credentials', fixed: 0 })
    return
  }
  const start = colon + 1
  if (sign <= start || markEnd(text, start) === sign || isPlaceholder(text.slice(start, sign))) return
  collect({ start, end: sign, rule: 'url-credentials', fixed: 0 })
}

/** A password with a bare slash: only where a colon came first and what follows it is no port. */
function mayHoldSlash(text: string, from: number, colon: number, slash: number): boolean {
  if (colon < from || slash === colon + 1) return false
  for (let at = colon + 1; at < slash; at++) {
    const code = codeAt(text, at)
    if (code < 48 || code > 57) return atBeforeBlank(text, slash)
  }
  return false
}

function atBeforeBlank(text: string, from: number): boolean {
  const sign = nextSign(text, from)
  if (sign >= Math.min(text.length, from + 200)) return false
  for (let at = from; at < sign; at++) {
    const code = codeAt(text, at)
    if (isSpace(code) || isQuote(code)) return false
  }
  return isAlnum(codeAt(text, sign + 1))
}

/** The `@` that was found last, so that many URLs before one `@` cost one look for it. */
let signFrom = 0
let signAt = -1

/** Forgets what was found in the text before. */
export function newUrls(): void {
  signFrom = 0
  signAt = -1
}

/** Index of the next `@`, beyond the text where there is none. */
function nextSign(text: string, from: number): number {
  if (from < signFrom || from > signAt) {
    signFrom = from
    signAt = text.indexOf('@', from)
    if (signAt < 0) signAt = Number.POSITIVE_INFINITY
  }
  return signAt
}

const ENCODED = /%3a%2f%2f[^\s"'%]{1,120}%3a([^\s"'&]{1,300}?)%40/iy

/** The same where all of it is percent-encoded. */
export function encodedUserinfo(text: string, at: number, collect: Collect): void {
  ENCODED.lastIndex = at
  const match = ENCODED.exec(text)
  if (!match) return
  const end = at + match[0].length - 3
  collect({ start: end - match[1]!.length, end, rule: 'url-credentials', fixed: 0 })
}
