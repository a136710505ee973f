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
  const top = Buffer.alloc(start)
  writeHead(top, { ...head, flags: 0, type: encoded.type }, tags?.length ?? 0)
  if (tags) top.set(tags, HEAD)
  const { flags, payload } = gate.seal(encoded, () => Buffer.concat([top.subarray(4), Buffer.from(key)]))
  top[2] = flags
  const bytes = room(start + payload.length)
  bytes.set(top, 0)
  bytes.set(payload, start)
  bytes.writeUInt32BE(checksum(bytes), CHECKSUM)
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
  writeHead(bytes, { flags: FLAG_TOMBSTONE, type: 0, epoch, seq, freshUntil: 0, storedAt: 0, cost: undefined, tags: [] }, 0)
  bytes.writeUInt32BE(checksum(bytes), CHECKSUM)
  return bytes
}

/** @throws for foreign, foreign-version, corrupt and wrongly encrypted bytes; undefined for a tombstone. */
export function decodeRecord(bytes: Buffer, gate: PayloadGate, key = ''): StoredRecord | undefined {
  if (bytes.length < HEAD || bytes[0] !== MAGIC) throw new TypeError('these bytes are not ours')
  if (bytes[1] !== FORMAT) throw new TypeError(`unknown format ${bytes[1]}`)
  const start = HEAD + bytes.readUInt16BE(36)
  if (bytes.length < start) throw new RangeError('cut off')
  if (bytes.readUInt32BE(CHECKSUM) !== checksum(bytes)) throw new RangeError('corrupt')
  const payload = own(bytes.subarray(start))
  const flags = bytes[2]!
  if (flags & FLAG_TOMBSTONE) return undefined
  const cost = bytes.readFloatBE(32)
  const head = {
    flags,
    type: bytes[3]!,
    epoch: bytes.readUInt32BE(4),
    seq: bytes.readDoubleBE(8),
    freshUntil: bytes.readDoubleBE(16),
    storedAt: bytes.readDoubleBE(24),
    cost: Number.isNaN(cost) ? undefined : cost,
    tags: start > HEAD ? (JSON.parse(bytes.toString('utf8', HEAD, start)) as string[]) : []
  }
  const open = gate.open(flags, payload, () => Buffer.concat([sealedHead(bytes, start), Buffer.from(key)]))
  return { ...head, value: decodeValue(head.type, open) }
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

function writeHead(bytes: Buffer, head: RecordHead, tagBytes: number): void {
  bytes[0] = MAGIC
  bytes[1] = FORMAT
  bytes[2] = head.flags
  bytes[3] = head.type
  bytes.writeUInt32BE(head.epoch, 4)
  bytes.writeDoubleBE(head.seq, 8)
  bytes.writeDoubleBE(head.freshUntil, 16)
  bytes.writeDoubleBE(head.storedAt, 24)
  bytes.writeFloatBE(head.cost ?? Number.NaN, 32)
  bytes.writeUInt16BE(tagBytes, 36)
}

/** A copy in memory of its own: views need alignment, and a slice would keep the whole network chunk or pool alive. */
export function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return new Uint8Array(copy.buffer)
}

/** CRC-32 over everything but its own place. Finds corruption, not forgery. */
function checksum(bytes: Buffer): number {
  return crc32(bytes.subarray(HEAD), crc32(bytes.subarray(0, CHECKSUM)))
}
