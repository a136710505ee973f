// Spans to any SpanExporter of the OpenTelemetry SDK, however it behaves: it may throw, reject, answer twice or never.
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { type ExportResult, suppressTracing } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import { bounded } from './bounded.js'
import { createDelivery, type Verdict } from './delivery.js'
import type { Exit, QueueOptions } from './exit.js'

// Objects are held, not bytes; this is about what a span with its attributes and texts takes.
const SPAN_BYTES = 2048

export function createSdkExit(exporter: SpanExporter, queue: QueueOptions, name = exporter.constructor?.name ?? 'SpanExporter'): Exit {
  const quiet = suppressTracing(ROOT_CONTEXT)
  const delivery = createDelivery<ReadableSpan[]>({
    name,
    send: (spans, timeoutMs) => context.with(quiet, () => exportSpans(exporter, spans, timeoutMs)),
    maxSpans: Math.min(queue.maxSpans, Math.floor(queue.maxBytes / SPAN_BYTES)),
    maxBytes: queue.maxBytes,
    timeoutMs: queue.timeoutMs
  })
  let spans: ReadableSpan[] = []
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const seal = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (spans.length === 0) return
    const payload = spans
    spans = []
    delivery.push({ payload, spans: payload.length, bytes: payload.length * SPAN_BYTES })
  }
  return {
    account: delivery.account,
    dropped: delivery.dropped,
    keepsSpans: true,
    add(span) {
      delivery.record(1)
      if (closed) return delivery.drop('shutdown', 1)
      spans.push(span)
      if (spans.length >= queue.batchSpans) seal()
      else timer ??= setTimeout(seal, queue.delayMs).unref()
    },
    async flush(deadline) {
      seal()
      await delivery.settled(deadline)
      await bounded(() => exporter.forceFlush?.(), deadline)
    },
    async close(deadline) {
      seal()
      await delivery.settled(deadline)
      // What ended meanwhile, once: then nothing is taken any more.
      seal()
      await delivery.settled(deadline)
      closed = true
      seal()
      delivery.close()
      await bounded(() => exporter.shutdown(), deadline)
    }
  }
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
