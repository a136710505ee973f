// Reads a file line by line with little memory, and says what stands behind the last line feed.
import { open } from 'node:fs/promises'

const CHUNK = 1024 * 1024

export interface ScannedLine {
  readonly text: string
  /** Where the line ends in the file, behind its line feed. */
  readonly end: number
}

/** The complete lines of a file, in groups as they were read. Returns the number of bytes of an incomplete last line. */
export async function* scanLines(file: string): AsyncGenerator<readonly ScannedLine[], number> {
  const handle = await open(file, 'r')
  try {
    let rest: Buffer = Buffer.alloc(0)
    let start = 0
    const { size } = await handle.stat()
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(size, 1)))
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, null)
      if (bytesRead === 0) return rest.length
      const bytes = rest.length === 0 ? chunk.subarray(0, bytesRead) : Buffer.concat([rest, chunk.subarray(0, bytesRead)])
      const lines: ScannedLine[] = []
      let from = 0
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
        // Bytes that are no UTF-8 must not look like those that are.
        lines.push({ text: textOf(bytes.subarray(from, at)), end: start + at + 1 })
        from = at + 1
      }
      rest = Buffer.from(bytes.subarray(from))
      start += from
      if (lines.length > 0) yield lines
    }
  } finally {
    await handle.close()
  }
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString()
  return text.includes('\ufffd') && !bytes.equals(Buffer.from(text)) ? bytes.toString('latin1') : text
}
