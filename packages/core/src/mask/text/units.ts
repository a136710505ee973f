// A piece of a text as numbers: one copy is cheaper than asking a text for each of its characters.
import { codeAt } from './chars.js'

/** Characters of one piece. */
export const PIECE = 16_384
const bytes = Buffer.alloc(2 * PIECE)
/** The characters of the piece that was copied last; shared, so nothing that reads it may scan another text meanwhile. */
export const units = new Uint16Array(bytes.buffer, bytes.byteOffset, PIECE)
/** `utf16le` is what numbers of two bytes look like on nearly all machines. */
const LITTLE_ENDIAN = new Uint16Array(Uint8Array.of(1, 0).buffer)[0] === 1

/** Copies up to {@link PIECE} characters. */
export function copyUnits(text: string, from: number, to: number): void {
  if (LITTLE_ENDIAN) bytes.write(from === 0 && to === text.length ? text : text.slice(from, to), 0, 'utf16le')
  else for (let at = from; at < to; at++) units[at - from] = codeAt(text, at)
}
