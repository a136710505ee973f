// Encrypted lines under one data key, which stands wrapped in a line before them.
import { randomBytes } from 'node:crypto'
import { decryptFrame, type Encryption, encryptFrame, type FrameCipher, unwrapKey, wrapKey } from '../cipher.js'
import { createRoom } from './room.js'

/** Said by the first line of every log. */
export const FORMAT = 'rag-audit/3'

export interface Segment {
  /** The line of the key, without its closing brace. */
  readonly text: string
  encrypt(clear: string): string
}

interface KeyLine {
  readonly segment: string
  readonly keyId: string
  readonly wrapped: string
}

export async function beginSegment(encryption: Encryption): Promise<Segment> {
  const key = randomBytes(32)
  const segment = randomBytes(16).toString('hex')
  const line: KeyLine = { segment, keyId: encryption.keyId, wrapped: await wrapKey(encryption, key) }
  const cipher: FrameCipher = { key, context: segment }
  const bytesOf = createRoom()
  let number = 0
  return {
    text: JSON.stringify({ format: FORMAT, ...line }).slice(0, -1),
    encrypt: (clear) => encryptFrame(cipher, number++, bytesOf(clear)).toString('base64')
  }
}

/** Decrypts what follows a line of a key, in order. @throws for anything else than what was written there */
export async function reopenSegment(encryption: Encryption, text: string): Promise<(data: string) => Buffer> {
  const { segment, keyId, wrapped } = JSON.parse(`${text}}`) as KeyLine
  const cipher: FrameCipher = { key: await unwrapKey(encryption, wrapped, keyId), context: segment }
  let number = 0
  return (data) => decryptFrame(cipher, number++, data)
}
