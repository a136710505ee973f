// Character classes of the text scan, as tables: one look-up a character, no regular expression.

const table = (pattern: RegExp): Uint8Array =>
  Uint8Array.from({ length: 128 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0))

/** Letters, digits, `_`, `-`: what most tokens are made of. */
const WORD: Uint8Array = table(/[\w-]/)
/** What a key name is made of, between its quotes. */
export const NAME: Uint8Array = table(/[\w.$-]/)
/** Letters and digits. */
export const ALNUM: Uint8Array = table(/[A-Za-z0-9]/)
/** What closes or opens around a key name: quotes, backslashes, brackets. */
export const WRAP: Uint8Array = table(/["'`\\[\]]/)
/** Where the line of a header may end: its line end, a quote around it, a tag behind it. */
export const LINE_STOP: Uint8Array = table(/[\n\r"'`<\\]/)
/** Base64 in both alphabets, with what an escaped or wrapped body brings along. */
export const BODY: Uint8Array = table(/[\w+/=\s\\.,:-]/)

/** Signs that the walk over a text stops at. */
export const PERCENT = 37
export const BRACKET = 40
export const COMMA = 44
export const DASH = 45
export const SLASH = 47
export const COLON = 58
export const BACKSLASH = 92

export const isWord = (code: number): boolean => code < 128 && WORD[code] === 1
export const isAlnum = (code: number): boolean => code < 128 && ALNUM[code] === 1
export const isDigit = (code: number): boolean => code >= 48 && code <= 57
export const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0x3000 || code === 0xa0
export const isQuote = (code: number): boolean => code === 34 || code === 39 || code === 96

/**
 * The code unit at an index, NaN beyond the text. `text.charCodeAt` is looked up anew at every character once the texts come
 * in many shapes (flat, sliced, joined, wide); a bound function is known to the compiler for good, and three times as fast.
 */
export const codeAt = Function.prototype.call.bind(String.prototype.charCodeAt) as (text: string, at: number) => number
