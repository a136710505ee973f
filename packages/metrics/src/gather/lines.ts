// Lines of text over a socket.
import type { Socket } from 'node:net'

/** Longest line that is read; far above what 10 000 label sets need. */
export const MAX_LINE = 64 * 2 ** 20

/** Hands over each line; one that `take` cannot read is left out. */
export function readLines(socket: Socket, take: (line: string) => void): void {
  let pieces: string[] = []
  let size = 0
  socket.setEncoding('utf8')
  socket.on('data', (piece: string) => {
    const lines = piece.split('\n')
    for (let index = 0; index < lines.length; index++) {
      pieces.push(lines[index]!)
      size += lines[index]!.length
      if (size > MAX_LINE) return void socket.destroy()
      if (index === lines.length - 1) break
      const line = pieces.join('')
      pieces = []
      size = 0
      try {
        take(line)
      } catch {
        // Not one of our lines.
      }
    }
  })
  socket.on('error', () => {})
}
