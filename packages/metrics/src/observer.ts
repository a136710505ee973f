// The observer: hands each ended operation to the recorder of its kind.
import type { Kind, Observer, Operation, Source } from '@rag/core'
import { clientRecorder, dbRecorder, dependencyRecorder } from './record/calls.js'
import { llmRecorder } from './record/llm.js'
import { serverRecorder } from './record/server.js'
import { agentRecorder, cacheRecorder, jobRecorder, stageRecorder, toolRecorder } from './record/work.js'
import type { Store } from './storage/store.js'

/** Operations that are running, by the kinds that have a gauge for them. */
export interface Active {
  server: number
  client: number
}

export interface ObserverParts {
  service: string
  slowMs: number
  /** Kept by the core while operations run. */
  active: Active
  addSource: (source: Source) => () => void
}

/** Each kind has its own type of operation; the table is the one place that forgets it. */
type Recorders = { readonly [K in Kind]: (operation: Operation<K>) => void }

export function metricsObserver(store: Store, { service, slowMs, active, addSource }: ObserverParts): Observer {
  const dependency = dependencyRecorder(store)
  const recorders: Recorders = {
    server: serverRecorder(store),
    client: clientRecorder(store, dependency),
    db: dbRecorder(store, dependency, slowMs),
    llm: llmRecorder(store, dependency),
    cache: cacheRecorder(store),
    stage: stageRecorder(store),
    job: jobRecorder(store),
    tool: toolRecorder(store),
    agent: agentRecorder(store)
  }
  return {
    id: 'metrics',
    service,
    ids: false,
    active,
    end(operation) {
      ;(recorders[operation.kind] as ((operation: Operation) => void) | undefined)?.(operation)
    },
    source: addSource
  }
}
