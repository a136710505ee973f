// Work that an application names: stages, jobs, tools, agents; and the loads of caches.
import type { Operation } from '@rag/core'
import { add, observe, set } from '../storage/series.js'
import type { Store } from '../storage/store.js'

const OUTCOMES = ['ok', 'error', 'aborted', 'timeout'] as const
type Recorder<K extends 'stage' | 'job' | 'tool' | 'agent' | 'cache'> = (operation: Operation<K>) => void

export function stageRecorder(store: Store): Recorder<'stage'> {
  const duration = store.get('rag_stage_duration_seconds')
  const documents = store.get('rag_stage_documents')
  const score = store.get('rag_stage_top_score')
  const empty = store.get('rag_stage_empty_results_total')
  return ({ name, outcome = 'ok', durationMs, attributes }) => {
    observe(duration.resolve([name, outcome]), durationMs! / 1000)
    if (typeof attributes.documents === 'number') {
      observe(documents.resolve([name]), attributes.documents)
      const none = empty.resolve([name])
      if (attributes.documents === 0) add(none, 1)
    }
    if (typeof attributes.topScore === 'number') observe(score.resolve([name]), attributes.topScore)
  }
}

export function jobRecorder(store: Store): Recorder<'job'> {
  const runs = store.get('rag_job_runs_total')
  const duration = store.get('rag_job_duration_seconds')
  const success = store.get('rag_job_last_success_timestamp_seconds')
  const maxAge = store.get('rag_job_max_age_seconds')
  const size = store.get('rag_job_size_bytes')
  return ({ name, outcome = 'ok', startTime, durationMs, attributes }) => {
    const byOutcome = OUTCOMES.map((each) => runs.resolve([name, each]))
    add(byOutcome[OUTCOMES.indexOf(outcome)]!, 1)
    set(duration.resolve([name]), durationMs! / 1000)
    // Exists at 0 from the first run, so that a job that never succeeds is late.
    const last = success.resolve([name])
    if (outcome === 'ok') set(last, (startTime + durationMs!) / 1000)
    if (typeof attributes.maxAgeMs === 'number') set(maxAge.resolve([name]), attributes.maxAgeMs / 1000)
    if (outcome === 'ok' && typeof attributes.sizeBytes === 'number') set(size.resolve([name]), attributes.sizeBytes)
  }
}

export function toolRecorder(store: Store): Recorder<'tool'> {
  const duration = store.get('rag_tool_duration_seconds')
  return ({ name, outcome = 'ok', durationMs }) => {
    observe(duration.resolve([name, outcome]), durationMs! / 1000)
  }
}

export function agentRecorder(store: Store): Recorder<'agent'> {
  const duration = store.get('rag_agent_duration_seconds')
  return ({ name, outcome = 'ok', durationMs }) => {
    observe(duration.resolve([name, outcome]), durationMs! / 1000)
  }
}

export function cacheRecorder(store: Store): Recorder<'cache'> {
  const load = store.get('rag_cache_load_duration_seconds')
  return ({ outcome = 'ok', durationMs, attributes }) => {
    if (attributes.operation === 'load') observe(load.resolve([attributes.cache, outcome]), durationMs! / 1000)
  }
}
