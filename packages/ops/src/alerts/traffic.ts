// Series of what a service is asked and of what it asks another, for the tests of alerts.
import type { Model } from '../config/model.js'
import { kit, type Phase } from './kit.js'

const REQUESTS = 'rag_http_server_requests_total'
export const CALLS = 'rag_dependency_requests_total'

/** Requests to a service: in each phase so many a second, of which a share fails. */
export function requestsOf(model: Model) {
  const { counter } = kit(model)
  return (phases: readonly (readonly [rate: number, failing: number, length: string])[], labels: Record<string, string> = {}) => [
    counter(
      REQUESTS,
      phases.map(([rate, failing, length]) => [rate * (1 - failing), length] as const),
      { ...labels, status_class: '2xx' }
    ),
    counter(
      REQUESTS,
      phases.map(([rate, failing, length]) => [rate * failing, length] as const),
      { ...labels, status_class: '5xx' }
    )
  ]
}

/** Calls of a service to one dependency: in each phase so many a second, of which a share ends so. */
export function callsOf(model: Model) {
  const { counter } = kit(model)
  return (outcome: string, phases: readonly (readonly [rate: number, share: number, length: string])[]) => [
    counter(
      CALLS,
      phases.map(([rate, share, length]): Phase => [rate * (1 - share), length]),
      { peer_service: 'search', outcome: 'ok' }
    ),
    counter(
      CALLS,
      phases.map(([rate, share, length]): Phase => [rate * share, length]),
      { peer_service: 'search', outcome }
    )
  ]
}
