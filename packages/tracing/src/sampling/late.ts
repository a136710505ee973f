// Deciding at the end: spans of traces that were not sampled wait, within bounds, until the work of this process is over; what turned out to matter is kept.
import { type Duration, durationMs } from '@rag/core'
import type { OwnSpan } from '../span/own-span.js'

/** What is kept of traces that were not sampled. */
export interface KeepOptions {
  /** Traces with a span that failed. @default true */
  errors?: boolean
  /** Traces whose first span here took this long. @default '1s' */
  slowerThan?: Duration
  /** Traces with a call that a budget refused. @default true */
  budgets?: boolean
  /** Most spans that wait for a decision; the oldest traces give way. @default 4096 */
  spans?: number
}
export type KeptFor = 'error' | 'slow' | 'budget'

/** The spans of one trace in this process that wait for its first span to end. */
export interface Held {
  readonly first: OwnSpan
  /** Those that have ended before the first. */
  spans: readonly OwnSpan[]
  reason: KeptFor | undefined
  decided: boolean
  /** Set once the trace is kept; the attribute `rag.sampling.kept`. */
  kept: KeptFor | undefined
}

export interface Late {
  /** Makes a span that is not sampled wait with the trace of its parent, or as the first of one. */
  hold(span: OwnSpan, parent: unknown): void
  /** Takes a waiting span that has ended; returns the spans that leave now. */
  ended(span: OwnSpan): readonly OwnSpan[]
}

const NONE: readonly OwnSpan[] = Object.freeze([])

export function createLate({ errors = true, slowerThan = '1s', budgets = true, spans: most = 4096 }: KeepOptions): Late {
  const slowMs = durationMs('sampler.keep.slowerThan', slowerThan)
  /** Undecided traces with spans that wait, oldest first. A first span alone waits nowhere but with whoever will end it. */
  const waiting = new Set<Held>()
  let count = 0
  const reasonOf = (span: OwnSpan): KeptFor | undefined => {
    const { failure } = span
    if (failure === 'budget') return budgets ? 'budget' : errors ? 'error' : undefined
    return failure && errors ? 'error' : undefined
  }
  const forget = (held: Held): void => {
    held.decided = true
    if (held.spans === NONE) return
    waiting.delete(held)
    count -= held.spans.length
    held.spans = NONE
  }
  const wait = (held: Held, span: OwnSpan): void => {
    if (held.spans === NONE) {
      held.spans = [span]
      waiting.add(held)
    } else (held.spans as OwnSpan[]).push(span)
    count++
    for (const oldest of waiting) {
      if (count <= most) return
      forget(oldest)
    }
  }
  return {
    hold(span, parent) {
      const around = (parent as { held?: Held } | undefined)?.held
      if (around) {
        span.held = around
        return
      }
      span.held = { first: span, spans: NONE, reason: undefined, decided: false, kept: undefined }
    },
    ended(span) {
      const held = span.held!
      // What ends behind the first span follows its trace.
      if (held.decided) return held.kept ? [span] : NONE
      if (held.reason !== 'budget') held.reason = reasonOf(span) ?? held.reason
      if (span !== held.first) {
        wait(held, span)
        return NONE
      }
      const { spans } = held
      held.kept = held.reason ?? (span.durationMs >= slowMs ? 'slow' : undefined)
      forget(held)
      return held.kept ? (spans === NONE ? [span] : [...spans, span]) : NONE
    }
  }
}
