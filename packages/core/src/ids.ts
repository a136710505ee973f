// Random ids, made many at a time: one call of the generator for 512 of them.
import { randomFillSync } from 'node:crypto'

const POOL_IDS = 512
const ID_BYTES = 16
const bytes = Buffer.allocUnsafe(POOL_IDS * ID_BYTES)
let pool = ''
let position = 0

/** A random id of 32 hexadecimal digits, unique across processes, never all zeros. */
export function randomId(): string {
  if (position >= pool.length) {
    randomFillSync(bytes)
    pool = bytes.toString('hex')
    position = 0
  }
  const id = pool.slice(position, position + ID_BYTES * 2)
  position += ID_BYTES * 2
  return id === '00000000000000000000000000000000' ? randomId() : id
}

/** A random id of 16 hexadecimal digits, never all zeros. */
export function randomSpanId(): string {
  const id = randomId().slice(0, 16)
  return id === '0000000000000000' ? randomSpanId() : id
}

// What goes into headers and log lines unescaped must be short and plain.
const PLAIN_ID = /^[A-Za-z0-9._:+/=-]{1,128}$/

/** The caller's request id if it is short and plain, else a fresh one. A header given twice is not plain. */
export function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && PLAIN_ID.test(header) ? header : randomId()
}
