// Memory for texts on their way to the disk, used again and again: new memory for a large one costs more than all that is done with it.

const FIRST = 64 * 1024
const MOST = 4 * 1024 * 1024
/** Bytes that UTF-8 needs for a unit of a string. */
const WIDEST = 3

/** Gives the UTF-8 of a text, good until the next call. */
export function createRoom(): (text: string) => Buffer {
  let room = Buffer.allocUnsafeSlow(FIRST)
  return (text) => {
    const most = WIDEST * text.length
    if (most > MOST) return Buffer.from(text)
    if (most > room.length) room = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(most)))
    return room.subarray(0, room.write(text))
  }
}
