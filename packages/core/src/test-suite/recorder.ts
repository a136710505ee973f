// An observer for tests: keeps what it was told.
import { drain } from '../batch.js'
import type { Observer } from '../observer.js'
import type { Operation } from '../operation.js'

export interface Recorder extends Observer {
  /** Operations recorded so far, oldest first. */
  readonly operations: Operation[]
  /** Waits until `count` operations have been recorded, then a little longer, so that one too many shows. */
  settled(count: number): Promise<Operation[]>
}

/**
 * Makes an observer that keeps every operation.
 *
 * @example
 * const recorder = recordingObserver()
 * app.use(observeExpress([recorder]))
 */
export function recordingObserver({ id = 'recorder', service = 'test' }: { id?: string; service?: string } = {}): Recorder {
  const operations: Operation[] = []
  return {
    id,
    service,
    operations,
    end: (operation) => void operations.push(operation),
    async settled(count) {
      for (let waited = 0; operations.length < count && waited < 5000; waited += 10) {
        drain()
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      await new Promise((resolve) => setTimeout(resolve, 40))
      drain()
      return operations
    }
  }
}
