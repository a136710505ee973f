// Between a finished span and the exits: what ends on the request path waits here and is handed on off it.
import type { Context } from '@opentelemetry/api'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Account, Source } from '@rag/core'
import type { Exit } from './export/exit.js'
import type { RecentSpans } from './recent.js'
import type { Late } from './sampling/late.js'
import { OperationSpan } from './span/operation-span.js'
import { OwnSpan } from './span/own-span.js'

const SLICE = 512
const HAND_ON_MS = 20

export interface Pipeline {
  finish(span: OwnSpan): void
  /** Takes a masked span of another provider. */
  add(span: ReadableSpan): void
  started(span: OwnSpan, parent: Context): void
  /** Hands on what waits. */
  handOn(): void
  readonly source: Source
  account(): Account
}

export interface PipelineParts {
  exits: readonly Exit[]
  processors: readonly SpanProcessor[]
  recent: RecentSpans
  /** Decides on spans that are not sampled, if some of them are to be kept. */
  late: Late | undefined
}

export function createPipeline({ exits, processors, recent, late }: PipelineParts): Pipeline {
  const keepsSpans = processors.length > 0 || exits.some((exit) => exit.keepsSpans)
  let ended: OwnSpan[] = []
  /** First spans of unsampled traces: decided on when the operations below them have been recorded. */
  let undecided: OwnSpan[] = []
  let timer: NodeJS.Timeout | undefined
  let immediate: NodeJS.Immediate | undefined
  const leave = (span: ReadableSpan): void => {
    if (span instanceof OwnSpan && keepsSpans) span.settle()
    recent.add(span)
    for (const exit of exits) exit.add(span)
  }
  const handOn = (): void => {
    clearTimeout(timer)
    clearImmediate(immediate)
    timer = undefined
    immediate = undefined
    const slice = ended
    ended = []
    const firsts = undecided
    undecided = []
    for (const span of slice) leave(span)
    for (const span of firsts) decide(span)
  }
  const decide = (span: OwnSpan): void => {
    for (const kept of late?.ended(span) ?? []) {
      for (const processor of processors) guarded(() => processor.onEnd(kept))
      leave(kept)
    }
  }
  const handOnSoon = (waiting: number): void => {
    // A loop that never yields must not fill the memory.
    if (waiting >= SLICE * 8) handOn()
    else if (waiting >= SLICE) immediate ??= setImmediate(handOn)
    else timer ??= setTimeout(handOn, HAND_ON_MS).unref()
  }
  const account = (): Account => {
    const total: Account = { recorded: 0, exported: 0, dropped: 0, queued: 0 }
    for (const exit of exits) {
      total.recorded += exit.account.recorded + ended.length
      total.exported += exit.account.exported
      total.dropped += exit.account.dropped
      total.queued += exit.account.queued + ended.length
    }
    return total
  }
  return {
    finish(span) {
      if (span.held) {
        if (span instanceof OperationSpan || span.held.first !== span) return decide(span)
        return handOnSoon(undecided.push(span))
      }
      for (const processor of processors) guarded(() => processor.onEnd(span))
      // Operations are recorded in a batch, off the request path already; spans of the application end wherever it ends them.
      if (span instanceof OperationSpan) return leave(span)
      handOnSoon(ended.push(span))
    },
    add: leave,
    started(span, parent) {
      for (const processor of processors) guarded(() => processor.onStart(span as never, parent))
    },
    handOn,
    account,
    source: {
      read(emit) {
        const { recorded, exported, queued } = account()
        emit('rag_telemetry_recorded_total', recorded, { signal: 'traces' })
        emit('rag_telemetry_exported_total', exported, { signal: 'traces' })
        emit('rag_telemetry_queued', queued, { signal: 'traces' })
        for (const reason of ['queue_full', 'backend', 'rejected', 'shutdown', 'invalid'] as const) {
          const count = exits.reduce((sum, exit) => sum + (exit.dropped.get(reason) ?? 0), 0)
          emit('rag_telemetry_dropped_total', count, { signal: 'traces', reason })
        }
      }
    }
  }
}

function guarded(call: () => void): void {
  try {
    call()
  } catch {
    // A processor of the application that throws costs its own record.
  }
}
