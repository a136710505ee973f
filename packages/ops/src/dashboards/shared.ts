// Dashboards over all services: overview, graph, anomalies, spend, capacity, data, quality, telemetry.
import { bands } from '../rules/bands.js'
import { type Dashboard, lines, pick, quantile, rate } from './types.js'

const event = { event: true } as const
const REQUESTS = 'rag_http_server_requests_total'
const NODES = 'id|title'

export function sharedDashboards(anomalyScore: number): Dashboard[] {
  return [
    {
      uid: 'rag-overview',
      title: 'RAG: Overview',
      panels: [
        lines('Instances that are up', 'short', `sum by (service) (${pick('up')})`, '{{service}}', { kind: 'stat' }),
        lines('Alerts that fire', 'short', 'count by (priority) (ALERTS{alertstate="firing", alertname!="Watchdog"})', '{{priority}}', {
          kind: 'stat',
          event: true
        }),
        lines('Requests', 'reqps', rate(REQUESTS, 'service'), '{{service}}'),
        lines('Failed requests', 'percentunit', pick('service:rag_http_errors:ratio_rate5m'), '{{service}}'),
        lines('95th percentile', 's', pick('service:rag_http_duration_seconds:p95'), '{{service}}'),
        lines(
          'Error budget burnt in the last hour, times the allowed',
          'short',
          `${pick('service:rag_http_errors:ratio_rate1h')} / on (service) group_left () service:rag_slo_error_budget:ratio`,
          '{{service}}'
        ),
        lines(
          'Slow budget burnt in the last hour, times the allowed',
          'short',
          `${pick('service:rag_http_slow:ratio_rate1h')} / on (service) group_left () service:rag_slo_slow_budget:ratio`,
          '{{service}}'
        ),
        lines('Log lines', 'ops', rate('rag_log_events_total', 'service, level', 'level=~"warn|error|fatal"'), '{{service}} {{level}}'),
        lines(
          'New error patterns in ten minutes',
          'short',
          `sum by (service) (increase(${pick('rag_log_fingerprints_total')}[10m]))`,
          '{{service}}',
          event
        ),
        lines(
          'Delay of the event loop, 99th percentile',
          's',
          `max by (service) (${pick('nodejs_eventloop_delay_p99_seconds')})`,
          '{{service}}'
        ),
        lines('Memory', 'bytes', `sum by (service) (${pick('process_memory_usage_bytes')})`, '{{service}}'),
        lines(
          'Versions that run',
          'short',
          `count by (exported_service, version) (${pick('rag_build_info')}) or count by (service, version) (${pick('rag_build_info')})`,
          '{{service}}{{exported_service}} {{version}}',
          { kind: 'stat' }
        )
      ]
    },
    {
      uid: 'rag-graph',
      title: 'RAG: Service graph',
      panels: [
        {
          title: 'Who calls whom',
          unit: 'reqps',
          kind: 'graph',
          queries: [
            {
              legend: 'nodes',
              expr:
                node(`sum by (service) (rate(${REQUESTS}[5m]))`, 'service') +
                ' or ' +
                node('sum by (peer_service) (rate(rag_dependency_requests_total[5m]))', 'peer_service')
            },
            {
              legend: 'edges',
              expr: edge('sum by (service, peer_service) (rate(rag_dependency_requests_total[5m]))')
            }
          ],
          help: 'Requests per second along each edge.'
        },
        lines(
          'Failing calls',
          'percentunit',
          `${rate('rag_dependency_requests_total', 'service, peer_service', 'outcome=~"error|timeout"')} / (${rate('rag_dependency_requests_total', 'service, peer_service')} > 0)`,
          '{{service}} → {{peer_service}}'
        ),
        lines(
          'Calls out, 95th percentile',
          's',
          quantile(0.95, 'http_client_request_duration_seconds', 'service, server_address'),
          '{{service}} → {{server_address}}'
        ),
        lines(
          'Calls to stores, 95th percentile',
          's',
          quantile(0.95, 'db_client_operation_duration_seconds', 'service, db_system_name'),
          '{{service}} → {{db_system_name}}',
          event
        )
      ]
    },
    {
      uid: 'rag-anomalies',
      title: 'RAG: Anomalies',
      panels: bands.map(({ name, title, unit }) => ({
        title,
        unit,
        kind: 'band' as const,
        help: `The band is the median of the same hour of three past weeks and ${anomalyScore} robust deviations around it. It appears after a week of data; alerts come after three.`,
        queries: [
          { legend: 'now {{service}}', expr: pick(`service:${name}:mean1h`) },
          {
            legend: 'upper {{service}}',
            expr: `${pick(`service:${name}:baseline`)} + ${anomalyScore} * ${pick(`service:${name}:spread`)} or ${pick(`service:${name}:mean1h`)}`
          },
          {
            legend: 'lower {{service}}',
            expr: `clamp_min(${pick(`service:${name}:baseline`)} - ${anomalyScore} * ${pick(`service:${name}:spread`)}, 0) or ${pick(`service:${name}:mean1h`)}`
          }
        ]
      }))
    },
    {
      uid: 'rag-spend',
      title: 'RAG: LLM spend',
      panels: [
        lines(
          'Spend per hour by model',
          'currencyUSD',
          `${rate('rag_llm_cost_usd_total', 'gen_ai_request_model')} * 3600`,
          '{{gen_ai_request_model}}'
        ),
        lines('Spend per hour by service', 'currencyUSD', `${rate('rag_llm_cost_usd_total', 'service')} * 3600`, '{{service}}'),
        lines(
          'Cost of a call, 95th percentile',
          'currencyUSD',
          quantile(0.95, 'rag_llm_call_cost_usd', 'gen_ai_request_model'),
          '{{gen_ai_request_model}}'
        ),
        lines(
          'Spend per request',
          'currencyUSD',
          `${rate('rag_llm_cost_usd_total', 'service')} / (${rate(REQUESTS, 'service')} > 0)`,
          '{{service}}'
        ),
        lines('Tokens by model', 'short', rate('rag_llm_tokens_total', 'gen_ai_request_model'), '{{gen_ai_request_model}}'),
        lines('Budgets used', 'percentunit', `max by (budget) (${pick('rag_llm_budget_used_ratio')})`, '{{budget}}', event),
        lines('Refused by a budget', 'ops', rate('rag_llm_budget_refusals_total', 'budget, reason'), '{{budget}} {{reason}}', event),
        lines(
          'Calls without a price',
          'ops',
          rate('rag_llm_unpriced_calls_total', 'gen_ai_request_model'),
          '{{gen_ai_request_model}}',
          event
        ),
        lines('Saved by caches per hour', 'currencyUSD', `${rate('rag_cache_saved_usd_total', 'cache')} * 3600`, '{{cache}}', event),
        lines('Age of the price table', 's', `max by (service) (${pick('rag_llm_price_age_seconds')})`, '{{service}}')
      ]
    },
    {
      uid: 'rag-capacity',
      title: 'RAG: Capacity',
      panels: [
        lines('CPU', 'percentunit', rate('process_cpu_time_seconds_total', 'service, instance'), '{{service}} {{instance}}'),
        lines(
          'Event loop in use',
          'percentunit',
          `max by (service, instance) (${pick('nodejs_eventloop_utilization_ratio')})`,
          '{{service}} {{instance}}'
        ),
        lines(
          'Heap used of its limit',
          'percentunit',
          `sum by (service, instance) (${pick('v8js_memory_heap_used_bytes')}) / sum by (service, instance) (${pick('v8js_memory_heap_limit_bytes')})`,
          '{{service}} {{instance}}'
        ),
        lines('Pauses of the garbage collector', 's', rate('v8js_gc_duration_seconds_sum', 'service'), '{{service}}'),
        lines(
          'Container memory of its limit',
          'percentunit',
          `${pick('rag_container_memory_working_set_bytes')} / ${pick('rag_container_memory_limit_bytes')}`,
          '{{service}} {{instance}}',
          event
        ),
        lines(
          'Held back by the CPU quota',
          'percentunit',
          `${rate('rag_container_cpu_throttled_periods_total', 'service')} / (${rate('rag_container_cpu_periods_total', 'service')} > 0)`,
          '{{service}}',
          event
        ),
        lines(
          'Pools, saturation',
          'percentunit',
          `max by (service, db_client_connection_pool_name) (${pick('rag_db_pool_saturation_ratio')})`,
          '{{service}} {{db_client_connection_pool_name}}',
          event
        ),
        lines(
          'Days until a disk is full',
          'd',
          '(node_filesystem_avail_bytes / -(deriv(node_filesystem_avail_bytes[7d]) < 0)) / 86400',
          '{{instance}} {{mountpoint}}',
          event
        ),
        lines('Databases', 'bytes', `max by (store) (${pick('rag_pg_database_size_bytes')})`, '{{store}}', event),
        lines('Indexes', 'bytes', `max by (store, index) (${pick('rag_elasticsearch_index_size_bytes')})`, '{{store}} {{index}}', event),
        lines('Requests per instance', 'reqps', `${rate(REQUESTS, 'service')} / sum by (service) (${pick('up')})`, '{{service}}'),
        lines(
          'Requests against the week before',
          'percentunit',
          `${rate(REQUESTS, 'service')} / (sum by (service) (rate(${pick(REQUESTS)}[$__rate_interval] offset 1w)) > 0)`,
          '{{service}}',
          event
        )
      ]
    },
    {
      uid: 'rag-data',
      title: 'RAG: Stores and backups',
      panels: [
        lines(
          'Calls to stores',
          'ops',
          rate('db_client_operation_duration_seconds_count', 'service, db_system_name, outcome'),
          '{{service}} {{db_system_name}} {{outcome}}',
          event
        ),
        lines(
          'Slow calls',
          'ops',
          rate('rag_db_slow_operations_total', 'service, db_system_name'),
          '{{service}} {{db_system_name}}',
          event
        ),
        lines('PostgreSQL connections', 'short', `sum by (store, state) (${pick('rag_pg_connections')})`, '{{store}} {{state}}', event),
        lines('PostgreSQL replication lag', 's', `max by (store) (${pick('rag_pg_replication_lag_seconds')})`, '{{store}}', event),
        lines('Redis memory', 'bytes', `max by (store) (${pick('rag_redis_memory_used_bytes')})`, '{{store}}', event),
        lines(
          'Redis hits and misses',
          'ops',
          `${rate('rag_redis_hits_total', 'store')} or ${rate('rag_redis_misses_total', 'store')}`,
          '{{store}}',
          event
        ),
        lines('Search shards', 'short', `sum by (store, state) (${pick('rag_elasticsearch_shards')})`, '{{store}} {{state}}', event),
        lines('Failed shards', 'ops', rate('rag_elasticsearch_failed_shards_total', 'store'), '{{store}}', event),
        lines('Time of searches outside the cluster', 's', rate('rag_elasticsearch_overhead_seconds_total', 'store'), '{{store}}', event),
        lines(
          'Age of the last success of jobs',
          's',
          `time() - max by (job_name) (${pick('rag_job_last_success_timestamp_seconds')})`,
          '{{job_name}}',
          event
        ),
        lines('Size of backups', 'bytes', `max by (job_name) (${pick('rag_job_size_bytes')})`, '{{job_name}}', event)
      ]
    },
    {
      uid: 'rag-quality',
      title: 'RAG: Quality of answers',
      panels: [
        lines(
          'Empty retrievals',
          'percentunit',
          `${rate('rag_stage_empty_results_total', 'stage')} / (${rate('rag_stage_documents_count', 'stage')} > 0)`,
          '{{stage}}',
          event
        ),
        lines('Best score, median', 'percentunit', quantile(0.5, 'rag_stage_top_score', 'stage'), '{{stage}}'),
        lines('Documents per retrieval, median', 'short', quantile(0.5, 'rag_stage_documents', 'stage'), '{{stage}}'),
        lines('Verdicts of users', 'ops', rate('rag_feedback_total', 'verdict'), '{{verdict}}', event),
        lines(
          'Evaluation scores, median',
          'percentunit',
          quantile(0.5, 'rag_evaluation_score', 'evaluation, prompt_version'),
          '{{evaluation}} {{prompt_version}}',
          event
        ),
        lines('Variants of flags', 'ops', rate('rag_flag_evaluations_total', 'flag, variant'), '{{flag}} {{variant}}', event),
        lines('Answers by meaning from the cache', 'ops', rate('rag_cache_semantic_total', 'cache, result'), '{{cache}} {{result}}', event)
      ]
    },
    {
      uid: 'rag-telemetry',
      title: 'RAG: Telemetry of the telemetry',
      panels: [
        lines('Records taken in', 'ops', rate('rag_telemetry_recorded_total', 'service, signal'), '{{service}} {{signal}}'),
        lines('Records that left', 'ops', rate('rag_telemetry_exported_total', 'service, signal'), '{{service}} {{signal}}'),
        lines(
          'Records lost',
          'ops',
          rate('rag_telemetry_dropped_total', 'service, signal, reason'),
          '{{service}} {{signal}} {{reason}}',
          event
        ),
        lines('Records waiting', 'short', `sum by (service, signal) (${pick('rag_telemetry_queued')})`, '{{service}} {{signal}}'),
        lines('Label sets', 'short', `max by (service) (${pick('rag_metrics_series')})`, '{{service}}'),
        lines(
          'Label sets beyond their bound',
          'ops',
          rate('rag_metrics_overflow_total', 'service, metric'),
          '{{service}} {{metric}}',
          event
        ),
        lines('Scrapes', 's', `max by (service) (${pick('scrape_duration_seconds')})`, '{{service}}'),
        lines(
          'Collectors, age of the last success',
          's',
          `time() - max by (service, collector) (${pick('rag_collector_last_success_timestamp_seconds')})`,
          '{{service}} {{collector}}',
          event
        ),
        lines('Secrets masked', 'ops', rate('rag_masked_total', 'service, rule'), '{{service}} {{rule}}', event)
      ]
    }
  ]
}

/** A vector with the fields of a node: id and title. */
function node(vector: string, label: string): string {
  return NODES.split('|').reduce((inner, field) => `label_replace(${inner}, "${field}", "$1", "${label}", "(.+)")`, vector)
}

/** A vector with the fields of an edge: id, source and target. */
function edge(vector: string): string {
  const joined = `label_join(${vector}, "id", "/", "service", "peer_service")`
  return `label_replace(label_replace(${joined}, "source", "$1", "service", "(.+)"), "target", "$1", "peer_service", "(.+)")`
}
