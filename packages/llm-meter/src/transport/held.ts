// Holds the start of a line until its end comes, copying each byte once.

export class Held {
  private parts: Buffer[] = []
  size = 0

  /** Copied: the owner of the bytes may use them again. */
  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.parts.push(Buffer.from(bytes))
    this.size += bytes.length
  }

  /** What was held, then `more`; nothing is held afterwards. */
  take(more: Buffer): Buffer {
    if (this.size === 0) return more
    const whole = Buffer.concat([...this.parts, more])
    this.drop()
    return whole
  }

  drop(): void {
    this.parts = []
    this.size = 0
  }
}
