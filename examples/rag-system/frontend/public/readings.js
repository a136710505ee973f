// What an operator sees, computed from the expositions of the services: two readings give the rates between them.
import { read, readJson } from './api.js'
import { bucketsBetween, bucketsOf, matching, parseExposition, quantile, total, valuesOf } from './exposition.js'

const DURATION = 'http_server_request_duration_seconds'
const CLASSES = 'rag_http_server_requests_total'

/** The expositions of all services, and the alerts. */
export async function takeReading() {
  const { services = [], alertmanager = false } = (await readJson('/ops/services')) ?? {}
  const [alerts, ...expositions] = await Promise.all([
    alertmanager ? readJson('/ops/alerts') : undefined,
    ...services.map(async (service) => {
      const reply = await read(service, 'metrics')
      return [service, reply && parseExposition(await reply.text())]
    })
  ])
  return { at: Date.now(), services, alertmanager, alerts, samples: new Map(expositions) }
}

/** One row a service. Rates and percentiles are of the time between the readings; the percentiles of all time while nothing happened in it. */
export function redOf(before, after) {
  const elapsed = before ? (after.at - before.at) / 1000 : 0
  return after.services.map((service) => {
    const [old, samples] = [before?.samples.get(service), after.samples.get(service)]
    if (!samples) return { service, up: false }
    const since = (name, wanted) => (old ? Math.max(0, total(samples, name, wanted) - total(old, name, wanted)) : 0)
    const requests = since(`${DURATION}_count`)
    const all = bucketsOf(samples, DURATION)
    const fresh = old ? bucketsBetween(bucketsOf(old, DURATION), all) : []
    const buckets = (fresh.at(-1)?.[1] ?? 0) > 0 ? fresh : all
    return {
      service,
      up: true,
      requests: total(samples, `${DURATION}_count`),
      rate: elapsed > 0 ? requests / elapsed : undefined,
      failed: total(samples, CLASSES, { status_class: '5xx' }),
      errors: requests > 0 ? since(CLASSES, { status_class: '5xx' }) / requests : 0,
      p50: quantile(buckets, 0.5),
      p95: quantile(buckets, 0.95),
      p99: quantile(buckets, 0.99)
    }
  })
}

export function llmOf({ samples }) {
  const llm = samples.get('llm-service')
  return {
    models: valuesOf(llm, 'rag_llm_calls_total', 'gen_ai_request_model').map((model) => {
      const wanted = { gen_ai_request_model: model }
      return {
        model,
        calls: total(llm, 'rag_llm_calls_total', wanted),
        // A call that its visitor left has not failed.
        failed: ['error', 'timeout'].reduce((sum, outcome) => sum + total(llm, 'rag_llm_calls_total', { ...wanted, outcome }), 0),
        input: total(llm, 'rag_llm_tokens_total', { ...wanted, kind: 'input' }),
        output: total(llm, 'rag_llm_tokens_total', { ...wanted, kind: 'output' }),
        cost: total(llm, 'rag_llm_cost_usd_total', wanted)
      }
    }),
    budgets: matching(llm, 'rag_llm_budget_used_ratio').map(({ labels, value }) => ({
      budget: labels.budget,
      used: value,
      refused: total(llm, 'rag_llm_budget_refusals_total', { budget: labels.budget })
    })),
    rateLimited: total(llm, 'rag_llm_rate_limited_total'),
    reroutes: total(llm, 'rag_llm_reroutes_total'),
    spent: total(llm, 'rag_llm_cost_usd_total'),
    saved: [...samples.values()].reduce((sum, one) => sum + total(one, 'rag_cache_saved_usd_total'), 0)
  }
}

export function cachesOf({ samples }) {
  return [...samples.values()].flatMap((one) =>
    valuesOf(one, 'rag_cache_requests_total', 'cache').flatMap((cache) =>
      ['memory', 'redis'].flatMap((layer) => {
        const lookups = total(one, 'rag_cache_requests_total', { cache, layer })
        const hits = total(one, 'rag_cache_requests_total', { cache, layer, result: 'hit' })
        return lookups > 0 ? [{ cache, layer, lookups, hits, rate: hits / lookups }] : []
      })
    )
  )
}

export function indexOf({ samples }) {
  const documents = samples.get('document-service')
  return {
    documents: total(documents, 'example_index_documents'),
    passages: total(documents, 'example_index_passages'),
    bytes: total(documents, 'rag_pg_table_size_bytes'),
    untold: total(documents, 'example_index_changes_untold')
  }
}

/** How the SDK itself does: label sets held, and records that it lost. */
export function sdkOf({ services, samples }) {
  return services.flatMap((service) => {
    const one = samples.get(service)
    if (!one) return []
    return [
      {
        service,
        series: total(one, 'rag_metrics_series'),
        recorded: total(one, 'rag_telemetry_recorded_total'),
        dropped: total(one, 'rag_telemetry_dropped_total'),
        masked: total(one, 'rag_masked_total'),
        memory: total(one, 'process_memory_usage_bytes')
      }
    ]
  })
}
