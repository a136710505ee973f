// Levels at run time: for all or for one component, for good or for a while, asked for by a call or by a signal.
import { checkOptions, type Duration, durationMs, LONGEST_TIMER_MS, RagError } from '@rag/core'
import { type Logger, type LoggerOptions as PinoOptions, pino } from 'pino'
import { checkSignal } from './check-signal.js'
import type { Components } from './components.js'

/** A change of level. */
export interface LevelChange {
  /** Only children with this `component` binding. */
  component?: string
  /** After this time, at most 24 days, the level is as before. @default for good */
  for?: Duration
}

/** What a signal does: the first one changes the level, the next one changes it back, and so does the end of the time. */
export interface LevelSignal {
  signal: NodeJS.Signals
  /** @default 'debug' */
  level?: string
  /** @default '10m' */
  for?: Duration
}

export interface Levels {
  /** @throws RagError `RAG_LOGGER_LEVEL`, `RAG_CORE_DURATION` */
  set(level: string, change?: LevelChange): void
  /** Ends every change that was for a while, as if its time were over. */
  back(): void
  /** Changes back and listens to no signal any more. */
  stop(): void
}

interface Revert {
  readonly timer: NodeJS.Timeout
  readonly before: string | undefined
}

/** All handles of a logger share one of these, so that a change through one is not undone by another. */
export function createLevels(root: Logger, components: Components | undefined, on: LevelSignal | undefined): Levels {
  const reverts = new Map<string, Revert>()

  function apply(level: string | undefined, component: string | undefined): void {
    if (component !== undefined) components?.set(component, level)
    else if (level !== undefined) root.level = level
  }

  function revert(key: string): void {
    const running = reverts.get(key)
    if (!running) return
    clearTimeout(running.timer)
    reverts.delete(key)
    apply(running.before, key === '' ? undefined : key)
  }

  function set(level: string, { component, for: duration }: LevelChange = {}): void {
    checkLevel('level', level, { customLevels: root.levels.values })
    const ms = duration === undefined ? undefined : durationMs('for', duration)
    const key = component ?? ''
    const running = reverts.get(key)
    clearTimeout(running?.timer)
    reverts.delete(key)
    // Changed twice, it goes back to what it was before the first change.
    const before = running ? running.before : component === undefined ? root.level : components?.level(component)
    apply(level, component)
    if (ms !== undefined) reverts.set(key, { timer: setTimeout(revert, Math.min(ms, LONGEST_TIMER_MS), key).unref(), before })
  }

  function toggle(): void {
    if (reverts.has('')) revert('')
    else set(on?.level ?? 'debug', { for: on?.for ?? '10m' })
  }

  if (on) process.on(on.signal, toggle)
  return {
    set,
    back() {
      for (const key of [...reverts.keys()]) revert(key)
    },
    stop() {
      for (const { timer } of reverts.values()) clearTimeout(timer)
      reverts.clear()
      if (on) process.off(on.signal, toggle)
    }
  }
}

/** @throws RagError `RAG_LOGGER_LEVEL` */
export function checkLevel(option: string, level: unknown, { customLevels, useOnlyCustomLevels }: PinoOptions = {}): string {
  const known = ['silent', ...(useOnlyCustomLevels ? [] : Object.keys(pino.levels.values)), ...Object.keys(customLevels ?? {})]
  if (typeof level === 'string' && known.includes(level)) return level
  throw new RagError('RAG_LOGGER_LEVEL', { option, value: level, problem: 'there is no such level', fix: `use one of ${known.join(', ')}` })
}

/** @throws RagError `RAG_LOGGER_LEVEL`, `RAG_LOGGER_OPTION`, `RAG_CORE_DURATION`, `RAG_CORE_UNKNOWN_OPTION` */
export function checkLevelSignal(on: LevelSignal | undefined, levels: PinoOptions): LevelSignal | undefined {
  if (on === undefined) return undefined
  checkOptions('levelOn', on, ['signal', 'level', 'for'])
  checkSignal('levelOn.signal', on.signal)
  checkLevel('levelOn.level', on.level ?? 'debug', levels)
  durationMs('levelOn.for', on.for ?? '10m')
  return on
}
