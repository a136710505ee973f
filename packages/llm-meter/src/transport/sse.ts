// Finds usage, errors and the first token in a stream of server-sent events by scanning bytes; only the frames that matter are parsed.
import type { Call } from '../call.js'
import { hasToken, readFrame } from './frames.js'
import { Held } from './held.js'

/** A frame beyond this is passed on but not read. */
const MAX_FRAME = 8 * 1024 * 1024
/** The first frames are parsed until one carries a token. */
const MAX_PROBES = 64
const USAGE = Buffer.from('"usage"')
const USAGE_GEMINI = Buffer.from('"usageMetadata"')
const ERROR = Buffer.from('"error"')
const LF = 10
const CR = 13
const LETTER_D = 100
const LETTER_N = 110

export interface Scanner {
  /** Looks at bytes on their way; never changes them. */
  chunk(bytes: Uint8Array): void
  /** Whether the end of the answer was seen. */
  ended(): boolean
}

export function createScanner(call: Call): Scanner {
  const usageKey = call.target.dialect === 'gemini' ? USAGE_GEMINI : USAGE
  const held = new Held()
  let skipping = false
  let probes = 0
  let tail: Buffer = Buffer.alloc(0)

  const parse = (line: Buffer): Record<string, unknown> | undefined => {
    const text = line.toString('utf8').replace(/^﻿/, '').trim()
    const json = text.startsWith('data:') ? text.slice(5).trim() : text
    if (!json.startsWith('{')) return undefined
    try {
      return JSON.parse(json) as Record<string, unknown>
    } catch {
      call.core.stats.oddity('frame_invalid')
      return undefined
    }
  }

  const gathered = call.input === undefined ? undefined : call.core.content?.gather(call)
  const gather = (lines: Buffer): void => {
    for (let start = 0; start < lines.length; ) {
      const end = lineEnd(lines, start)
      const frame = lines[start] === LETTER_D ? parse(lines.subarray(start, end)) : undefined
      if (frame) gathered!.frame(frame)
      start = end + 1
    }
  }

  const readHits = (lines: Buffer, key: Buffer): void => {
    for (let at = lines.indexOf(key); at >= 0; ) {
      const end = lineEnd(lines, at)
      if (!isNull(lines, at + key.length)) {
        const frame = parse(lines.subarray(lineStart(lines, at), end))
        if (frame) readFrame(call, frame)
      }
      at = lines.indexOf(key, end)
    }
  }

  const probe = (lines: Buffer): void => {
    for (let start = 0; start < lines.length && probes < MAX_PROBES && call.firstTokenMs === undefined; ) {
      const end = lineEnd(lines, start)
      if (end > start && lines[start] === LETTER_D) {
        const frame = parse(lines.subarray(start, end))
        if (frame) {
          probes++
          readFrame(call, frame)
          if (hasToken(call.target.dialect, frame)) call.firstToken()
        }
      }
      start = end + 1
    }
    if (probes >= MAX_PROBES) call.firstToken()
  }

  return {
    chunk(bytes) {
      call.touchedAt = performance.now()
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const last = lastLineEnd(view)
      if (last < 0) {
        if (skipping) return
        held.add(view)
        if (held.size > MAX_FRAME) {
          held.drop()
          skipping = true
          call.core.stats.oddity('frame_oversize')
        }
        return
      }
      let lines: Buffer
      if (skipping) lines = view.subarray(lineEnd(view, 0), last + 1)
      else lines = held.take(view.subarray(0, last + 1))
      skipping = false
      held.add(view.subarray(last + 1))
      if (call.firstTokenMs === undefined && probes < MAX_PROBES) probe(lines)
      readHits(lines, usageKey)
      if (lines.includes(ERROR)) readHits(lines, ERROR)
      if (gathered) gather(lines)
      tail = Buffer.from(lines.subarray(Math.max(0, lines.length - 160)))
    },
    ended() {
      if (held.size > 0 && !skipping) {
        // A last line without its line end.
        const rest = held.take(Buffer.alloc(0))
        readHits(rest, usageKey)
        readHits(rest, ERROR)
        tail = rest.subarray(Math.max(0, rest.length - 160))
      }
      call.output = gathered?.text()
      const text = tail.toString('latin1')
      // At the start of a line, where no text of the model can be.
      return /(?:^|[\r\n])(?:data: ?\[DONE\]|event: ?message_stop|data: ?\{"type": ?"message_stop")/.test(text) || call.finished
    }
  }
}

function lastLineEnd(view: Buffer): number {
  const lf = view.lastIndexOf(LF)
  return lf >= 0 ? lf : view.lastIndexOf(CR)
}

function lineEnd(view: Buffer, from: number): number {
  const lf = view.indexOf(LF, from)
  const end = lf < 0 ? view.length : lf
  const cr = view.subarray(from, end).indexOf(CR)
  return cr < 0 ? end : from + cr
}

function lineStart(view: Buffer, from: number): number {
  if (from === 0) return 0
  const start = view.lastIndexOf(LF, from - 1) + 1
  return start + view.subarray(start, from).lastIndexOf(CR) + 1
}

/** Whether `: null` follows. */
function isNull(view: Buffer, from: number): boolean {
  let at = from
  while (view[at] === 32 || view[at] === 58) at++
  return view[at] === LETTER_N
}
