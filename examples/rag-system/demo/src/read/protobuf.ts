// Splits a protobuf message into its fields. https://protobuf.dev/programming-guides/encoding/

export interface Field {
  readonly number: number
  /** A number of any width as its bits, or the bytes of a text, bytes or message. */
  readonly value: bigint | Uint8Array
}

/** @throws Error when the message ends within a field. */
export function fieldsOf(message: Uint8Array): Field[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const fields: Field[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = Number(varint())
    const number = tag >>> 3
    const wire = tag & 7
    if (wire === 0) fields.push({ number, value: varint() })
    else if (wire === 1) {
      fields.push({ number, value: view.getBigUint64(at, true) })
      at += 8
    } else if (wire === 5) {
      fields.push({ number, value: BigInt(view.getUint32(at, true)) })
      at += 4
    } else if (wire === 2) {
      const length = Number(varint())
      if (at + length > message.length) throw new Error('the message ends within a field')
      fields.push({ number, value: message.subarray(at, at + length) })
      at += length
    } else throw new Error(`no such wire type: ${wire}`)
  }
  return fields
}
