// Full-width digits, letters and signs as their narrow forms, one character for one, so that indexes stay true.
import { isDigit } from '../text/chars.js'

const WIDE = /[０-９＋（）]/
/** Signs that join digits; elsewhere they are what they are. */
const JOINTS: ReadonlyMap<number, number> = new Map(
  Object.entries({ '－': '-', '−': '-', '‐': '-', '‑': '-', '–': '-', ー: '-', '．': '.', '　': ' ' }).map(([wide, plain]) => [
    wide.charCodeAt(0),
    plain.charCodeAt(0)
  ])
)
/** A mark of byte order at the start stays, or all indexes would be one off. */
const DECODER = new TextDecoder('utf-16le', { ignoreBOM: true })
const OPEN = 40
const CLOSE = 41

/** The text with narrow digits; the text itself where it has no wide ones. */
export function narrow(text: string): string {
  if (!WIDE.test(text)) return text
  const codes = new Uint16Array(text.length)
  for (let at = 0; at < text.length; at++) codes[at] = plainOf(text.charCodeAt(at))
  for (let at = 1; at + 1 < codes.length; at++) {
    const code = codes[at]!
    if (code < 0x2010) continue
    const joint = JOINTS.get(code)
    if (joint === undefined) continue
    const before = codes[at - 1]!
    const after = codes[at + 1]!
    if ((isDigit(before) || before === CLOSE) && (isDigit(after) || after === OPEN)) codes[at] = joint
  }
  return DECODER.decode(codes)
}

/** Digits, letters, brackets and the plus sign lie in one row of Unicode, in the order of ASCII. */
function plainOf(code: number): number {
  const plain = code - 0xfee0
  return isDigit(plain) ||
    (plain >= 65 && plain <= 90) ||
    (plain >= 97 && plain <= 122) ||
    plain === OPEN ||
    plain === CLOSE ||
    plain === 43
    ? plain
    : code
}
