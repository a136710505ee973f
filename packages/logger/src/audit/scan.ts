// Reads a file in blocks of whole lines with little memory, and says what stands behind the last line feed.
import { open } from 'node:fs/promises'
import { MARGIN } from './chain.js'

const CHUNK = 1024 * 1024
/** No line that we write is that long; what is goes on to the end of the file as one unfinished line. */
const LONGEST_LINE = 256 * CHUNK
const LINE_FEED = 0x0a

/** Whole lines from `from` to `to`. The reader may overwrite what stands before the line that it looks at, {@link MARGIN} bytes before the first included. */
export interface Block {
  readonly bytes: Buffer
  readonly from: number
  readonly to: number
}

/** The complete lines of a file, many at a time. Returns the number of bytes of an incomplete last line. */
export async function* scanBlocks(file: string): AsyncGenerator<Block, number> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    let bytes = Buffer.allocUnsafeSlow(MARGIN + Math.min(CHUNK, Math.max(size, 1)))
    /** End of what has been read and not handed over. */
    let end = MARGIN
    for (;;) {
      if (end === bytes.length) {
        if (end > LONGEST_LINE) return size
        bytes = Buffer.concat([bytes, Buffer.allocUnsafeSlow(bytes.length)])
      }
      const { bytesRead } = await handle.read(bytes, end, bytes.length - end, null)
      if (bytesRead === 0) return end - MARGIN
      end += bytesRead
      const to = bytes.lastIndexOf(LINE_FEED, end - 1) + 1
      if (to <= MARGIN) continue
      yield { bytes, from: MARGIN, to }
      bytes.copy(bytes, MARGIN, to, end)
      end = MARGIN + end - to
    }
  } finally {
    await handle.close()
  }
}
