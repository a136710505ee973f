// What every copy of this module in one process shares, so that ESM beside CJS is still one pass.
import type { OperationRecord } from './operation.js'
import { holdTick } from './tick-shape.js'

interface SharedState {
  /** Ended operations that no observer has seen yet. */
  pending: OperationRecord[]
  timer: NodeJS.Timeout | undefined
  /** What {@link timer} was set to. */
  waitMs: number
  immediate: NodeJS.Immediate | undefined
  /** Records that an observer lost by throwing, by observer id. */
  failures: Map<string, number>
  /** What must run before the process ends, in order: drain first, then destinations. */
  exitHooks: Set<() => void>
  exitArmed: boolean
}

const KEY = Symbol.for('@rag/core/state/1')
const carrier = globalThis as { [KEY]?: SharedState }

carrier[KEY] ??= {
  pending: [],
  timer: undefined,
  waitMs: 0,
  immediate: undefined,
  failures: new Map(),
  exitHooks: new Set(),
  exitArmed: false
}

export const state: SharedState = carrier[KEY]
// As early as this SDK can: a process in which the class was lost does not get it back.
holdTick()

/** Counts a record that an observer could not keep. */
export function countFailure(observer: string): void {
  state.failures.set(observer, (state.failures.get(observer) ?? 0) + 1)
}
