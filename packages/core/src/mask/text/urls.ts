// Finds the password in `scheme://user:password@host`, also with several hosts and with an unescaped slash or `@` inside.
import { isAlnum, isQuote, isSpace } from './chars.js'
import type { Collect } from './headers.js'
import { isPlaceholder, looksRandom, markEnd } from './values.js'

const MAX_USERINFO = 400

export function urlFindings(text: string, collect: Collect): void {
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) userinfoAt(text, at + 3, collect)
  if (text.includes('%3A%2F%2F') || text.includes('%3a%2f%2f')) encodedUserinfo(text, collect)
}

function userinfoAt(text: string, from: number, collect: Collect): void {
  const limit = Math.min(text.length, from + MAX_USERINFO)
  let colon = -1
  let sign = -1
  let at = from
  for (; at < limit; at++) {
    const code = text.charCodeAt(at)
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
    const code = text.charCodeAt(at)
    if (code < 48 || code > 57) return atBeforeBlank(text, slash)
  }
  return false
}

function atBeforeBlank(text: string, from: number): boolean {
  const limit = Math.min(text.length, from + 200)
  for (let at = from; at < limit; at++) {
    const code = text.charCodeAt(at)
    if (code === 64) return isAlnum(text.charCodeAt(at + 1))
    if (isSpace(code) || isQuote(code)) return false
  }
  return false
}

const ENCODED = /%3a%2f%2f([^\s"'%]{1,120})%3a([^\s"'&]{1,300}?)%40/gi

function encodedUserinfo(text: string, collect: Collect): void {
  for (const match of text.matchAll(ENCODED)) {
    const end = match.index + match[0].length - 3
    collect({ start: end - match[2]!.length, end, rule: 'url-credentials', fixed: 0 })
  }
}
