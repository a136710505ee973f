// Masks a text that arrives in chunks: model output, SSE, a tailed file. Nothing of a secret leaves early.
import { mark, type Writer } from './forms.js'
import { type HoldRules, holdFrom } from './stream-hold.js'
import { columnsOf, inOrder, listOf } from './text/findings.js'
import type { Scan } from './text/scan.js'
import { looksRandom } from './text/values.js'
import type { Finding } from './types.js'

/** Longest stretch, in characters, that waits for what follows it. */
const HOLD_BACK = 448
/** Text behind the emitted part that rules may look back at. */
const CONTEXT = 512
/** Head and tail that stay of a secret that is being swallowed. */
const HEAD = 704
const TAIL = 96
/** Characters behind a finding after which nothing can change it. */
const SETTLED = 56
const SEPARATOR = /[,;|&]/
const MAX_VALUES = 32
const MAX_VALUE = 256

/** Masks one text in chunks. Make a new one for every text. */
export interface StreamMasker {
  /** Takes the next chunk; returns what may leave now, which may be nothing. Never throws. */
  push(chunk: string): string
  /** Ends the text; returns the rest. */
  flush(): string
}

export interface StreamTools {
  scan: Scan
  write: Writer
  count(rule: string): void
  hold: HoldRules
}

/**
 * Makes the masker of one text. For any split into chunks the joined output is the same. A value that was found is masked
 * from there on, not before. At most 512 characters wait; a longer secret is replaced at once and swallowed until it ends.
 */
export function streamMasker({ scan, write, count, hold }: StreamTools): StreamMasker {
  let text = ''
  let emitted = 0
  let swallowing: Finding | undefined
  let cut = false
  const known: { value: string; rule: string }[] = []

  function findings(): Finding[] {
    const found = listOf(scan(text))
    const repeated: Finding[] = []
    for (const { value, rule } of known) {
      for (let at = text.indexOf(value, emitted); at >= 0; at = text.indexOf(value, at + value.length))
        repeated.push({ start: at, end: at + value.length, rule, fixed: 0 })
    }
    return repeated.length > 0 ? listOf(inOrder(columnsOf([...found, ...repeated]))) : found
  }

  function step(final: boolean): string {
    let out = ''
    for (;;) {
      const found = findings()
      if (swallowing) {
        const start = swallowing.start
        const same = found.find((finding) => finding.start <= start && finding.end > start)
        const end = same ? same.end : Math.min(text.length, emitted)
        if (!final && same && isOpen(same)) {
          emitted = text.length
          break
        }
        emitted = Math.max(end, start)
        swallowing = undefined
      }
      const before = known.length
      out += emit(found, final)
      // A value found just now is masked from here on: look again with it.
      if (known.length === before) break
    }
    trim()
    return out
  }

  function emit(found: readonly Finding[], final: boolean): string {
    let out = ''
    const limit = final ? text.length : Math.max(emitted, holdFrom(text, known, hold))
    for (const finding of found) {
      if (finding.end <= emitted || (cut && finding.start === 0)) continue
      const start = Math.max(finding.start, emitted)
      if (start > limit) break
      if (!final && !isSettled(finding)) {
        if (text.length - start <= HOLD_BACK || !isOpen(finding)) return out + plain(start)
        out += plain(start) + mark(finding.rule)
        count(finding.rule)
        swallowing = { ...finding, start }
        emitted = text.length
        return out
      }
      if (finding.end > limit && !final) return out + plain(start)
      const value = text.slice(start, finding.end)
      out += plain(start) + (value.length > HOLD_BACK ? mark(finding.rule) : write(finding.rule, value, finding.fixed))
      count(finding.rule)
      emitted = finding.end
      if (remember(value, finding.rule)) return out
    }
    return out + plain(limit)
  }

  /** Emits clean text up to an index. */
  function plain(to: number): string {
    if (to <= emitted) return ''
    const out = text.slice(emitted, to)
    emitted = to
    return out
  }

  function remember(value: string, rule: string): boolean {
    if (known.length >= MAX_VALUES || value.length < 8 || value.length > MAX_VALUE || !looksRandom(value, 0, value.length, 8)) return false
    if (known.some((entry) => entry.value === value)) return false
    known.push({ value, rule })
    return true
  }

  /** Nothing that follows can change a finding. */
  function isSettled(finding: Finding): boolean {
    if (text.length - finding.end >= SETTLED) return true
    const next = text.charCodeAt(finding.end)
    if (next === 10) return true
    // A comma in a bare value separates or not by what comes some words later.
    return text.length > finding.end + 1 && (next === 34 || (next === 32 && !SEPARATOR.test(text.slice(finding.start, finding.end))))
  }

  /** What follows may still belong to the finding. */
  const isOpen = (finding: Finding): boolean => text.length - finding.end < 8

  function trim(): void {
    if (swallowing) {
      const { start } = swallowing
      if (text.length - start > HEAD + TAIL + 64) text = text.slice(0, start + HEAD) + text.slice(-TAIL)
      const drop = start - CONTEXT
      if (drop > 0) {
        text = text.slice(drop)
        swallowing.start -= drop
        cut = true
      }
      emitted = text.length
      return
    }
    const drop = emitted - CONTEXT
    if (drop <= 64) return
    text = text.slice(drop)
    emitted -= drop
    cut = true
  }

  return {
    push(chunk) {
      if (chunk === '') return ''
      try {
        // Chunks are taken in pieces, so that one huge chunk costs no more than many small ones.
        let out = ''
        for (let at = 0; at < chunk.length; at += 4096) {
          text += chunk.slice(at, at + 4096)
          out += step(false)
        }
        return out
      } catch {
        return fail()
      }
    },
    flush() {
      try {
        const out = step(true)
        text = ''
        emitted = 0
        swallowing = undefined
        return out
      } catch {
        return fail()
      }
    }
  }

  /** Whatever was waiting is replaced, never passed on. */
  function fail(): string {
    count('failure')
    text = ''
    emitted = 0
    swallowing = undefined
    return mark('failure')
  }
}
