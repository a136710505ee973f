// Reads escapes that stand in the middle of what looks like a word: `%3D`, `\n`, `\u003d`.
import { codeAt } from './chars.js'

/** Index after the escape that starts here, or 0. */
export function escapeEnd(text: string, at: number, code: number): number {
  if (code === 37) return isHex(codeAt(text, at + 1)) && isHex(codeAt(text, at + 2)) ? at + 3 : 0
  const next = codeAt(text, at + 1)
  if (next === 110 || next === 114 || next === 116 || next === 98 || next === 102) return at + 2
  if (next !== 117) return 0
  for (let index = at + 2; index < at + 6; index++) if (!isHex(codeAt(text, index))) return 0
  return at + 6
}

/** Index after an escape that was escaped once more, as `%253D` is in the query of a query, or 0. */
export const doubleEnd = (text: string, at: number): number =>
  text.startsWith('%25', at) && isHex(codeAt(text, at + 3)) && isHex(codeAt(text, at + 4)) ? at + 5 : 0

const isHex = (code: number): boolean => (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102)
