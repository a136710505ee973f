// Random ids, made many at a time: one call of the generator for 1024 of them.
import { randomFillSync } from 'node:crypto'

const SPAN_ID_BYTES = 8
const SPAN_ID_DIGITS = SPAN_ID_BYTES * 2
const bytes = Buffer.allocUnsafe(1024 * SPAN_ID_BYTES)
let pool = ''
let position = 0

/** A random id of 32 hexadecimal digits, unique across processes, never all zeros. */
export function randomId(): string {
  return take(SPAN_ID_DIGITS * 2)
}

/** A random id of 16 hexadecimal digits, never all zeros. */
export function randomSpanId(): string {
  return take(SPAN_ID_DIGITS)
}

function take(digits: number): string {
  if (position + digits > pool.length) fill()
  const id = pool.slice(position, position + digits)
  position += digits
  return id
}

/** No eight bytes of the pool are all zero, so that no id has to be looked at. */
function fill(): void {
  randomFillSync(bytes)
  for (let at = 0; at < bytes.length; at += SPAN_ID_BYTES) {
    if (bytes.readUInt32LE(at) === 0 && bytes.readUInt32LE(at + 4) === 0) bytes[at] = 1
  }
  pool = bytes.toString('hex')
  position = 0
}

// What goes into headers and log lines unescaped must be short and plain.
const PLAIN_ID = /^[A-Za-z0-9._:+/=-]{1,128}$/

/** The caller's request id if it is short and plain, else a fresh one. A header given twice is not plain. */
export function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && PLAIN_ID.test(header) ? header : randomId()
}
