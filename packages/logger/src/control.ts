// The handle by which an application runs its logger: levels at run time, accounts, flush and shutdown.
import { type Account, drain, type Observer, type Source } from '@rag/core'
import type { Logger } from 'pino'
import { createLevels, type LevelChange } from './levels.js'
import { type LogObserverOptions, logObserver } from './observer.js'
import type { RecentQuery } from './ring.js'
import { type LogState, stateOf } from './state.js'

export interface LogControl {
  readonly observer: Observer
  /** Where the lines went, for metrics. */
  readonly source: Source
  account(): Account
  flush(): Promise<void>
  shutdown(deadlineMs: number): Promise<Account>
  /** @throws RagError `RAG_LOGGER_LEVEL`, `RAG_CORE_DURATION` */
  setLevel(level: string, change?: LevelChange): void
  /** The last records, newest first, masked. Nothing is kept before the first call. */
  recent(query?: RecentQuery): readonly unknown[]
}

/**
 * The handle of a logger, for whoever starts and stops the process. With a pino logger not made by `createLogger`
 * there are levels and lines, but no accounts and no recent records.
 *
 * @example
 * logControl(logger).setLevel('debug', { component: 'retriever', for: '10m' })
 */
export function logControl(logger: Logger, options: LogObserverOptions = {}): LogControl {
  const state = stateOf(logger)
  const root = state?.root ?? logger
  const levels = state?.levels ?? createLevels(root, undefined, undefined)

  async function flush(): Promise<void> {
    drain()
    if (state) await state.sink.flush()
    else await new Promise<void>((resolve) => logger.flush(() => resolve()))
  }

  async function shutdown(deadlineMs: number): Promise<Account> {
    levels.stop()
    drain()
    if (!state) logger.flush()
    else {
      await state.sink.close(deadlineMs)
      state.stop()
    }
    return accountOf(state)
  }

  return {
    observer: logObserver(logger, options),
    source: state ? sourceOf(state) : { read() {} },
    account: () => accountOf(state),
    flush,
    shutdown,
    setLevel: levels.set,
    recent: (query) => state?.ring.recent(query, root.levels.values) ?? []
  }
}

function accountOf(state: LogState | undefined): Account {
  return state ? state.sink.account() : { recorded: 0, exported: 0, dropped: 0, queued: 0 }
}

function sourceOf(state: LogState): Source {
  return {
    read(emit) {
      const { recorded, exported, queued } = state.sink.account()
      emit('rag_telemetry_recorded_total', recorded, { signal: 'logs' })
      emit('rag_telemetry_exported_total', exported, { signal: 'logs' })
      emit('rag_telemetry_queued', queued, { signal: 'logs' })
      const drops = state.sink.drops()
      for (const reason of ['queue_full', 'destination', 'rejected', 'shutdown'] as const) {
        emit('rag_telemetry_dropped_total', drops.get(reason) ?? 0, { signal: 'logs', reason })
      }
      state.events.read(emit)
      emit('rag_log_unreadable_total', state.unreadable)
    }
  }
}
