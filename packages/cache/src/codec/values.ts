// Values as bytes: buffers and numbers as they are, the rest by the structured clone of V8, so that every type comes back as it was.
import { deserialize, serialize } from 'node:v8'

const STRUCTURED = 255
const SIMPLE = [undefined, null, false, true] as const
const NUMBER = 4
const TEXT = 5
const BUFFER = 6
/** Index + 7 is the type code; the order is part of the format. */
const VIEWS = [
  Uint8Array,
  Float32Array,
  Float64Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array
] as const
const FIRST_VIEW = 7
const EMPTY = Buffer.alloc(0)

export interface EncodedValue {
  readonly type: number
  readonly payload: Uint8Array
}

/** Whether UTF-8 can say a text. Every Node that we run on has the method; the library of types we compile with is older. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

/** @throws what V8 throws for functions and other things that have no bytes. */
export function encodeValue(value: unknown): EncodedValue {
  // UTF-8 has no halves of a pair: a text that was cut inside one goes as V8 has it.
  if (typeof value === 'string' && isWellFormed(value)) return { type: TEXT, payload: Buffer.from(value, 'utf8') }
  const simple = SIMPLE.indexOf(value as undefined)
  if (simple >= 0) return { type: simple, payload: EMPTY }
  if (typeof value === 'number') {
    const payload = Buffer.alloc(8)
    payload.writeDoubleBE(value)
    return { type: NUMBER, payload }
  }
  if (Buffer.isBuffer(value)) return { type: BUFFER, payload: value }
  if (ArrayBuffer.isView(value)) {
    const view = VIEWS.findIndex((kind) => Object.getPrototypeOf(value) === kind.prototype)
    if (view >= 0) return { type: FIRST_VIEW + view, payload: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) }
  }
  return { type: STRUCTURED, payload: serialize(value) }
}

/**
 * The payload must be the caller's own memory, 8-byte aligned: views are laid over it.
 *
 * @throws when the bytes are not of that type.
 */
export function decodeValue(type: number, payload: Uint8Array<ArrayBuffer>): unknown {
  if (type < SIMPLE.length) return SIMPLE[type]
  const { buffer, byteOffset, byteLength } = payload
  if (type === TEXT) return Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
  if (type === NUMBER) return Buffer.from(buffer, byteOffset, byteLength).readDoubleBE(0)
  if (type === BUFFER) return Buffer.from(buffer, byteOffset, byteLength)
  if (type === STRUCTURED) return deserialize(Buffer.from(buffer, byteOffset, byteLength)) as unknown
  const View = VIEWS[type - FIRST_VIEW]
  if (!View) throw new TypeError(`unknown type ${type}`)
  return new View(buffer, byteOffset, byteLength / View.BYTES_PER_ELEMENT)
}
