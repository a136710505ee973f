// What a logger and all its children share. It hangs on the root instance, so ESM and CJS copies of this module find it.
import type { Identity, Masker } from '@rag/core'
import type { Logger } from 'pino'
import type { CleanTexts } from './clean-texts.js'
import type { Components } from './components.js'
import type { Sink } from './destination/sink.js'
import type { Events, LevelCounts } from './events.js'
import type { FlatLines } from './flat-line.js'
import type { Levels } from './levels.js'
import type { Ring } from './ring.js'
import type { Shape } from './shape.js'

const STATE = Symbol.for('@rag/logger/state/1')

export interface LogState {
  readonly root: Logger
  readonly service: string
  /** Masks a value, or leaves it when masking is off. */
  readonly mask: Masker['mask']
  readonly cleanTexts: CleanTexts
  readonly sink: Sink
  readonly shape: Shape
  /** Undefined when something of the user's, or a masker of the application, sees every record. */
  readonly flat: FlatLines | undefined
  /** Written identities; they are masked, so each logger has its own. */
  readonly identities: WeakMap<Identity, string>
  /** JSON of the static fields, with a leading comma; every chain of bindings starts with it. */
  readonly base: string
  /** Longest line in bytes. */
  readonly maxLine: number
  /** Longest string in characters. */
  readonly maxText: number
  /** Whether lines of operations may be built directly: nothing of the user's must see them first. */
  readonly direct: boolean
  /** Whether the time of a line is written by us, not by a `timestamp` of the user. */
  readonly ownTime: boolean
  readonly events: Events
  /** Counts of request lines. */
  readonly requestCounts: LevelCounts
  /** JSON of the id of the next line, with a leading comma; empty when lines have none. */
  readonly lineId: () => string
  readonly ring: Ring
  readonly components: Components
  readonly levels: Levels
  /** pino's own, behind what this package puts before it. */
  readonly setBindings: Logger['setBindings']
  /** Records that could not be read and were replaced. */
  unreadable: number
  stop: () => void
}

/** The state behind a logger of this package; undefined for any other pino logger. */
export function stateOf(logger: object): LogState | undefined {
  return (logger as { [STATE]?: LogState })[STATE]
}

const COUNTS = Symbol.for('@rag/logger/counts/1')

/** The counts that an instance adds to; children have those of their parent, or of their own component. */
export function countsOf(logger: object): LevelCounts {
  return (logger as { [COUNTS]: LevelCounts })[COUNTS]
}

export function attachCounts(logger: object, counts: LevelCounts): void {
  Object.defineProperty(logger, COUNTS, { value: counts })
}

export function attachState(logger: object, state: LogState): void {
  Object.defineProperty(logger, STATE, { value: state })
}
