// Takes out of a stream what our request for usage put in: the extra chunk, and the `usage` keys of the others.
import { Held } from './held.js'
import { latin1 } from './sse.js'

const KEY = '"usage"'
/** The key as OpenAI writes it: last, or before its padding. Where the frame ends right after it, it is a key of the frame itself. */
const LAST = /,"usage":null(?=(?:,"obfuscation":"[^"\\]*")?\}\r?\n)/g

export interface Strip {
  /** The bytes for the application; undefined while a line is not whole or when nothing is left. `text` is the same as Latin-1. */
  chunk(bytes: Uint8Array, text: string): Uint8Array | undefined
  /** What was held back when the stream ended. */
  end(): Uint8Array | undefined
}

export function createStrip(): Strip {
  const held = new Held()
  /** The chunk before was taken out: so is the blank line that ended it. */
  let gap = false

  const clean = (whole: string): Uint8Array | undefined => {
    if (!gap) {
      const quick = whole.replace(LAST, '')
      if (!quick.includes(KEY)) return Buffer.from(quick, 'latin1')
    }
    let kept = ''
    for (let start = 0; start < whole.length; ) {
      const lf = whole.indexOf('\n', start)
      const end = lf < 0 ? whole.length : lf + 1
      const line = whole.slice(start, end)
      start = end
      if (gap && (line === '\n' || line === '\r\n')) {
        gap = false
        continue
      }
      const rest = line.includes(KEY) ? without(line) : line
      gap = rest === undefined
      if (rest !== undefined) kept += rest
    }
    return kept === '' ? undefined : Buffer.from(kept, 'latin1')
  }

  return {
    chunk(bytes, text) {
      const end = text.lastIndexOf('\n') + 1
      if (end === text.length && held.size === 0) {
        // Nothing of ours in it: the very bytes that came.
        return gap || text.includes(KEY) ? clean(text) : bytes
      }
      if (end === 0) {
        held.add(bytes)
        return undefined
      }
      const before = held.size === 0 ? '' : latin1(held.take())
      held.add(bytes.subarray(end))
      return clean(before + text.slice(0, end))
    },
    end() {
      return held.size === 0 ? undefined : clean(latin1(held.take()))
    }
  }
}

/** A line without its `usage` key; undefined when the line is the extra chunk. */
function without(line: string): string | undefined {
  const match = /^(\s*data:\s*)(\{.*\})(\s*)$/s.exec(line)
  if (!match) return line
  const [, head, json, tail] = match as unknown as [string, string, string, string]
  try {
    // Read as Latin-1 and written as such, so that the bytes of the texts in it stay as they are.
    const frame = JSON.parse(json) as Record<string, unknown>
    if (!('usage' in frame)) return line
    const choices = frame['choices']
    if (frame['usage'] !== null && Array.isArray(choices) && choices.length === 0) return undefined
    delete frame['usage']
    return head + JSON.stringify(frame) + tail
  } catch {
    return line
  }
}
