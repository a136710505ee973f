// The chain of an audit log: each line ends with an HMAC over its text and the HMAC of the line before.
import { createHash, hash } from 'node:crypto'
import { RagError } from '@rag/core'

const BLOCK = 64
const LINK = 64
const FIELD = ',"mac":"'
const FIELD_BYTES = Buffer.from(FIELD)
/** `,"mac":"` + 64 hex digits + `"}` */
const TAIL = FIELD.length + LINK + 2

/** Bytes before a line that its HMAC needs: one block of the key, and the link before. What stood there is overwritten. */
export const MARGIN = BLOCK + LINK

/** The link before the first line of a file. */
export const GENESIS = '0'.repeat(LINK)

/** HMAC-SHA-256 (RFC 2104) over the link before and the text in `bytes`, which has {@link MARGIN} bytes to spare before `from`. */
export type Mac = (previous: string, bytes: Buffer, from: number, to: number) => string

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

/** Two one-shot hashes over prepared pads, on the bytes where they lie; a third of the time of a `createHmac` object a record. */
export function createMac(key: Buffer): Mac {
  const block = Buffer.alloc(BLOCK)
  ;(key.length > BLOCK ? createHash('sha256').update(key).digest() : key).copy(block)
  const inner = Buffer.alloc(BLOCK)
  const outer = Buffer.alloc(BLOCK + 32)
  for (let index = 0; index < BLOCK; index++) {
    inner[index] = block[index]! ^ 0x36
    outer[index] = block[index]! ^ 0x5c
  }
  return (previous, bytes, from, to) => {
    const start = from - MARGIN
    inner.copy(bytes, start)
    bytes.write(previous, start + BLOCK, LINK, 'latin1')
    outer.write(hash('sha256', bytes.subarray(start, to), 'binary'), BLOCK, 32, 'latin1')
    return hash('sha256', outer, 'hex')
  }
}

/** Puts the next link on the text of a JSON object without its closing brace. */
export type Seal = (previous: string, body: string) => { line: string; link: string }

export function createSeal(mac: Mac): Seal {
  let bytes = Buffer.allocUnsafeSlow(4096)
  return (previous, body) => {
    if (MARGIN + body.length * 3 > bytes.length) bytes = Buffer.allocUnsafeSlow(2 * (MARGIN + body.length * 3))
    const link = mac(previous, bytes, MARGIN, MARGIN + bytes.write(body, MARGIN))
    return { line: body + FIELD + link + '"}\n', link }
  }
}

/** Where the HMAC of a line begins, the line feed left out; -1 when it has none. */
export function macAt(bytes: Buffer, from: number, to: number): number {
  const at = to - TAIL
  if (at <= from || bytes[to - 1] !== 0x7d || bytes[to - 2] !== 0x22) return -1
  for (let index = 0; index < FIELD_BYTES.length; index++) if (bytes[at + index] !== FIELD_BYTES[index]) return -1
  return at
}

/** The HMAC that a line claims, as {@link macAt} found it. */
export function macOf(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at + FIELD.length, at + FIELD.length + LINK)
}
