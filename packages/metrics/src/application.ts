// What the application says itself: feedback, flags, releases, evaluations, the fingerprint of its configuration.
import { createHash } from 'node:crypto'
import type { Masker } from '@rag/core'
import type { MetricName } from '@rag/core/catalogue'
import { bear } from './define-metric.js'
import { add, observe, set } from './storage/series.js'
import type { Store } from './storage/store.js'
import type { Metrics } from './types.js'

type ApplicationFace = Pick<Metrics, 'feedback' | 'flag' | 'release' | 'evaluation' | 'fingerprint'>
type SecretKey = Pick<Masker, 'isSecretKey'> | undefined

/** Counters whose label sets are known from the start. */
const BORN: readonly MetricName[] = ['rag_feedback_total']

export function applicationFace(store: Store, version: string, masker: SecretKey): ApplicationFace {
  for (const name of BORN) bear(store.get(name))
  return {
    feedback(feedback) {
      const { score } = feedback ?? {}
      const value = score === true ? 1 : score === false ? -1 : typeof score === 'number' ? score : Number.NaN
      if (Number.isNaN(value)) return store.drop('value')
      add(store.get('rag_feedback_total').resolve([value > 0 ? 'positive' : value < 0 ? 'negative' : 'neutral']), 1)
    },
    flag(name, variant) {
      if (typeof name !== 'string') return store.drop('labels')
      add(store.get('rag_flag_evaluations_total').resolve([name, text(variant)]), 1)
    },
    release(released = version) {
      set(store.get('rag_release_timestamp_seconds').resolve([text(released)]), Date.now() / 1000)
    },
    evaluation(evaluation) {
      const { name, score, prompt = '', promptVersion = '' } = evaluation ?? {}
      if (typeof name !== 'string') return store.drop('labels')
      observe(
        store.get('rag_evaluation_score').resolve([name, text(prompt), text(promptVersion)]),
        typeof score === 'number' ? score : Number.NaN
      )
    },
    fingerprint(configuration) {
      const hash = createHash('sha256')
        .update(canonical(configuration, masker, { depth: 0, left: MAX_VALUES }))
        .digest('hex')
        .slice(0, 16)
      const metric = store.get('rag_config_fingerprint_info')
      for (const series of [...metric.series.values()]) metric.remove(series)
      set(metric.resolve([hash]), 1)
      return hash
    }
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'invalid'
}

const MAX_DEPTH = 20
/** A configuration that leads back to itself has no end. */
const MAX_VALUES = 10_000

/** The same text for the same configuration whatever the order of its keys; what a secret key holds is left out, and what cannot be read. */
function canonical(value: unknown, masker: SecretKey, walk: { depth: number; left: number }): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : JSON.stringify(String(value))
  if (walk.depth >= MAX_DEPTH || walk.left-- <= 0) return 'null'
  walk.depth++
  try {
    if (Array.isArray(value)) return `[${value.map((item) => canonical(item, masker, walk)).join(',')}]`
    const pairs: string[] = []
    for (const key of Object.keys(value).sort()) {
      if (masker?.isSecretKey?.(key)) continue
      pairs.push(`${JSON.stringify(key)}:${canonical((value as Record<string, unknown>)[key], masker, walk)}`)
    }
    return `{${pairs.join(',')}}`
  } catch {
    return 'null'
  } finally {
    walk.depth--
  }
}
