// One entry as it lies in Redis: a head of fixed layout that our scripts read too, the tags, the payload.
import { crc32 } from 'node:zlib'
import { decodeValue, type EncodedValue } from './values.js'

/**
 * Big-endian: 0 magic · 1 format · 2 flags · 3 type · 4 epoch u32 · 8 seq f64 · 16 freshUntil f64 (clock of Redis, ms) · 24 storedAt f64 ·
 * 32 cost f32 (NaN: none) · 36 length of the tags u16 · 38 reserved · 40 CRC-32 u32 · 44 tags as JSON · payload
 */
const HEAD = 44
const CHECKSUM = 40
const MAGIC = 0x52
const NO_TAGS: readonly string[] = []
const FORMAT = 1
export const FLAG_COMPRESSED = 1
export const FLAG_ENCRYPTED = 2
const FLAG_TOMBSTONE = 4

export interface RecordHead {
  readonly flags: number
  readonly type: number
  readonly epoch: number
  readonly seq: number
  readonly freshUntil: number
  readonly storedAt: number
  readonly cost: number | undefined
  readonly tags: readonly string[]
}
export interface StoredRecord extends RecordHead {
  readonly value: unknown
}

/** Turns payloads into what may lie in Redis and back; both may throw. `vouched` is what encryption vouches for besides the payload. */
export interface PayloadGate {
  seal(encoded: EncodedValue, vouched: () => Uint8Array): { flags: number; payload: Uint8Array }
  open(flags: number, payload: Uint8Array<ArrayBuffer>, vouched: () => Uint8Array): Uint8Array<ArrayBuffer>
}

/** Encryption vouches for the key too, so that nobody can lay the value of one key under another. */
export function encodeRecord(head: Omit<RecordHead, 'flags' | 'type'>, encoded: EncodedValue, gate: PayloadGate, key = ''): Buffer {
  const tags = head.tags.length > 0 ? Buffer.from(JSON.stringify(head.tags)) : undefined
  if (tags && tags.length > 0xffff) throw new RangeError('too many tags')
  const start = HEAD + (tags?.length ?? 0)
  const { flags, payload } = gate.seal(encoded, () => {
    const top = Buffer.alloc(start)
    writeHead(top, 0, encoded.type, head, tags)
    return Buffer.concat([top.subarray(4), Buffer.from(key)])
  })
  const bytes = room(start + payload.length)
  writeHead(bytes, flags, encoded.type, head, tags)
  bytes.set(payload, start)
  bytes.writeUInt32BE(crc32(bytes), CHECKSUM)
  return bytes
}

const SLAB = 512 * 1024
let slab = Buffer.alloc(0)
let used = 0

/** Memory for one record; many share a large piece, because each piece outside the heap costs the collector. */
function room(size: number): Buffer {
  if (size > SLAB / 8) return Buffer.allocUnsafe(size)
  if (used + size > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB)
    used = 0
  }
  used += size
  return slab.subarray(used - size, used)
}

/** Marks a deleted key, so that a load that began before cannot write. */
export function encodeTombstone(epoch: number, seq: number): Buffer {
  const bytes = Buffer.alloc(HEAD)
  writeHead(bytes, FLAG_TOMBSTONE, 0, { epoch, seq, freshUntil: 0, storedAt: 0, cost: undefined })
  bytes.writeUInt32BE(crc32(bytes), CHECKSUM)
  return bytes
}

/** @throws for foreign, foreign-version, corrupt and wrongly encrypted bytes; undefined for a tombstone. */
export function decodeRecord(bytes: Buffer, gate: PayloadGate, key = ''): StoredRecord | undefined {
  if (bytes.length < HEAD || bytes[0] !== MAGIC) throw new TypeError('these bytes are not ours')
  if (bytes[1] !== FORMAT) throw new TypeError(`unknown format ${bytes[1]}`)
  const start = HEAD + bytes.readUInt16BE(36)
  if (bytes.length < start) throw new RangeError('cut off')
  if (!isWhole(bytes)) throw new RangeError('corrupt')
  const payload = own(bytes, start)
  const flags = bytes[2]!
  if (flags & FLAG_TOMBSTONE) return undefined
  const cost = bytes.readFloatBE(32)
  const type = bytes[3]!
  const open = gate.open(flags, payload, () => Buffer.concat([sealedHead(bytes, start), Buffer.from(key)]))
  return {
    flags,
    type,
    epoch: bytes.readUInt32BE(4),
    seq: bytes.readDoubleBE(8),
    freshUntil: bytes.readDoubleBE(16),
    storedAt: bytes.readDoubleBE(24),
    cost: Number.isNaN(cost) ? undefined : cost,
    tags: start > HEAD ? (JSON.parse(bytes.toString('utf8', HEAD, start)) as string[]) : NO_TAGS,
    value: decodeValue(type, open)
  }
}

/** What our script sees in a head: a record of this format that is fresh after a time. Tombstones never are. */
export function isFreshRecord(bytes: Buffer, after: number): boolean {
  return bytes.length >= HEAD && bytes[0] === MAGIC && bytes[1] === FORMAT && bytes.readDoubleBE(16) > after
}

/** What the encryption vouches for besides the payload: the head without flags and checksum, as it was while sealing. */
function sealedHead(bytes: Buffer, start: number): Uint8Array {
  const head = Buffer.from(bytes.subarray(4, start))
  head.writeUInt32BE(0, 36)
  return head
}

function writeHead(bytes: Buffer, flags: number, type: number, head: Omit<RecordHead, 'flags' | 'type' | 'tags'>, tags?: Buffer): void {
  bytes[0] = MAGIC
  bytes[1] = FORMAT
  bytes[2] = flags
  bytes[3] = type
  bytes.writeUInt32BE(head.epoch, 4)
  bytes.writeDoubleBE(head.seq, 8)
  bytes.writeDoubleBE(head.freshUntil, 16)
  bytes.writeDoubleBE(head.storedAt, 24)
  bytes.writeFloatBE(head.cost ?? Number.NaN, 32)
  bytes.writeUInt16BE(tags?.length ?? 0, 36)
  bytes.fill(0, 38, HEAD)
  if (tags) bytes.set(tags, HEAD)
}

/** A copy in memory of its own: views need alignment, and a part would keep the whole network chunk or pool alive. */
export function own(bytes: Uint8Array, start = 0): Uint8Array<ArrayBuffer> {
  const copy = Buffer.allocUnsafeSlow(bytes.length - start)
  copy.set(start === 0 ? bytes : bytes.subarray(start))
  return copy
}

/** CRC-32 over everything, with 0 in its own place. Finds corruption, not forgery. */
function isWhole(bytes: Buffer): boolean {
  const found = bytes.readUInt32BE(CHECKSUM)
  bytes.fill(0, CHECKSUM, HEAD)
  const whole = crc32(bytes) === found
  bytes.writeUInt32BE(found, CHECKSUM)
  return whole
}
