// Takes out of a stream what our request for usage put in: the extra chunk, and the `usage` keys of the others.

const KEY = Buffer.from('"usage"')
const LF = 10

export interface Strip {
  /** The bytes for the application; undefined while a line is not whole or when nothing is left. */
  chunk(bytes: Uint8Array): Uint8Array | undefined
  /** What was held back when the stream ended. */
  end(): Uint8Array | undefined
}

export function createStrip(): Strip {
  let carry: Buffer | undefined
  const lines = (whole: Buffer): Uint8Array | undefined => {
    if (!whole.includes(KEY)) return whole
    const kept: Buffer[] = []
    for (let start = 0; start < whole.length; ) {
      const lf = whole.indexOf(LF, start)
      const end = lf < 0 ? whole.length : lf + 1
      const line = whole.subarray(start, end)
      const rest = line.includes(KEY) ? without(line) : line
      if (rest) kept.push(rest)
      start = end
    }
    return kept.length === 0 ? undefined : Buffer.concat(kept)
  }
  return {
    chunk(bytes) {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const last = view.lastIndexOf(LF)
      if (last < 0) {
        carry = carry ? Buffer.concat([carry, view]) : Buffer.from(view)
        return undefined
      }
      const whole = carry ? Buffer.concat([carry, view.subarray(0, last + 1)]) : view.subarray(0, last + 1)
      carry = last + 1 < view.length ? Buffer.from(view.subarray(last + 1)) : undefined
      // Nothing of ours in it and nothing held back: the very bytes that came.
      if (whole.length === view.length && !whole.includes(KEY)) return bytes
      return lines(whole)
    },
    end() {
      const rest = carry
      carry = undefined
      return rest && lines(rest)
    }
  }
}

/** A line without its `usage` key; undefined when the line is the extra chunk. */
function without(line: Buffer): Buffer | undefined {
  const text = line.toString('utf8')
  const match = /^(\s*data:\s*)(\{.*\})(\s*)$/s.exec(text)
  if (!match) return line
  const [, head, json, tail] = match as unknown as [string, string, string, string]
  // The common case without a parse; inside a string of the model's the quotes are escaped, so this is a key.
  const quick = json.replace(/,\s*"usage"\s*:\s*null(?=\s*[,}])/, '')
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
