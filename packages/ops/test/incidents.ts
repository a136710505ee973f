// Incidents as they are planted into ordinary life: what goes wrong, and which alert has to say so.
import type { OpsConfig } from '../src/index.js'
import type { Life } from './life.js'

/** Three services in a row, and what they call. */
export const shop: OpsConfig = {
  services: {
    'api-gateway': { role: 'gateway', targets: ['api-gateway:9464'], calls: ['rag-engine'] },
    'rag-engine': { role: 'rag', targets: ['rag-engine:9464'], calls: ['search', 'llm-service'] },
    'llm-service': { role: 'llm', targets: ['llm-service:9464'], calls: ['openai'] }
  },
  budgets: { daily: { window: '1d' } },
  backups: { 'backup-postgres': { rpo: '26h', rto: '1h' } },
  contacts: { mail: { to: 'ops@example.com', from: 'alerts@example.com', smarthost: 'smtp.example.com:587' } }
}

export interface Incident {
  readonly what: string
  readonly found: string
  readonly signals: NonNullable<Life['fault']>['signals']
  readonly deploys?: Life['deploys']
}

const START = 130
const LENGTH = 60
export const INCIDENT_MINUTES = START + LENGTH + 40

/** The life of an environment into which an incident is planted for an hour. */
export function lifeOf(incident: Incident, index: number): Life {
  return {
    // Services are expected in the environment of the configuration alone.
    environment: index === 0 ? 'production' : incident.what,
    instances: 1,
    minutes: INCIDENT_MINUTES,
    seed: 1000 + index,
    ...(incident.deploys && { deploys: incident.deploys }),
    fault: { from: START, to: START + LENGTH, signals: incident.signals }
  }
}

/** A share of failing requests that reaches everybody outside. */
const outwards = (share: number) => ({ 'errors:rag-engine': share, 'errors:api-gateway': share, 'dependency:rag-engine': share })

export const incidents: readonly Incident[] = [
  {
    what: 'a service is down',
    found: 'ServiceDown',
    signals: { 'up:rag-engine': 0, 'errors:api-gateway': 0.95, 'dependency:rag-engine': 0.95 }
  },
  { what: 'a dependency of one service is down', found: 'DependencyDown', signals: { 'dependency:search': 0.95, ...outwards(0.9) } },
  {
    what: 'the model provider is down',
    found: 'DependencyDown',
    signals: { 'dependency:openai': 0.95, llm: 0.95, 'errors:llm-service': 0.9, 'dependency:llm-service': 0.9, ...outwards(0.85) }
  },
  { what: 'a bug fails one request in twenty', found: 'ErrorBudgetBurnFast', signals: outwards(0.05) },
  {
    what: 'a release fails one request in ten',
    found: 'ReleaseRegressed',
    signals: outwards(0.1),
    deploys: [{ service: 'rag-engine', minute: START }]
  },
  {
    what: 'everything waits for a model',
    found: 'LatencyBudgetBurnFast',
    signals: { 'slow:llm-service': 0.97, 'slow:rag-engine': 0.97, 'slow:api-gateway': 0.97 }
  },
  { what: 'one model call in five fails and falls back', found: 'LlmErrorRate', signals: { llm: 0.2 } },
  { what: 'a FATAL line', found: 'FatalLogged', signals: { 'fatal:rag-engine': (minute) => (minute === START + 1 ? 1 : 0) } },
  { what: 'an audit log was changed', found: 'AuditChainBroken', signals: { audit: (minute) => (minute === START + 1 ? 1 : 0) } },
  { what: 'a primary shard is missing', found: 'SearchClusterRed', signals: { cluster: 2 } },
  {
    what: 'the archive of the database stands still',
    found: 'WalArchiveLag',
    signals: { archive: (minute) => 400 + (minute - START) * 60 }
  },
  { what: 'a budget is spent', found: 'LlmBudgetExceeded', signals: { budget: 1.02 } },
  {
    what: 'a process restarts again and again',
    found: 'RestartLoop',
    signals: { 'crash:llm-service': (minute) => (minute % 6 === 0 ? 1 : 0) }
  },
  { what: 'an event loop is blocked', found: 'EventLoopBlocked', signals: { 'loop:rag-engine': 0.6 } },
  { what: 'a heap is nearly full', found: 'HeapNearLimit', signals: { 'heap:rag-engine': 0.96 } },
  { what: 'a pool is exhausted', found: 'PoolExhausted', signals: { pool: 1.6 } },
  { what: 'an index is missing', found: 'SlowQueries', signals: { 'slow-queries': 0.2 } },
  { what: 'retries feed on themselves', found: 'RetryStorm', signals: { 'retries:search': 0.7 } },
  {
    what: 'a rate limit comes near',
    found: 'LlmRateLimitForecast',
    signals: { limit: (minute) => Math.min(1.1, 0.5 + (minute - START) * 0.02) }
  },
  { what: 'retrieval finds nothing', found: 'RetrievalEmpty', signals: { empty: 0.6 } },
  { what: 'secrets reach the logs', found: 'MaskingSpike', signals: { 'masked:rag-engine': 120 } },
  { what: 'log lines are lost', found: 'LogsLost', signals: { 'lost:rag-engine': 30 } },
  { what: 'connections run out', found: 'ConnectionsNearLimit', signals: { connections: 97 } }
]
