// The chain of an audit log: each line ends with an HMAC over its text and the HMAC of the line before.
import { createHash, createHmac, hash } from 'node:crypto'
import { RagError } from '@rag/core'

const BLOCK = 64
const FIELD = ',"mac":"'
/** `,"mac":"` + 64 hex digits + `"}` */
const TAIL = FIELD.length + 64 + 2

/** HMAC-SHA-256 (RFC 2104) over a text and the link before it. */
export type Mac = (previous: string, body: string) => string

/** A line taken apart. */
export interface Link {
  readonly body: string
  readonly mac: string
}

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

/** Two one-shot hashes over prepared pads; a third of the time of a `createHmac` object a record. */
export function createMac(key: Buffer): Mac {
  if (typeof hash !== 'function') return (previous, body) => createHmac('sha256', key).update(previous).update(body).digest('hex')
  const block = Buffer.alloc(BLOCK)
  ;(key.length > BLOCK ? createHash('sha256').update(key).digest() : key).copy(block)
  const outer = Buffer.alloc(BLOCK + 32)
  let inner = Buffer.alloc(4096)
  for (let index = 0; index < BLOCK; index++) {
    inner[index] = block[index]! ^ 0x36
    outer[index] = block[index]! ^ 0x5c
  }
  return (previous, body) => {
    const needed = BLOCK + 64 + body.length * 3
    if (needed > inner.length) inner = Buffer.concat([inner.subarray(0, BLOCK), Buffer.alloc(needed)])
    let end = BLOCK + inner.write(previous, BLOCK, 'latin1')
    end += inner.write(body, end)
    outer.write(hash('sha256', inner.subarray(0, end), 'hex'), BLOCK, 'hex')
    return hash('sha256', outer, 'hex')
  }
}

/** The link before the first line of a file. */
export const GENESIS = '0'.repeat(64)

/** Puts the next link on a JSON object. */
export function seal(mac: Mac, previous: string, json: string): { line: string; link: string } {
  const body = json.slice(0, -1)
  const link = mac(previous, body)
  return { line: body + FIELD + link + '"}\n', link }
}

/** Takes a line apart; undefined when it is none. */
export function open(line: string): Link | undefined {
  const at = line.length - TAIL
  if (at < 1 || !line.startsWith(FIELD, at) || !line.endsWith('"}')) return undefined
  return { body: line.slice(0, at), mac: line.slice(at + FIELD.length, -2) }
}
