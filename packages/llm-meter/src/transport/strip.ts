// Takes out of a stream what our request for usage put in: the extra chunk, and the `usage` keys of the others.
import { Held } from './held.js'

const KEY = Buffer.from('"usage"')
const LF = 10
const CR = 13

export interface Strip {
  /** The bytes for the application; undefined while a line is not whole or when nothing is left. */
  chunk(bytes: Uint8Array): Uint8Array | undefined
  /** What was held back when the stream ended. */
  end(): Uint8Array | undefined
}

export function createStrip(): Strip {
  const held = new Held()
  /** The chunk before was taken out: so is the blank line that ended it. */
  let gap = false
  const lines = (whole: Buffer): Uint8Array | undefined => {
    if (!gap && !whole.includes(KEY)) return whole
    const kept: Buffer[] = []
    for (let start = 0; start < whole.length; ) {
      const lf = whole.indexOf(LF, start)
      const end = lf < 0 ? whole.length : lf + 1
      const line = whole.subarray(start, end)
      start = end
      const blank = line.length <= 2 && (line[0] === LF || line[0] === CR)
      if (gap && blank) {
        gap = false
        continue
      }
      const rest = line.includes(KEY) ? without(line) : line
      gap = rest === undefined
      if (rest) kept.push(rest)
    }
    return kept.length === 0 ? undefined : Buffer.concat(kept)
  }
  return {
    chunk(bytes) {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const last = view.lastIndexOf(LF)
      if (last < 0) {
        held.add(view)
        return undefined
      }
      const whole = held.take(view.subarray(0, last + 1))
      held.add(view.subarray(last + 1))
      // Nothing of ours in it and nothing held back: the very bytes that came.
      if (whole.length === view.length && !gap && !whole.includes(KEY)) return bytes
      return lines(whole)
    },
    end() {
      return held.size === 0 ? undefined : lines(held.take(Buffer.alloc(0)))
    }
  }
}

/** The key as OpenAI writes it: last, or before its padding. Where the frame ends right after it, it is a key of the frame itself. */
const LAST = /,"usage":null((?:,"obfuscation":"[^"\\]*")?\})$/

/** A line without its `usage` key; undefined when the line is the extra chunk. */
function without(line: Buffer): Buffer | undefined {
  const text = line.toString('utf8')
  const match = /^(\s*data:\s*)(\{.*\})(\s*)$/s.exec(text)
  if (!match) return line
  const [, head, json, tail] = match as unknown as [string, string, string, string]
  // The common case without a parse.
  const quick = json.replace(LAST, '$1')
  if (quick !== json && !quick.includes('"usage"')) return Buffer.from(head + quick + tail)
  try {
    const frame = JSON.parse(json) as Record<string, unknown>
    if (!('usage' in frame)) return line
    const choices = frame['choices']
    if (frame['usage'] !== null && Array.isArray(choices) && choices.length === 0) return undefined
    delete frame['usage']
    return Buffer.from(head + JSON.stringify(frame) + tail)
  } catch {
    return line
  }
}
