// Lines to an OpenTelemetry collector: gathered, sent, sent again, bounded, and every one accounted for.
import { LONGEST_TIMER_MS } from '@rag/core'
import { createNotices, type Notices } from '../destination/notice.js'
import type { DropReason, Sink } from '../destination/sink.js'
import { encodeLines, type Resource } from './encode.js'
import { type Collector, createPoster, postAndWait, type Verdict } from './post.js'

export interface OtlpSinkOptions {
  collector: Collector
  resource: Resource
  timeoutMs: number
  notices?: Notices
}

const MAX_QUEUED_BYTES = 8 * 1024 * 1024
const BATCH_LINES = 512
const BATCH_MS = 1000
const RETRY_MS = 500
const RETRY_MAX_MS = 10_000
/** A collector may ask for patience, but not for ever. */
const PATIENCE_MS = 30_000

const PROBLEMS: Partial<Record<DropReason, string>> = {
  queue_full: 'lines come faster than they can be sent',
  shutdown: 'the logger was closed'
}

/** A sink that posts to `/v1/logs`. One request at a time, so that lines arrive in their order. */
export function createOtlpSink({ collector, resource, timeoutMs, notices = createNotices() }: OtlpSinkOptions): Sink {
  const poster = createPoster(collector)
  const drops = new Map<DropReason, number>()
  let queue: string[] = []
  let bytes = 0
  let recorded = 0
  let exported = 0
  let dropped = 0
  let announced = 0
  /** What went wrong last, for people. */
  let problem = ''
  /** Whether the last request has to be sent again. */
  let down = false
  let waitMs = RETRY_MS
  let timer: NodeJS.Timeout | undefined
  /** Lines of the request that is on its way. */
  let sending: string[] = []
  let running: Promise<void> | undefined
  let closed = false

  function drop(lines: number, reason: DropReason): void {
    if (lines === 0) return
    if (!down) problem = PROBLEMS[reason] ?? problem
    dropped += lines
    drops.set(reason, (drops.get(reason) ?? 0) + lines)
    notices.due(describe)
  }

  function describe(): string | undefined {
    const news = dropped - announced
    announced = dropped
    if (news === 0 && !down) return undefined
    return `${collector.url.origin}: ${problem}; ${news} lines dropped, ${dropped} since the start`
  }

  function write(line: string): void {
    recorded++
    if (closed) return drop(1, 'shutdown')
    if (bytes + line.length > MAX_QUEUED_BYTES) return drop(1, 'queue_full')
    queue.push(line)
    bytes += line.length
    if (!down && queue.length >= BATCH_LINES) void send()
    else schedule(down ? waitMs : BATCH_MS)
  }

  function schedule(ms: number): void {
    timer ??= setTimeout(() => {
      timer = undefined
      void send()
    }, ms).unref()
  }

  /** Sends one batch. Never rejects. */
  function send(): Promise<void> {
    running ??= (async () => {
      const batch = queue.splice(0, BATCH_LINES)
      if (batch.length === 0) return
      sending = batch
      const verdict = await poster.post(encodeLines(batch, resource), timeoutMs)
      // The exit of the process may have taken them meanwhile.
      if (sending === batch) settle(batch, verdict)
    })().finally(() => {
      running = undefined
      sending = []
      if (queue.length > 0) schedule(down ? waitMs : queue.length >= BATCH_LINES ? 0 : BATCH_MS)
    })
    return running
  }

  function settle(batch: string[], verdict: Verdict): void {
    if (verdict.is === 'again') {
      // In front again: nothing is lost, and nothing is overtaken.
      queue = [...batch, ...queue]
      waitMs = Math.min(verdict.afterMs ?? (down ? waitMs * 2 : RETRY_MS), verdict.afterMs === undefined ? RETRY_MAX_MS : PATIENCE_MS)
      down = true
      problem = verdict.problem
      notices.due(describe)
      return
    }
    for (const line of batch) bytes -= line.length
    down = false
    if (verdict.is === 'refused') problem = verdict.problem
    else if (verdict.rejected > 0) problem = 'the collector rejected records'
    const lost = verdict.is === 'refused' ? batch.length : Math.min(verdict.rejected, batch.length)
    exported += batch.length - lost
    drop(lost, 'rejected')
  }

  /** The last chance: this thread waits while another posts. */
  function exit(): void {
    const left = [...sending, ...queue]
    sending = []
    queue = []
    bytes = 0
    const batches: string[][] = []
    for (let at = 0; at < left.length; at += BATCH_LINES) batches.push(left.slice(at, at + BATCH_LINES))
    if (batches.length === 0) return
    const taken = postAndWait(
      collector,
      batches.map((batch) => encodeLines(batch, resource))
    )
    for (const [at, batch] of batches.entries()) {
      if (taken[at]) exported += batch.length
      else drop(batch.length, 'shutdown')
    }
  }

  async function flush(deadlineMs = 5000): Promise<void> {
    const deadline = performance.now() + deadlineMs
    while ((queue.length > 0 || running) && performance.now() < deadline) {
      const left = new Promise<void>((resolve) =>
        setTimeout(resolve, Math.min(LONGEST_TIMER_MS, Math.max(0, deadline - performance.now()))).unref()
      )
      await Promise.race([send(), left])
      if (down) await new Promise((resolve) => setTimeout(resolve, Math.min(200, Math.max(0, deadline - performance.now()))))
    }
  }

  return {
    write,
    // A fatal line is no reason to wait for a network; the exit is.
    flushSync() {},
    exit,
    flush,
    async close(deadlineMs) {
      if (closed) return
      await flush(deadlineMs)
      closed = true
      clearTimeout(timer)
      drop(queue.length + sending.length, 'shutdown')
      queue = []
      sending = []
      notices.stop()
      poster.close()
    },
    account: () => ({ recorded, exported, dropped, queued: recorded - exported - dropped }),
    drops: () => drops
  }
}
