// Spans to any SpanExporter of the OpenTelemetry SDK, however it behaves: it may throw, reject, answer twice or never.
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { type ExportResult, suppressTracing } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import { bounded } from './bounded.js'
import { createDelivery, type Verdict } from './delivery.js'
import type { Exit, QueueOptions } from './exit.js'
import { createGatheringExit } from './gathering-exit.js'

// Objects are held, not bytes; this is about what a span with its attributes and texts takes.
const SPAN_BYTES = 2048

export function createSdkExit(exporter: SpanExporter, queue: QueueOptions, name = exporter.constructor?.name ?? 'SpanExporter'): Exit {
  const quiet = suppressTracing(ROOT_CONTEXT)
  const maxSpans = Math.min(queue.maxSpans, Math.max(1, Math.floor(queue.maxBytes / SPAN_BYTES)))
  // A batch that the queue cannot hold would never leave.
  const batchSpans = Math.min(queue.batchSpans, maxSpans)
  let spans: ReadableSpan[] = []
  return createGatheringExit<ReadableSpan[]>({
    delivery: createDelivery<ReadableSpan[]>({
      name,
      send: (batch, timeoutMs) => context.with(quiet, () => exportSpans(exporter, batch, timeoutMs)),
      maxSpans,
      maxBytes: Math.max(queue.maxBytes, SPAN_BYTES),
      timeoutMs: queue.timeoutMs
    }),
    gathering: {
      add: (span) => spans.push(span) > 0,
      isFull: () => spans.length >= batchSpans,
      take() {
        if (spans.length === 0) return undefined
        const payload = spans
        spans = []
        return { payload, spans: payload.length, bytes: payload.length * SPAN_BYTES }
      }
    },
    delayMs: queue.delayMs,
    keepsSpans: true,
    flushed: (deadline) => bounded(() => exporter.forceFlush?.(), deadline),
    ended: (deadline) => bounded(() => exporter.shutdown(), deadline)
  })
}

function exportSpans(exporter: SpanExporter, spans: ReadableSpan[], timeoutMs: number): Promise<Verdict> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ status: 'drop', reason: 'backend', problem: `no answer within ${timeoutMs} ms` }), timeoutMs)
    timer.unref()
    const settle = (verdict: Verdict): void => {
      clearTimeout(timer)
      resolve(verdict)
    }
    try {
      const returned: unknown = exporter.export(spans, (result: ExportResult) => {
        settle(
          result?.code === 0 ? { status: 'ok' } : { status: 'retry', problem: String(result?.error?.message ?? 'the exporter failed') }
        )
      })
      // An exporter written as an async function rejects instead of calling back.
      if (returned instanceof Promise) returned.catch((error: unknown) => settle({ status: 'retry', problem: String(error) }))
    } catch (error) {
      settle({ status: 'retry', problem: String(error) })
    }
  })
}
