// Writes protobuf fields into one growing buffer; https://protobuf.dev/programming-guides/encoding/
import type { AttributeValue } from '@opentelemetry/api'
import type { AttributeSink } from '../span/sink.js'

const MOST_KEYS = 2000
const MOST_VALUES = 5000
const SHORT = 48
// A key as field 1 of a KeyValue, and a whole KeyValue for values of small sets: the same bytes over and over.
const keys = new Map<string, Uint8Array>()
const known = new Map<string, Map<string, Uint8Array>>()
let knownCount = 0

export class Writer implements AttributeSink {
  bytes: Buffer
  position = 0
  /** Tag of the field that {@link put} writes: attributes of a span, an event, a link or a resource. */
  private tag = 0x4a

  constructor(size = 16_384) {
    this.bytes = Buffer.allocUnsafe(size)
  }

  reserve(size: number): void {
    if (this.position + size <= this.bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.position + size))
    this.bytes.copy(grown, 0, 0, this.position)
    this.bytes = grown
  }

  varint(value: number): void {
    while (value > 0x7f) {
      this.bytes[this.position++] = (value % 0x80) | 0x80
      value = Math.floor(value / 0x80)
    }
    this.bytes[this.position++] = value
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    const { bytes: target } = this
    let { position } = this
    if (bytes.length > 96) {
      target.set(bytes, position)
      position += bytes.length
    } else for (let index = 0; index < bytes.length; index++) target[position++] = bytes[index]!
    this.position = position
  }

  /** A nested message: call, write its fields, then {@link close} with what this returned. */
  open(tag: number): number {
    this.reserve(16)
    this.bytes[this.position++] = tag
    return this.position++
  }

  close(start: number): void {
    const size = this.position - start - 1
    const extra = size < 0x80 ? 0 : size < 0x4000 ? 1 : size < 0x200000 ? 2 : 3
    if (extra > 0) {
      this.reserve(extra)
      this.bytes.copyWithin(start + 1 + extra, start + 1, this.position)
    }
    const end = this.position + extra
    this.position = start
    this.varint(size)
    this.position = end
  }

  text(tag: number, value: string): void {
    const { length } = value
    if (length < SHORT) {
      this.reserve(length + 8)
      const { bytes, position } = this
      bytes[position] = tag
      bytes[position + 1] = length
      let index = 0
      for (; index < length; index++) {
        const code = value.charCodeAt(index)
        if (code > 0x7f) break
        bytes[position + 2 + index] = code
      }
      if (index === length) {
        this.position = position + 2 + length
        return
      }
    }
    const size = Buffer.byteLength(value)
    this.reserve(size + 8)
    this.bytes[this.position++] = tag
    this.varint(size)
    this.position += this.bytes.write(value, this.position, 'utf8')
  }

  hex(tag: number, value: string): void {
    this.reserve(24)
    const { bytes } = this
    bytes[this.position++] = tag
    bytes[this.position++] = value.length >> 1
    for (let index = 0; index < value.length; index += 2) {
      bytes[this.position++] = (digit(value.charCodeAt(index)) << 4) | digit(value.charCodeAt(index + 1))
    }
  }

  /** Unix milliseconds as fixed64 nanoseconds, exact to the fraction a double has. */
  nanos(tag: number, milliseconds: number): void {
    this.reserve(9)
    const whole = Math.floor(milliseconds)
    const high = Math.floor(whole / 0x10000) * 1_000_000
    const low = (high % 0x10000) * 0x10000 + (whole % 0x10000) * 1_000_000 + Math.round((milliseconds - whole) * 1_000_000)
    this.bytes[this.position++] = tag
    this.bytes.writeUInt32LE(low % 0x100000000, this.position)
    this.bytes.writeUInt32LE(Math.floor(high / 0x10000) + Math.floor(low / 0x100000000), this.position + 4)
    this.position += 8
  }

  fixed32(tag: number, tagHigh: number, value: number): void {
    this.reserve(6)
    this.bytes[this.position++] = tag
    this.bytes[this.position++] = tagHigh
    this.bytes.writeUInt32LE(value, this.position)
    this.position += 4
  }

  fixed32Short(tag: number, value: number): void {
    this.reserve(5)
    this.bytes[this.position++] = tag
    this.bytes.writeUInt32LE(value, this.position)
    this.position += 4
  }

  number(tag: number, value: number): void {
    this.reserve(11)
    this.bytes[this.position++] = tag
    this.varint(value)
  }

  /** Writes attributes with another field tag while `fn` runs. */
  tagged(tag: number, fn: () => void): void {
    const before = this.tag
    this.tag = tag
    fn()
    this.tag = before
  }

  put = (key: string, value: AttributeValue | null | undefined): void => {
    if (value === undefined || value === null) return
    const start = this.open(this.tag)
    this.key(key)
    const inner = this.open(0x12)
    this.value(value)
    this.close(inner)
    this.close(start)
  }

  known = (key: string, value: string | undefined): void => {
    if (value === undefined) return
    if (this.tag !== 0x4a) return this.put(key, value)
    const bytes = known.get(key)?.get(value)
    if (bytes) return this.raw(bytes)
    const start = this.position
    this.put(key, value)
    if (knownCount >= MOST_VALUES || value.length > 256) return
    let values = known.get(key)
    if (!values) known.set(key, (values = new Map()))
    values.set(value, Uint8Array.prototype.slice.call(this.bytes, start, this.position))
    knownCount++
  }

  private key(key: string): void {
    const bytes = keys.get(key)
    if (bytes) return this.raw(bytes)
    const start = this.position
    this.text(0x0a, key)
    if (keys.size < MOST_KEYS) keys.set(key, Uint8Array.prototype.slice.call(this.bytes, start, this.position))
  }

  private value(value: AttributeValue | null | undefined): void {
    if (typeof value === 'string') return this.text(0x0a, value)
    if (typeof value === 'number') {
      if (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)) return this.number(0x18, value)
      this.reserve(16)
      if (Number.isSafeInteger(value) && value < 0) {
        this.bytes[this.position++] = 0x18
        // Negative int64: two's complement in ten bytes.
        let rest = BigInt.asUintN(64, BigInt(value))
        for (let index = 0; index < 9; index++) {
          this.bytes[this.position++] = Number(rest & 0x7fn) | 0x80
          rest >>= 7n
        }
        this.bytes[this.position++] = Number(rest)
        return
      }
      this.bytes[this.position++] = 0x21
      this.position = this.bytes.writeDoubleLE(value, this.position)
      return
    }
    if (typeof value === 'boolean') return this.number(0x10, value ? 1 : 0)
    if (!Array.isArray(value)) return
    const list = this.open(0x2a)
    for (const item of value as unknown[]) {
      const inner = this.open(0x0a)
      this.value(item as AttributeValue)
      this.close(inner)
    }
    this.close(list)
  }
}

function digit(code: number): number {
  return code < 58 ? code - 48 : (code | 0x20) - 87
}
