// The frames of an encrypted log file as they stand on the disk, each a line, behind the wrapped key of their opening.
import { randomBytes } from 'node:crypto'
import { decryptFrame, type Encryption, encryptFrame, type FrameCipher, unwrapKey } from '../cipher.js'

export const KEY_LINE = /^\{"segment":"([0-9a-f]{32})","keyId":("[^"\\]{1,200}"),"wrapped":"([^"\\]+)"\}$/
const FRAME_LINE = /^\{"frame":(0|[1-9]\d{0,15}),"data":"([A-Za-z0-9+/=]+)"\}$/

const FRAME_END = '"}\n'
/** A multiple of 3, so that no padding stands in between. */
const PIECE = 12_288

/** Turns lines that are written together into a frame. */
export interface FrameWriter {
  /** What stands before the first frame of this opening. */
  readonly head: string
  frame(lines: Buffer): Buffer
}

/** A writer with a data key of its own. */
export function frameWriter(encryption: Encryption, key: Buffer, wrapped: string): FrameWriter {
  const segment = randomBytes(16).toString('hex')
  const cipher: FrameCipher = { key, context: segment }
  let number = 0
  return {
    head: `{"segment":"${segment}","keyId":${JSON.stringify(encryption.keyId)},"wrapped":"${wrapped}"}\n`,
    frame: (lines) => frameLine(number, encryptFrame(cipher, number++, lines))
  }
}

/** Base64 piece by piece: one string of a large frame costs more than all its encryption. */
function frameLine(number: number, data: Buffer): Buffer {
  const start = `{"frame":${number},"data":"`
  const line = Buffer.allocUnsafe(start.length + 4 * Math.ceil(data.length / 3) + FRAME_END.length)
  let at = line.write(start, 'latin1')
  for (let from = 0; from < data.length; from += PIECE) at += line.write(data.toString('base64', from, from + PIECE), at, 'latin1')
  line.write(FRAME_END, at, 'latin1')
  return line
}

/** Reads what is written back. */
export interface FrameReader {
  /** The clear lines behind one line of the file; undefined for a key. @throws when the line is not what was written there */
  read(line: string): Buffer | undefined | Promise<undefined>
}

export function openFrameReader(encryption: Encryption | undefined): FrameReader {
  let cipher: FrameCipher | undefined
  let next = 0
  return {
    read(line) {
      const key = KEY_LINE.exec(line)
      if (key) {
        if (!encryption) throw new Error('the file is encrypted and no key was given')
        return (async () => {
          cipher = { key: await unwrapKey(encryption, key[3]!, JSON.parse(key[2]!) as string), context: key[1]! }
          next = 0
          return undefined
        })()
      }
      const frame = FRAME_LINE.exec(line)
      if (!frame) {
        if (encryption) throw new Error('not a frame')
        return Buffer.from(`${line}\n`)
      }
      if (!cipher || Number(frame[1]) !== next) throw new Error('a frame is missing, doubled or moved')
      return decryptFrame(cipher, next++, frame[2]!)
    }
  }
}
