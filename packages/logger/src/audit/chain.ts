// The chain of an audit log: each line ends with an HMAC of its text and the link of the line before.
import { createHash, hash } from 'node:crypto'
import { createRoom } from './room.js'

const LINK = 64
const FIELD = ',"mac":"'
const FIELD_BYTES = Buffer.from(FIELD)
const END = '"}\n'
/** `,"mac":"` + 64 hex digits + `"}` */
const TAIL = FIELD.length + LINK + 2
/** From the first digit of a link to the first byte of the next line. */
const STEP = LINK + END.length
const LINE_FEED = 0x0a
const DIGEST = 32

/** A block of SHA-256, as RFC 2104 needs it. */
const BLOCK = 64
/** Bytes before a line that its link needs: the key, and the link before as it stands at the end of a line. */
export const MARGIN = BLOCK + STEP

/** The link before the first line of a file. */
export const GENESIS = '0'.repeat(LINK)

const UNLINKED = FIELD + GENESIS + END
/** Room for what the key overwrites, and for the key before the first line. */
const BEFORE = ' '.repeat(2 * BLOCK)

/** Links lines where they lie. */
export interface Chain {
  /** The link of the text in `bytes` behind the link `previous`. What stands in the {@link MARGIN} before it is overwritten. */
  link(previous: string, bytes: Buffer, from: number, to: number): string
  /** Lines from the texts of JSON objects without their closing brace, and the link of each. The bytes are good until the next call. */
  seal(previous: string, texts: readonly string[]): Linked
}

interface Linked {
  readonly lines: Buffer
  readonly links: string[]
}

/**
 * A link is HMAC-SHA-256 (RFC 2104) over the link before, as it stands at the end of its line, and the text of the line.
 * Its two hashes are made here: `createHmac` takes several times as long to set up as to hash a record.
 */
export function createChain(key: Buffer): Chain {
  const short = key.length > BLOCK ? createHash('sha256').update(key).digest() : key
  const inner = padded(short, 0x36)
  const outer = Buffer.concat([padded(short, 0x5c), Buffer.alloc(DIGEST)])
  const bytesOf = createRoom()

  /** The link of what stands behind the room for the key. */
  function digest(bytes: Buffer, start: number, to: number): string {
    bytes.set(inner, start)
    outer.write(hash('sha256', bytes.subarray(start, to), 'binary'), BLOCK, DIGEST, 'latin1')
    return hash('sha256', outer, 'hex')
  }

  return {
    link(previous, bytes, from, to) {
      bytes.write(previous + END, from - STEP, STEP, 'latin1')
      return digest(bytes, from - MARGIN, to)
    },
    seal(previous, texts) {
      // The link before stands where the hash needs it; the key is put before that and taken away again.
      const bytes = bytesOf(BEFORE + previous + END + texts.join(UNLINKED) + UNLINKED)
      const first = BLOCK + MARGIN
      const links: string[] = []
      for (let from = first; from < bytes.length; ) {
        const end = bytes.indexOf(LINE_FEED, from)
        const start = from - MARGIN
        bytes.copyWithin(0, start, start + BLOCK)
        const link = digest(bytes, start, end - TAIL)
        bytes.copyWithin(start, 0, BLOCK)
        bytes.write(link, end + 1 - STEP, LINK, 'latin1')
        links.push(link)
        from = end + 1
      }
      return { lines: bytes.subarray(first), links }
    }
  }
}

/** A key as the inner or the outer hash of an HMAC takes it. */
function padded(key: Buffer, pad: number): Buffer {
  return Buffer.alloc(BLOCK).map((_, index) => (key[index] ?? 0) ^ pad) as Buffer
}

/** Where the text of a line ends and the field of its link begins, the line feed left out; -1 when it has none. */
export function macAt(bytes: Buffer, from: number, to: number): number {
  const at = to - TAIL
  if (at <= from || bytes[to - 1] !== 0x7d || bytes[to - 2] !== 0x22) return -1
  for (let index = 0; index < FIELD_BYTES.length; index++) if (bytes[at + index] !== FIELD_BYTES[index]) return -1
  return at
}

/** The link that a line claims, as {@link macAt} found it. */
export function macOf(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at + FIELD.length, at + FIELD.length + LINK)
}
