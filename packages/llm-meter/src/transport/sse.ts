// Finds usage, errors and the first token in a stream of server-sent events by looking for their keys; only the frames that matter are parsed.
import type { Call } from '../call.js'
import { hasToken, readFrame } from './frames.js'
import { Held } from './held.js'

/** A frame beyond this is passed on but not read. */
const MAX_FRAME = 8 * 1024 * 1024
/** The first frames are parsed until one carries a token. */
const MAX_PROBES = 64
// In a string of the model's the quotes are escaped, so these are keys. A null is no usage.
const KEYS = /"(?:usage" ?: ?[^n ]|error")/g
const KEYS_GEMINI = /"(?:usageMetadata|error)"/g
/** The end of an answer, at the start of a line, where no text of the model can be. */
const END = /(?:^|[\r\n])(?:data: ?\[DONE\]|event: ?message_stop|data: ?\{"type": ?"message_stop")/
const ENDS_WITHIN = 160

export interface Scanner {
  /** Looks at bytes on their way, and at the same as Latin-1 text; changes neither. */
  chunk(bytes: Uint8Array, text: string): void
  /** Whether the end of the answer was seen. */
  ended(): boolean
}

/** One character a byte: as fast as it gets, and enough to find keys and line ends by. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(bytes, 0, bytes.length)
}

export function createScanner(call: Call): Scanner {
  const keys = call.target.dialect === 'gemini' ? KEYS_GEMINI : KEYS
  const gathered = call.input === undefined ? undefined : call.core.content?.gather(call)
  const { estimator } = call
  /** The start of a line whose end has not come. */
  const held = new Held()
  let skipping = false
  let probes = 0
  let last = ''

  const parse = (line: string): Record<string, unknown> | undefined => {
    // From Latin-1 back to bytes, which are UTF-8.
    const text = Buffer.from(line, 'latin1')
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trim()
    const json = text.startsWith('data:') ? text.slice(5).trim() : text
    if (!json.startsWith('{')) return undefined
    try {
      return JSON.parse(json) as Record<string, unknown>
    } catch {
      call.core.stats.oddity('frame_invalid')
      return undefined
    }
  }

  const probe = (lines: string): void => {
    for (const line of dataLines(lines)) {
      if (probes >= MAX_PROBES || call.firstTokenMs !== undefined) break
      const frame = parse(line)
      if (!frame) continue
      probes++
      readFrame(call, frame)
      if (hasToken(call.target.dialect, frame)) call.firstToken()
    }
    if (probes >= MAX_PROBES) call.firstToken()
  }

  const read = (lines: string): void => {
    last = lines
    if (call.firstTokenMs === undefined && probes < MAX_PROBES) probe(lines)
    keys.lastIndex = 0
    for (let hit = keys.exec(lines); hit; hit = keys.exec(lines)) {
      const end = lineEnd(lines, hit.index)
      const frame = parse(lines.slice(lineStart(lines, hit.index), end))
      if (frame) readFrame(call, frame)
      keys.lastIndex = end
    }
    if (gathered || estimator)
      for (const line of dataLines(lines)) {
        const frame = parse(line)
        if (!frame) continue
        gathered?.frame(frame)
        estimator?.frame(frame)
      }
  }

  return {
    chunk(bytes, text) {
      call.active = true
      const end = endOfLines(text)
      if (end === text.length && held.size === 0 && !skipping) return read(text)
      if (end === 0) {
        if (skipping) return
        held.add(bytes)
        if (held.size <= MAX_FRAME) return
        held.drop()
        skipping = true
        call.core.stats.oddity('frame_oversize')
        return
      }
      const whole = text.slice(skipping ? lineEnd(text, 0) : 0, end)
      skipping = false
      const before = held.size === 0 ? '' : latin1(held.take())
      held.add(bytes.subarray(end))
      read(before + whole)
    },
    ended() {
      // A last line without its line end.
      if (held.size > 0) read(latin1(held.take()))
      call.output = gathered?.text()
      return call.finished || END.test(last.slice(-ENDS_WITHIN))
    }
  }
}

/** The place after the last line end. */
function endOfLines(text: string): number {
  const lf = text.lastIndexOf('\n')
  return (lf >= 0 ? lf : text.lastIndexOf('\r')) + 1
}

function lineEnd(text: string, from: number): number {
  const lf = text.indexOf('\n', from)
  const end = lf < 0 ? text.length : lf
  const cr = text.slice(from, end).indexOf('\r')
  return cr < 0 ? end : from + cr
}

function lineStart(text: string, from: number): number {
  if (from === 0) return 0
  const start = text.lastIndexOf('\n', from - 1) + 1
  return start + text.slice(start, from).lastIndexOf('\r') + 1
}

function* dataLines(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = lineEnd(text, start)
    if (text.startsWith('data:', start)) yield text.slice(start, end)
    start = end + 1
  }
}
