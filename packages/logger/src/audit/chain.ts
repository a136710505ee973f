// The chain of an audit log: each line ends with a keyed hash over its text and the link of the line before.
import { createHmac, hash } from 'node:crypto'
import { RagError } from '@rag/core'

const LINK = 64
const FIELD = ',"mac":"'
const FIELD_BYTES = Buffer.from(FIELD)
const END = '"}\n'
/** `,"mac":"` + 64 hex digits + `"}` */
const TAIL = FIELD.length + LINK + 2
/** From the first digit of a link to the first byte of the next line. */
const STEP = LINK + END.length
const LINE_FEED = 0x0a

/** One block of the hash: the key, and the length of the text in its last bytes. */
const KEY = 64
const LENGTH = 4
/** Bytes before a line that its link needs: the key, and the link before as it stands at the end of a line. */
export const MARGIN = KEY + STEP

/** The link before the first line of a file. */
export const GENESIS = '0'.repeat(LINK)

const UNLINKED = FIELD + GENESIS + END
/** Room for what the key overwrites, and for the key before the first line. */
const BEFORE = ' '.repeat(2 * KEY)

/** @throws RagError `RAG_LOGGER_AUDIT_KEY` for a key of fewer than 32 bytes */
export function keyBytes(option: string, key: unknown): Buffer {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key instanceof Uint8Array ? Buffer.from(key) : Buffer.alloc(0)
  if (bytes.length >= 32) return bytes
  throw new RagError('RAG_LOGGER_AUDIT_KEY', {
    option,
    problem: 'the key is missing or shorter than 32 bytes',
    fix: 'make one with `openssl rand -hex 32` and keep it outside the host'
  })
}

/** Links lines where they lie. */
export interface Chain {
  /** The link of the text in `bytes` behind the link `previous`. What stands in the {@link MARGIN} before it is overwritten. */
  link(previous: string, bytes: Buffer, from: number, to: number): string
  /** Lines from the texts of JSON objects without their closing brace, and the link of each. */
  seal(previous: string, bodies: readonly string[]): Sealed
}

interface Sealed {
  readonly lines: Buffer
  readonly links: string[]
}

/**
 * A link is SHA-256 over the key, the length of the text, the link before and the text. The length before the text makes sure
 * that no input is the beginning of another; then one hash is as strong a proof as the two of HMAC (Bellare, Canetti and
 * Krawczyk, "Pseudorandom functions revisited: the cascade construction", FOCS 1996), and costs half.
 */
export function createChain(key: Buffer): Chain {
  const block = createHmac('sha512', key).update('rag-audit/2').digest()

  function digest(bytes: Buffer, from: number, to: number): string {
    const start = from - MARGIN
    bytes.set(block, start)
    bytes.writeUInt32BE(to - from, start + KEY - LENGTH)
    return hash('sha256', bytes.subarray(start, to), 'hex')
  }

  return {
    link(previous, bytes, from, to) {
      bytes.write(previous + END, from - STEP, STEP, 'latin1')
      return digest(bytes, from, to)
    },
    seal(previous, bodies) {
      // The link before stands where the hash needs it; the key is put before that and taken away again.
      const bytes = Buffer.from(BEFORE + previous + END + bodies.join(UNLINKED) + UNLINKED)
      const first = KEY + MARGIN
      const links: string[] = []
      for (let from = first; from < bytes.length; ) {
        const end = bytes.indexOf(LINE_FEED, from)
        const start = from - MARGIN
        bytes.copyWithin(0, start, start + KEY)
        const link = digest(bytes, from, end - TAIL)
        bytes.copyWithin(start, 0, KEY)
        bytes.write(link, end + 1 - STEP, LINK, 'latin1')
        links.push(link)
        from = end + 1
      }
      return { lines: bytes.subarray(first), links }
    }
  }
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
