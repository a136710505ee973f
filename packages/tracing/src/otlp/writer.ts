// Writes protobuf fields into one growing buffer; https://protobuf.dev/programming-guides/encoding/
import type { AttributeValue } from '@opentelemetry/api'
import type { AttributeSink, Gate } from '../span/sink.js'
import { AS_IS, type Mask, maskedKey, maskedText } from '../span/values.js'
import { type KeyFields, keptText, keyField, keyFieldsFor, knownText, learnKnown, learnText } from './kept-bytes.js'

/** Texts shorter than this are written byte by byte, as long as they are ASCII. */
const SHORT = 48
/** What fits a length of one byte. */
const ONE_BYTE = 0x80
const ATTRIBUTES = 0x4a
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => (code < 58 ? code - 48 : (code | 0x20) - 87))

export class Writer implements AttributeSink {
  bytes: Buffer
  position = 0
  /** Tag of the field that {@link put} writes: attributes of a span, an event, a link or a resource. */
  private tag = ATTRIBUTES
  private keyMask: Mask = AS_IS
  private keyFields: KeyFields = keyFieldsFor(AS_IS)

  constructor(size = 16_384) {
    this.bytes = Buffer.allocUnsafe(size)
  }

  /** What names of attributes pass from now on. */
  maskKeysBy(mask: Mask): void {
    if (mask === this.keyMask) return
    this.keyMask = mask
    this.keyFields = keyFieldsFor(mask)
  }

  reserve(size: number): void {
    if (this.position + size > this.bytes.length) this.grow(size)
  }

  private grow(size: number): void {
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
    this.position = copy(bytes, this.bytes, this.position)
  }

  /** A nested message: call, write its fields, then {@link close} with what this returned. */
  open(tag: number): number {
    this.reserve(16)
    this.bytes[this.position++] = tag
    return this.position++
  }

  close(start: number): void {
    this.closeWide(start, 1)
  }

  /** As {@link open}, with room for a length of two bytes: what is that long need not be moved. */
  openWide(tag: number): number {
    this.reserve(16)
    this.bytes[this.position] = tag
    this.position += 3
    return this.position - 2
  }

  closeWide(start: number, room = 2): void {
    const size = this.position - start - room
    const needed = size < 0x80 ? 1 : size < 0x4000 ? 2 : size < 0x200000 ? 3 : 4
    if (needed !== room) {
      this.reserve(4)
      this.bytes.copyWithin(start + needed, start + room, this.position)
    }
    this.position = start
    this.varint(size)
    this.position += size
  }

  text(tag: number, value: string): void {
    const { length } = value
    if (length < SHORT) {
      this.reserve(length + 8)
      const { bytes, position } = this
      bytes[position] = tag
      bytes[position + 1] = length
      if (ascii(value, bytes, position + 2)) {
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
    let { position } = this
    bytes[position++] = tag
    bytes[position++] = value.length >> 1
    for (let index = 0; index < value.length; index += 2)
      bytes[position++] = (DIGITS[value.charCodeAt(index)]! << 4) | DIGITS[value.charCodeAt(index + 1)]!
    this.position = position
  }

  /** Unix milliseconds as fixed64 nanoseconds, exact to the fraction a double has. */
  nanos(tag: number, milliseconds: number): void {
    this.reserve(9)
    const whole = Math.floor(milliseconds)
    const upper = Math.floor(whole / 0x10000)
    const high = upper * 1_000_000
    const low = (high % 0x10000) * 0x10000 + (whole - upper * 0x10000) * 1_000_000 + Math.round((milliseconds - whole) * 1_000_000)
    const carry = Math.floor(low / 0x100000000)
    this.bytes[this.position] = tag
    this.little(low - carry * 0x100000000, this.position + 1)
    this.little(Math.floor(high / 0x10000) + carry, this.position + 5)
    this.position += 9
  }

  fixed32(tag: number, tagHigh: number, value: number): void {
    this.reserve(6)
    this.bytes[this.position++] = tag
    this.bytes[this.position++] = tagHigh
    this.little(value, this.position)
    this.position += 4
  }

  fixed32Short(tag: number, value: number): void {
    this.reserve(5)
    this.bytes[this.position++] = tag
    this.little(value, this.position)
    this.position += 4
  }

  private little(value: number, at: number): void {
    const { bytes } = this
    bytes[at] = value
    bytes[at + 1] = value >>> 8
    bytes[at + 2] = value >>> 16
    bytes[at + 3] = value >>> 24
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
    const name = keyField(this.keyFields, key, this.keyMask)
    if (name !== undefined && this.putShort(name, value)) return
    const start = this.open(this.tag)
    if (name) this.raw(name)
    else this.text(0x0a, maskedKey(key, this.keyMask))
    const inner = this.open(0x12)
    this.value(value)
    this.close(inner)
    this.close(start)
  }

  known = (key: string, value: string | undefined): void => {
    if (value === undefined) return
    if (this.tag !== ATTRIBUTES) return this.put(key, value)
    const kept = knownText(key, value)
    if (kept) return this.raw(kept)
    const start = this.position
    this.put(key, value)
    learnKnown(key, value, this.bytes, start, this.position)
  }

  given = (key: string, value: string, gate: Gate): void => {
    const kept = this.tag === ATTRIBUTES ? keptText(gate.mask, key, value) : undefined
    if (kept) return this.raw(kept)
    const masked = maskedText(value, gate.mask, gate.limits.textLength, key)
    const start = this.position
    this.put(key, masked)
    // Only what the masker leaves as it is may stay in memory.
    if (masked === value && this.tag === ATTRIBUTES) learnText(gate.mask, key, value, this.bytes, start, this.position)
  }

  /** An attribute whose lengths all fit one byte: they are known beforehand, so nothing is opened and closed. */
  private putShort(name: Uint8Array, value: AttributeValue): boolean {
    let size: number
    if (typeof value === 'string') size = value.length < SHORT ? 2 + value.length : ONE_BYTE
    else if (typeof value === 'boolean') size = 2
    else if (typeof value === 'number' && (value | 0) === value && (value > 0 || Object.is(value, 0))) size = 1 + varintSize(value)
    else return false
    const total = name.length + 2 + size
    if (total >= ONE_BYTE) return false
    this.reserve(total + 2)
    const { bytes, position } = this
    bytes[position] = this.tag
    bytes[position + 1] = total
    let at = copy(name, bytes, position + 2)
    bytes[at++] = 0x12
    bytes[at++] = size
    if (typeof value === 'string') {
      bytes[at++] = 0x0a
      bytes[at++] = value.length
      if (!ascii(value, bytes, at)) return false
      at += value.length
    } else if (typeof value === 'boolean') {
      bytes[at++] = 0x10
      bytes[at++] = value ? 1 : 0
    } else {
      bytes[at++] = 0x18
      let rest = value as number
      for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80
      bytes[at++] = rest
    }
    this.position = at
    return true
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

/** Writes a text of ASCII characters; false, with bytes behind `at` overwritten, if it is none. */
function ascii(value: string, bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    if (code > 0x7f) return false
    bytes[at + index] = code
  }
  return true
}

/** Copies and returns the position behind; a loop beats the call of `set` for what is short. */
function copy(from: Uint8Array, to: Uint8Array, at: number): number {
  const { length } = from
  if (length > 96) to.set(from, at)
  else for (let index = 0; index < length; index++) to[at + index] = from[index]!
  return at + length
}

function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5
}
