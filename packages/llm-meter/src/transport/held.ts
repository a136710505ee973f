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

  /** What was held; nothing is held afterwards. */
  take(): Buffer {
    const whole = this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts)
    this.drop()
    return whole
  }

  drop(): void {
    this.parts = []
    this.size = 0
  }
}
