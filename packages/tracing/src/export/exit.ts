// Where finished spans leave the process.

import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { Account } from '@rag/core'
import type { DropReason } from './delivery.js'
import type { Tls } from './transport.js'

export interface Exit {
  readonly account: Account
  readonly dropped: ReadonlyMap<DropReason, number>
  /** Whether spans are kept as objects and so must be settled first. */
  readonly keepsSpans: boolean
  add(span: ReadableSpan): void
  /** Resolves when all is delivered, or at the deadline (of `performance.now()`). Never rejects. */
  flush(deadline: number): Promise<void>
  close(deadline: number): Promise<void>
  /** What is not delivered yet as one HTTP request each, for the moment at which nothing asynchronous runs any more. */
  rest?(): Rest | undefined
}

export interface Rest {
  url: string
  headers: Record<string, string>
  tls?: Tls
  bodies: Uint8Array[]
}

export interface QueueOptions {
  maxSpans: number
  maxBytes: number
  batchSpans: number
  delayMs: number
  timeoutMs: number
}
