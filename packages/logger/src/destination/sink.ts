// Where lines go: one interface for stdout, files, streams and several of them.
import type { Account } from '@rag/core'

export interface Sink {
  /** Takes one line with its line feed. Never throws and never waits. */
  write(line: string): void
  /** Milliseconds that a line may wait before it comes here, where a destination was given time. @default 0 */
  readonly waitMs?: number
  /** Hands over what it can without going back to the event loop; waits at most a second for a slow reader. */
  flushSync(): void
  /** What is left to do when the process exits; without it {@link flushSync} is. */
  exit?(): void
  /** Resolves when nothing is queued any more, or after `deadlineMs`. */
  flush(deadlineMs?: number): Promise<void>
  /** Flushes, counts what is left as dropped, and lets go of the descriptor. */
  close(deadlineMs: number): Promise<void>
  account(): Account
  /** Lines lost, by reason. */
  drops(): ReadonlyMap<DropReason, number>
  /** Opens the file again, after a program has moved it. */
  reopen?(): void
}

export type DropReason = 'queue_full' | 'destination' | 'rejected' | 'shutdown'
