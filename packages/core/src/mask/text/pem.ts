// Finds private keys: PEM, OpenSSH, PGP, SSH2 and PuTTY, whole or cut off, with real or escaped line ends.
import { BODY, codeAt } from './chars.js'
import type { Collect } from './headers.js'

const BEGIN = /(?:-----|---- |%2D{1,5})\s?BEGIN ([A-Z0-9 ]{0,40}?)(?:PRIVATE|SECRET) KEY( BLOCK)?(?:-----| ----)/g
const PUTTY = /PuTTY-User-Key-File-\d: [\w-]{1,40}/g

export function pemFindings(text: string, collect: Collect): void {
  if (!text.includes('IVATE KEY') && !text.includes('SECRET KEY')) {
    if (text.includes('PuTTY-User-Key-File')) puttyFindings(text, collect)
    return
  }
  BEGIN.lastIndex = 0
  let noEnd = false
  for (let match = BEGIN.exec(text); match; match = BEGIN.exec(text)) {
    const from = match.index + match[0].length
    let end = noEnd ? -1 : text.indexOf('-END ', from)
    if (end < 0) noEnd = true
    // The END line must belong to this key: nothing but its body may stand between.
    const body = bodyEnd(text, from, end < 0 ? text.length : end)
    if (end >= 0 && body >= end - 4) {
      const close = text.indexOf('KEY', end)
      end = close >= 0 && close - end < 80 ? close + 3 : endOfLine(text, end + 5)
      while (text.startsWith(' BLOCK', end)) end += 6
      while (codeAt(text, end) === 45) end++
    } else end = body
    if (end - from >= 16) {
      collect({ start: match.index, end, rule: 'private-key', fixed: 0 })
      BEGIN.lastIndex = end
    }
  }
}

/** An END line that is cut off goes as far as it can be one. */
function endOfLine(text: string, from: number): number {
  let at = from
  while (at < text.length && at < from + 60 && /[A-Z0-9 -]/.test(text[at]!)) at++
  return at
}

/** Where the base64 body and its headers stop. */
function bodyEnd(text: string, from: number, limit: number): number {
  for (let at = from; at < limit; at++) {
    const code = codeAt(text, at)
    if (code > 127 || BODY[code] !== 1) {
      if (code === 40 || code === 41 || code === 59 || code === 34 || code === 39) {
        // Quotes and concatenation of a key written over several source lines.
        if (code < 40 && !/^["'][\s,+;\\]{0,40}["'\n]/.test(text.slice(at, at + 44))) return at
        continue
      }
      return at
    }
  }
  return limit
}

function puttyFindings(text: string, collect: Collect): void {
  let done = 0
  for (const match of text.matchAll(PUTTY)) {
    if (match.index < done) continue
    const at = text.indexOf('Private-Lines:', match.index)
    if (at < 0) return
    const mac = text.indexOf('Private-MAC:', at)
    done = mac < 0 ? text.length : bodyEnd(text, mac + 12, text.length)
    collect({ start: at, end: done, rule: 'private-key', fixed: 0 })
  }
}
