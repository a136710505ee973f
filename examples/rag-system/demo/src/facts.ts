// What an operator wants to see, computed from what left the services and from nothing else.
import { type Check, checksOf, type Sent } from './agreement.js'
import { type AuditFacts, auditCheck } from './audit.js'
import { total, valuesOf } from './read/exposition.js'
import { bucketsOf, quantile } from './read/histogram.js'
import type { LogLine } from './read/ndjson.js'
import { metricsUrl, type Readings } from './readings.js'
import type { System } from './system/system.js'
import type { Recall } from './traffic.js'
import { type TraceNode, treeOf } from './tree.js'

export interface Facts {
  readonly ok: boolean
  /** Since the start. */
  readonly seconds: { readonly ready: number; readonly firstAnswer: number; readonly total: number }
  readonly backends: System['backends']
  readonly services: readonly { readonly name: string; readonly url: string; readonly metrics: string }[]
  readonly questions: readonly {
    readonly kind: string
    readonly status: number
    readonly cached: boolean
    readonly left: boolean
    readonly traceId: string
  }[]
  readonly recall: Recall
  readonly routes: readonly RouteFacts[]
  readonly models: readonly ModelFacts[]
  readonly cache: readonly LayerFacts[]
  readonly masked: number
  readonly trace: { readonly traceId: string; readonly tree: readonly TraceNode[]; readonly lines: readonly LogLine[] }
  /** What `rag-audit verify` says of the accesses that auth-service recorded. */
  readonly audit: AuditFacts
  readonly checks: readonly Check[]
}

export interface RouteFacts {
  readonly service: string
  readonly route: string
  readonly count: number
  /** Seconds. */
  readonly p50: number | undefined
  readonly p95: number | undefined
  readonly p99: number | undefined
}
export interface ModelFacts {
  readonly model: string
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
}
export interface LayerFacts {
  readonly cache: string
  readonly layer: string
  readonly lookups: number
  readonly hits: number
  readonly hitRate: number
}

const DURATION = 'http_server_request_duration_seconds'
const LOOKUPS = 'rag_cache_requests_total'
/** Share of the known questions whose document must be found. */
export const RECALL_GOAL = 0.8

export function factsOf(
  system: System,
  readings: Readings,
  sent: Sent,
  recall: Recall,
  audit: AuditFacts,
  seconds: Facts['seconds']
): Facts {
  const traceId = sent.asked.find(({ kind }) => kind === 'secret')?.traceId ?? ''
  const spans = readings.services.flatMap((service) => service.spans)
  const tree = treeOf(spans, traceId)
  const lines = readings.services.flatMap((service) => service.lines).filter((line) => line['traceId'] === traceId)
  const checks = [
    ...checksOf(readings, sent),
    ...tracesChecks(tree, lines),
    recallCheck(recall),
    ...askedChecks(sent),
    auditCheck(audit, readings)
  ]
  return {
    ok: checks.every(({ ok }) => ok),
    seconds,
    backends: system.backends,
    services: system.services.map(({ name, url, admin }) => ({ name, url, metrics: metricsUrl(admin) })),
    questions: sent.asked.map(({ kind, status, answer, left, traceId }) => ({
      kind,
      status,
      cached: answer?.cached ?? false,
      left,
      traceId
    })),
    recall,
    routes: routesOf(readings),
    models: modelsOf(readings),
    cache: layersOf(readings),
    masked: readings.services.reduce((sum, { samples }) => sum + total(samples, 'rag_masked_total'), 0),
    trace: { traceId, tree, lines: lines.sort((a, b) => timeOf(a) - timeOf(b)) },
    audit,
    checks
  }
}

function routesOf({ services }: Readings): RouteFacts[] {
  return services.flatMap(({ name, samples }) =>
    valuesOf(samples, `${DURATION}_count`, 'http_route').map((route) => {
      const buckets = bucketsOf(samples, DURATION, { http_route: route })
      const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(buckets, share))
      return { service: name, route, count: total(samples, `${DURATION}_count`, { http_route: route }), p50, p95, p99 }
    })
  )
}

function modelsOf({ services }: Readings): ModelFacts[] {
  return services.flatMap(({ samples }) =>
    valuesOf(samples, 'rag_llm_calls_total', 'gen_ai_request_model').map((model) => {
      const labels = { gen_ai_request_model: model }
      return {
        model,
        calls: total(samples, 'rag_llm_calls_total', labels),
        inputTokens: total(samples, 'rag_llm_tokens_total', { ...labels, kind: 'input' }),
        outputTokens: total(samples, 'rag_llm_tokens_total', { ...labels, kind: 'output' }),
        costUsd: total(samples, 'rag_llm_cost_usd_total', labels)
      }
    })
  )
}

function layersOf({ services }: Readings): LayerFacts[] {
  return services.flatMap(({ samples }) =>
    valuesOf(samples, LOOKUPS, 'cache').flatMap((cache) =>
      valuesOf(samples, LOOKUPS, 'layer').flatMap((layer) => {
        const lookups = total(samples, LOOKUPS, { cache, layer })
        const hits = total(samples, LOOKUPS, { cache, layer, result: 'hit' })
        return lookups === 0 ? [] : [{ cache, layer, lookups, hits, hitRate: hits / lookups }]
      })
    )
  )
}

/** Gateway, auth-service, engine and llm-service. */
const SERVICES_OF_A_QUESTION = 4

/** The trace that is shown is whole: one root, every service in it, log lines of every service. */
function tracesChecks(tree: readonly TraceNode[], lines: readonly LogLine[]): Check[] {
  const inTree = new Set<string>()
  const walk = ({ span, children }: TraceNode) => {
    inTree.add(span.service)
    children.forEach(walk)
  }
  tree.forEach(walk)
  const inLogs = new Set(lines.map((line) => line['service'])).size
  return [
    { name: 'roots of the trace shown', values: { roots: tree.length, wanted: 1 }, ok: tree.length === 1 },
    {
      name: 'services in the trace shown',
      values: { spans: inTree.size, logs: inLogs, services: SERVICES_OF_A_QUESTION },
      ok: inTree.size === SERVICES_OF_A_QUESTION && inLogs === SERVICES_OF_A_QUESTION
    }
  ]
}

function recallCheck({ recall, questions }: Recall): Check {
  return {
    name: `recall at 5 over ${questions} known questions`,
    values: { recall, goal: RECALL_GOAL },
    ok: recall >= RECALL_GOAL && questions >= 40
  }
}

function askedChecks({ asked }: Sent): Check[] {
  const ordinary = asked.filter(({ kind }) => kind !== 'abort' && kind !== 'fail')
  const answered = ordinary.filter(({ status, answer }) => status === 200 && answer && answer.answer !== '').length
  return [{ name: 'ordinary questions that were answered', values: { answered, asked: ordinary.length }, ok: answered === ordinary.length }]
}

function timeOf(line: LogLine): number {
  const time = line['time']
  return typeof time === 'number' ? time : Date.parse(String(time))
}
