// Reads the status that an upgrade handler writes straight to its socket.
import type { Duplex } from 'node:stream'

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})/

/** Calls `seen` with the status of the first bytes written, then leaves the socket as it was. */
export function sniffStatus(socket: Duplex, seen: (status: number) => void): void {
  const { write, end } = socket
  const look = (chunk: unknown): void => {
    socket.write = write
    socket.end = end
    const head =
      typeof chunk === 'string'
        ? chunk.slice(0, 16)
        : chunk instanceof Uint8Array
          ? Buffer.from(chunk.subarray(0, 16)).toString('latin1')
          : ''
    const match = STATUS_LINE.exec(head)
    if (match) seen(Number(match[1]))
  }
  socket.write = function (this: Duplex, ...written: unknown[]) {
    look(written[0])
    return Reflect.apply(write, this, written)
  } as Duplex['write']
  socket.end = function (this: Duplex, ...written: unknown[]) {
    look(written[0])
    return Reflect.apply(end, this, written)
  } as Duplex['end']
}
