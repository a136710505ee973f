// The memory of a page: sheets of one size, written in place and used again by later pages, so that a scrape leaves the collector little to do.

const SHEET = 65_536
/** Most bytes of UTF-8 for a unit of a JavaScript string. */
export const WIDEST = 3
const ZERO = 0x30

export interface Shelf {
  take(): Buffer
  /** Takes sheets back that nobody reads any more. */
  give(sheets: readonly Buffer[]): void
}

/** Keeps as many sheets as the last page took. */
export function newShelf(): Shelf {
  let free: Buffer[] = []
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(SHEET),
    give(sheets) {
      free = [...sheets, ...free].slice(0, sheets.length)
    }
  }
}

const encoder = new TextEncoder()

export class Sheets {
  /** All sheets taken from the shelf. */
  readonly taken: Buffer[] = []
  private sheet: Buffer
  private at = 0
  /** What is written, in order. */
  readonly pieces: Uint8Array[] = []

  constructor(private readonly shelf: Shelf) {
    this.sheet = this.next()
  }

  /** Nothing is written any more. */
  finish(): void {
    if (this.at > 0) this.pieces.push(this.sheet.subarray(0, this.at))
    this.at = 0
  }

  /** Text of any length. */
  text(text: string): void {
    if (this.reserve(text.length * WIDEST)) {
      this.at += this.sheet.write(text, this.at)
      return
    }
    for (let rest = text; rest !== ''; ) {
      const { read, written } = encoder.encodeInto(rest, this.sheet.subarray(this.at))
      this.at += written
      rest = rest.slice(read)
      if (rest !== '') this.turn()
    }
  }

  bytes(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      if (this.at === SHEET) this.turn()
      const part = bytes.subarray(from, from + SHEET - this.at)
      this.sheet.set(part, this.at)
      this.at += part.length
      from += part.length
    }
  }

  /** Moves on to a new sheet unless this one has room for as many bytes; false when none would have. */
  reserve(bytes: number): boolean {
    if (bytes > SHEET) return false
    if (bytes > SHEET - this.at) this.turn()
    return true
  }

  /** Where the next byte goes; good for `again` as long as what follows was reserved. */
  get place(): number {
    return this.at
  }

  /** What stands between two places of this sheet, once more. The caller has reserved room, as for `put` and `count`. */
  again(from: number, to: number): void {
    this.sheet.copyWithin(this.at, from, to)
    this.at += to - from
  }

  /** A few bytes. */
  put(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length; index++) this.sheet[this.at + index] = bytes[index]!
    this.at += bytes.length
  }

  /** A number of digits, in places that were reserved; fast for whole numbers. */
  count(value: number): void {
    if (!(value >= 0 && Number.isSafeInteger(value))) {
      this.at += this.sheet.write(String(value), this.at)
      return
    }
    let digits = 1
    for (let limit = 10; value >= limit; limit *= 10) digits++
    let rest = value
    for (let index = this.at + digits - 1; index >= this.at; index--) {
      const tenth = Math.floor(rest / 10)
      this.sheet[index] = ZERO + (rest - tenth * 10)
      rest = tenth
    }
    this.at += digits
  }

  private turn(): void {
    this.pieces.push(this.sheet.subarray(0, this.at))
    this.sheet = this.next()
    this.at = 0
  }

  private next(): Buffer {
    const sheet = this.shelf.take()
    this.taken.push(sheet)
    return sheet
  }
}
