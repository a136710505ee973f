// Writes protocol buffers; https://protobuf.dev/programming-guides/encoding/

const VARINT = 0
const FIXED64 = 1
const BYTES = 2

export class Wire {
  private buffer = Buffer.allocUnsafe(256)
  private length = 0

  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length)
  }

  /** A whole number that is not negative, up to 2^53. */
  uint(field: number, value: number): this {
    this.varint(field * 8 + VARINT)
    return this.varint(value)
  }

  /** A whole number with its sign, as `sint32` and `sint64` hold it. */
  sint(field: number, value: number): this {
    return this.uint(field, value < 0 ? -2 * value - 1 : 2 * value)
  }

  double(field: number, value: number): this {
    this.varint(field * 8 + FIXED64)
    this.reserve(8)
    this.length = this.buffer.writeDoubleLE(value, this.length)
    return this
  }

  text(field: number, value: string): this {
    return this.block(field, Buffer.from(value))
  }

  message(field: number, fill: (wire: Wire) => void): this {
    const inner = new Wire()
    fill(inner)
    return this.block(field, inner.bytes())
  }

  block(field: number, bytes: Uint8Array): this {
    this.varint(field * 8 + BYTES)
    return this.delimited(bytes)
  }

  /** The length of the bytes, then the bytes. */
  delimited(bytes: Uint8Array): this {
    this.varint(bytes.length)
    return this.raw(bytes)
  }

  raw(bytes: Uint8Array): this {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.length)
    this.length += bytes.length
    return this
  }

  private varint(value: number): this {
    this.reserve(10)
    let rest = value
    while (rest >= 0x80) {
      this.buffer[this.length++] = (rest % 0x80) + 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.buffer[this.length++] = rest
    return this
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + count))
    grown.set(this.bytes())
    this.buffer = grown
  }
}
