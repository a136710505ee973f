// A log file that holds encrypted frames instead of lines: one frame a write, one data key an opening.
import { randomBytes } from 'node:crypto'
import { type Encryption, wrapKey } from '../cipher.js'
import type { LogFile } from './file.js'
import { type FrameWriter, frameWriter } from './frames.js'

/** A frame on its way to the disk, and how many clear bytes it stands for. */
interface Unfinished {
  readonly bytes: Buffer
  readonly clear: number
  readonly opening: number
  offset: number
}

/** Encrypts what is written to a file. A full disk may tear a frame: the rest of it follows, or the whole again in a new file. */
export function encryptFile(file: LogFile, encryption: Encryption): LogFile {
  const keys = keySupply(encryption)
  let frames: FrameWriter | undefined
  let opening = 0
  let unfinished: Unfinished | undefined

  function begin(clear: Buffer): Unfinished {
    let head = ''
    if (!frames || opening !== file.openings()) {
      const { key, wrapped } = keys.take()
      frames = frameWriter(encryption, key, wrapped)
      opening = file.openings()
      head = frames.head
    }
    const frame = frames.frame(clear)
    return { bytes: head === '' ? frame : Buffer.concat([Buffer.from(head), frame]), clear: clear.length, opening, offset: 0 }
  }

  return {
    ...file,
    write(buffer, offset, length) {
      // Opens the file, so that it is known which opening this frame belongs to.
      file.size()
      if (unfinished && unfinished.opening !== file.openings()) {
        unfinished = undefined
        frames = undefined
      }
      const frame = (unfinished ??= begin(buffer.subarray(offset, offset + length)))
      while (frame.offset < frame.bytes.length) frame.offset += file.write(frame.bytes, frame.offset, frame.bytes.length - frame.offset)
      unfinished = undefined
      return frame.clear
    }
  }
}

interface DataKey {
  readonly key: Buffer
  readonly wrapped: string
}

/** Data keys with their wrapped form. A service that wraps takes its time, so the next one is asked for in advance. */
function keySupply(encryption: Encryption): { take(): DataKey } {
  let next: DataKey | undefined
  let asked = false
  let failure: unknown

  function ask(): void {
    if (asked) return
    asked = true
    const key = randomBytes(32)
    Promise.resolve()
      .then(() => wrapKey(encryption, key))
      .then(
        (wrapped) => {
          next = { key, wrapped }
          failure = undefined
        },
        (error: unknown) => {
          failure = error ?? new Error('no reason was given')
        }
      )
      .finally(() => {
        asked = false
      })
  }

  if (encryption.wrap) ask()
  return {
    take() {
      if (!encryption.wrap) {
        const key = randomBytes(32)
        return { key, wrapped: wrapKey(encryption, key) as string }
      }
      const ready = next
      next = undefined
      ask()
      if (ready) return ready
      // The writer keeps the lines and comes again: soon when the answer is on its way, later when it was no.
      if (failure === undefined) throw Object.assign(new Error('the key is on its way'), { code: 'EAGAIN' })
      throw Object.assign(new Error(`no key: ${String((failure as Error).message ?? failure)}`), { code: 'EKEY' })
    }
  }
}
