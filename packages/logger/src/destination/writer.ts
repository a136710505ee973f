// Hands lines to a descriptor once a turn of the event loop, keeps a bounded number of bytes while it refuses, and counts every line.

import { LONGEST_TIMER_MS } from '@rag/core'
import { isLastTurn, watchLastTurn } from './last-turn.js'
import { createNotices, type Notices } from './notice.js'
import type { DropReason, Sink } from './sink.js'

/** What a writer writes to. `write` hands over bytes at once and returns how many were taken, or throws with a code. */
export interface Output {
  readonly name: string
  write(bytes: Buffer, offset: number, length: number): number
  /** Called before a write that starts at a line; `bytes` are about to come. */
  prepare?(bytes: number): void
  /** Whether what was written of a torn line is still where the rest would go. */
  moved?(): boolean
  sync?(): void
  reopen?(): void
  close(): void
}

export interface WriterOptions {
  output: Output
  /** Milliseconds a line may wait; 0 is the end of the turn. */
  bufferMs?: number
  /** Bytes kept while the output refuses. */
  maxBytes?: number
  notices?: Notices
}

interface Chunk {
  readonly bytes: Buffer
  readonly lines: number
  offset: number
}

const SCRATCH_BYTES = 256 * 1024
/** Lines of one turn beyond this are handed over before the turn ends. */
const SEAL_CHARACTERS = 64 * 1024
const EXIT_WAIT_MS = 1000
const RETRY_FULL_PIPE_MS = 5
const RETRY_FULL_PIPE_MAX_MS = 100
const RETRY_MS = 250
const RETRY_MAX_MS = 1000

/** A sink over a descriptor. Writing synchronously once a turn costs less CPU than a wake-up of the thread pool, and survives kill -9. */
export function createWriter({ output, bufferMs = 0, maxBytes = 8 * 1024 * 1024, notices = createNotices() }: WriterOptions): Sink {
  const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  const drops = new Map<DropReason, number>()
  let text = ''
  let textLines = 0
  let chunks: Chunk[] = []
  let chunkBytes = 0
  let recorded = 0
  let exported = 0
  let announced = 0
  let scheduled = false
  let retry: NodeJS.Timeout | undefined
  let retryMs = 0
  let failure: string | undefined
  let closed = false
  let exiting = false
  watchLastTurn()

  function write(line: string): void {
    recorded++
    if (closed) return drop(1, 'shutdown')
    if (chunkBytes + text.length + line.length > maxBytes) return drop(1, 'queue_full')
    text += line
    textLines++
    if (text.length >= SEAL_CHARACTERS) return pump()
    if (!scheduled && retry === undefined) schedule()
  }

  function schedule(): void {
    if (exiting) return pump()
    scheduled = true
    if (bufferMs > 0) setTimeout(pump, Math.min(bufferMs, LONGEST_TIMER_MS)).unref()
    else if (isLastTurn()) setImmediate(pump).unref()
    else setImmediate(pump)
  }

  function drop(lines: number, reason: DropReason): void {
    drops.set(reason, (drops.get(reason) ?? 0) + lines)
    notices.due(describe)
  }

  function describe(): string | undefined {
    const lost = dropped()
    const news = lost - announced
    announced = lost
    if (news === 0 && failure === undefined) return undefined
    return `${output.name}: ${failure ?? 'recovered'}; ${news} lines dropped, ${lost} since the start`
  }

  function dropped(): number {
    let sum = 0
    for (const lines of drops.values()) sum += lines
    return sum
  }

  /** Writes what is there; while the output refuses it only seals. */
  function pump(): void {
    scheduled = false
    if (retry !== undefined) seal()
    else attempt()
  }

  function attempt(): void {
    try {
      if (chunks.length === 0) writeText()
      else seal()
      while (chunks.length > 0) writeChunk(chunks[0]!)
      recover()
    } catch (error) {
      seal()
      stall(error)
    }
  }

  /** The usual case: the lines of this turn in one write out of a buffer that is always there. */
  function writeText(): void {
    if (text === '') return
    if (text.length * 3 > SCRATCH_BYTES) return seal()
    const length = scratch.write(text, 0)
    output.prepare?.(length)
    const taken = output.write(scratch, 0, length)
    const lines = textLines
    text = ''
    textLines = 0
    if (taken === length) exported += lines
    else push({ bytes: Buffer.from(scratch.subarray(0, length)), lines, offset: taken })
  }

  function writeChunk(chunk: Chunk): void {
    if (chunk.offset === 0) output.prepare?.(chunk.bytes.length)
    // The rest of a line whose beginning is elsewhere would be noise: begin that line again.
    else if (output.moved?.()) chunk.offset = chunk.bytes.lastIndexOf(10, chunk.offset - 1) + 1
    chunk.offset += output.write(chunk.bytes, chunk.offset, chunk.bytes.length - chunk.offset)
    if (chunk.offset < chunk.bytes.length) return
    chunks.shift()
    chunkBytes -= chunk.bytes.length
    exported += chunk.lines
  }

  function push(chunk: Chunk): void {
    chunks.push(chunk)
    chunkBytes += chunk.bytes.length
  }

  function seal(): void {
    if (text === '') return
    push({ bytes: Buffer.from(text), lines: textLines, offset: 0 })
    text = ''
    textLines = 0
  }

  function stall(error: unknown): void {
    const code = (error as { code?: string } | undefined)?.code ?? 'error'
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK') {
      retryMs = Math.min(retryMs === 0 ? RETRY_FULL_PIPE_MS : retryMs * 2, RETRY_FULL_PIPE_MAX_MS)
      // A reader that is merely slow is no news until lines are lost.
      failure = 'the reader does not keep up'
    } else {
      retryMs = Math.min(retryMs === 0 ? RETRY_MS : retryMs * 2, RETRY_MAX_MS)
      failure = `${code}: ${(error as Error).message}`
      notices.due(describe)
    }
    retry = setTimeout(() => {
      retry = undefined
      attempt()
    }, retryMs).unref()
  }

  function recover(): void {
    if (failure !== undefined && dropped() > announced) notices.due(describe)
    failure = undefined
    retryMs = 0
  }

  function flushSync(): void {
    const deadline = performance.now() + EXIT_WAIT_MS
    for (;;) {
      clearTimeout(retry)
      retry = undefined
      attempt()
      if (chunks.length === 0) break
      if (failure !== 'the reader does not keep up' || performance.now() > deadline) return
      Atomics.wait(SLEEP, 0, 0, 5)
    }
    try {
      output.sync?.()
    } catch {
      // The lines are with the kernel; whether they are on the disk it does not say.
    }
  }

  /** What nobody takes now is lost. Lines of whoever listens to the exit after us are handed over as they come. */
  function exit(): void {
    exiting = true
    scheduled = false
    flushSync()
    if (chunks.length === 0) return
    for (const { lines } of chunks) drops.set('shutdown', (drops.get('shutdown') ?? 0) + lines)
    chunks = []
    chunkBytes = 0
    notices.last(describe)
  }

  async function flush(deadlineMs = 5000): Promise<void> {
    const deadline = performance.now() + deadlineMs
    pump()
    while ((chunks.length > 0 || text !== '') && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      pump()
    }
  }

  async function close(deadlineMs: number): Promise<void> {
    if (closed) return
    await flush(deadlineMs)
    closed = true
    clearTimeout(retry)
    seal()
    for (const chunk of chunks) drop(chunk.lines, 'shutdown')
    chunks = []
    chunkBytes = 0
    notices.stop()
    output.close()
  }

  return {
    write,
    flushSync,
    exit,
    flush,
    close,
    account: () => ({ recorded, exported, dropped: dropped(), queued: recorded - exported - dropped() }),
    drops: () => drops,
    ...(output.reopen && { reopen: () => output.reopen?.() })
  }
}

const SLEEP = new Int32Array(new SharedArrayBuffer(4))
