// AES-256-GCM for files that are written in frames: one data key each time a file is opened, kept wrapped in the file.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { RagError } from '@rag/core'
import { keyBytes } from './key-bytes.js'

/** How a file is encrypted: with a key, or with a service that wraps keys. */
export interface Encryption {
  /** Says which key wrapped the data key; written in clear. */
  keyId: string
  /** The wrapping key, 32 bytes or more. */
  key?: string | Uint8Array
  /** Older wrapping keys by id, for reading. */
  keys?: Readonly<Record<string, string | Uint8Array>>
  /** Wraps a data key, such as by a KMS; with `unwrap` instead of `key`. */
  wrap?(dataKey: Buffer, keyId: string): Promise<string> | string
  unwrap?(wrapped: string, keyId: string): Promise<Uint8Array> | Uint8Array
}

/** Encrypts or decrypts frames of one opening of a file. */
export interface FrameCipher {
  readonly key: Buffer
  readonly context: string
}

const IV = 12
const TAG = 16

/** A data key as it stands in the file; at once with a key, later with a service. */
export function wrapKey({ keyId, key, wrap }: Encryption, dataKey: Buffer): Promise<string> | string {
  if (wrap) return wrap(dataKey, keyId)
  return encrypt(wrappingKey(key), randomBytes(IV), dataKey, keyId).toString('base64')
}

/**
 * Checks an encryption before anything is written with it.
 *
 * @throws RagError `RAG_LOGGER_AUDIT_KEY`, `RAG_LOGGER_OPTION`
 */
export function checkEncryption(option: string, encryption: Encryption): void {
  const { keyId, key, wrap, unwrap } = encryption
  if (typeof keyId !== 'string' || !/^[^"\\\p{Cc}]{1,200}$/u.test(keyId)) {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: `${option}.keyId`,
      value: keyId,
      problem: 'this is no name of a key',
      fix: 'give a short text, such as k1'
    })
  }
  if (!wrap) keyBytes(`${option}.key`, key)
  else if (!unwrap) {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: `${option}.unwrap`,
      problem: 'what is wrapped could not be read again',
      fix: 'give `unwrap` beside `wrap`'
    })
  }
}

export async function unwrapKey({ keyId: current, key, keys, unwrap }: Encryption, wrapped: string, keyId: string): Promise<Buffer> {
  if (unwrap) return Buffer.from(await unwrap(wrapped, keyId))
  return decrypt(wrappingKey(keyId === current ? key : keys?.[keyId]), fromBase64(wrapped), keyId)
}

/** A frame. Its number is the nonce: a data key lives for one opening, so it never comes twice. */
export function encryptFrame({ key, context }: FrameCipher, number: number, plain: Buffer): Buffer {
  const iv = Buffer.alloc(IV)
  iv.writeBigUInt64BE(BigInt(number), IV - 8)
  return encrypt(key, iv, plain, `${context}:${number}`)
}

/** @throws for anything but the very frame that was written at this place */
export function decryptFrame({ key, context }: FrameCipher, number: number, frame: string): Buffer {
  return decrypt(key, fromBase64(frame), `${context}:${number}`)
}

function encrypt(key: Buffer, iv: Buffer, plain: Buffer, context: string): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(context))
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, bytes: Buffer, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV), { authTagLength: TAG })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG))
  return Buffer.concat([decipher.update(bytes.subarray(IV, bytes.length - TAG)), decipher.final()])
}

/** Base64 has several spellings of the same bytes; only the one we write is taken. */
function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length < IV + TAG || bytes.toString('base64') !== text) throw new Error('not a frame')
  return bytes
}

function wrappingKey(key: string | Uint8Array | undefined): Buffer {
  if (key === undefined) throw new Error('no key of this id')
  return createHash('sha256').update(key).digest()
}
