// Compression and encryption of payloads, both optional.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { RagError } from '@rag/core'
import type { EncryptionOptions } from '../types.js'
import { FLAG_COMPRESSED, FLAG_ENCRYPTED, own, type PayloadGate } from './record.js'

/** A value may not unfold to more: a few hostile bytes would fill the memory. */
const MOST_BYTES = 64 * 1024 * 1024
const IV = 12
const TAG = 16

/** @throws RagError `RAG_CACHE_ENCRYPTION` */
export function createPayloadGate(compressAbove: number | undefined, encryption: EncryptionOptions | undefined): PayloadGate {
  const cipher = encryption && createCipher(encryption)
  return {
    seal({ payload }, vouched) {
      let flags = 0
      let bytes = payload
      if (compressAbove !== undefined && bytes.length > compressAbove && bytes.length <= MOST_BYTES) {
        const packed = deflateRawSync(bytes, { level: 1 })
        if (packed.length < bytes.length) {
          bytes = packed
          flags |= FLAG_COMPRESSED
        }
      }
      if (cipher) {
        bytes = cipher.encrypt(bytes, vouched())
        flags |= FLAG_ENCRYPTED
      }
      return { flags, payload: bytes }
    },
    open(flags, payload, vouched) {
      let bytes = payload
      if (flags & FLAG_ENCRYPTED) {
        if (!cipher) throw new TypeError('encrypted, and there is no key')
        bytes = cipher.decrypt(bytes, vouched())
      } else if (cipher) throw new TypeError('not encrypted')
      if (flags & FLAG_COMPRESSED) bytes = own(inflateRawSync(bytes, { maxOutputLength: MOST_BYTES }))
      return bytes
    }
  }
}

interface Cipher {
  encrypt(bytes: Uint8Array, head: Uint8Array): Uint8Array
  decrypt(bytes: Uint8Array, head: Uint8Array): Uint8Array<ArrayBuffer>
}

/** Length of the key id · key id · iv · tag of the cipher · bytes. The head is vouched for but not hidden. */
function createCipher({ keys, active }: EncryptionOptions): Cipher {
  const byId = new Map(Object.entries(keys ?? {}).map(([id, key]) => [id, keyOf(id, key)]))
  const current = active ?? [...byId.keys()].at(-1)
  const key = current === undefined ? undefined : byId.get(current)
  if (current === undefined || !key) {
    throw new RagError('RAG_CACHE_ENCRYPTION', {
      option: 'encryption.active',
      value: active,
      problem: 'there is no key of this id',
      fix: `pass keys such as { keys: { '2026-11': key }, active: '2026-11' }`
    })
  }
  const id = Buffer.from(current)
  return {
    encrypt(bytes, head) {
      const iv = randomBytes(IV)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(head)
      const sealed = [cipher.update(bytes), cipher.final()]
      return Buffer.concat([Buffer.of(id.length), id, iv, cipher.getAuthTag(), ...sealed])
    },
    decrypt(bytes, head) {
      const start = 1 + bytes[0]!
      const known = byId.get(Buffer.from(bytes.subarray(1, start)).toString())
      if (!known) throw new TypeError('encrypted with a key that is not ours')
      const decipher = createDecipheriv('aes-256-gcm', known, bytes.subarray(start, start + IV)).setAAD(head)
      decipher.setAuthTag(bytes.subarray(start + IV, start + IV + TAG))
      return own(Buffer.concat([decipher.update(bytes.subarray(start + IV + TAG)), decipher.final()]))
    }
  }
}

function keyOf(id: string, key: Uint8Array | string): Buffer {
  const bytes = typeof key === 'string' ? Buffer.from(key, 'base64') : Buffer.from(key ?? [])
  if (bytes.length === 32 && id.length > 0 && id.length < 64) return bytes
  throw new RagError('RAG_CACHE_ENCRYPTION', {
    option: 'encryption.keys',
    problem: `the key "${id}" has ${bytes.length} bytes`,
    fix: 'give 32 random bytes as a Buffer or as base64, under a short id'
  })
}
