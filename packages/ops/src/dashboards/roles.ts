// One dashboard a role: what that kind of service lives by.
import type { Role } from '../config/types.js'
import { type Dashboard, lines, type Panel, pick, quantile, rate } from './types.js'

const REQUESTS = 'rag_http_server_requests_total'
const event = { event: true } as const

const requests: readonly Panel[] = [
  lines('Requests by route', 'reqps', rate(REQUESTS, 'http_route'), '{{http_route}}'),
  lines(
    'Failed requests by route',
    'percentunit',
    `${rate(REQUESTS, 'http_route', 'status_class="5xx"')} / (${rate(REQUESTS, 'http_route')} > 0)`,
    '{{http_route}}'
  ),
  lines('95th percentile by route', 's', quantile(0.95, 'http_server_request_duration_seconds', 'http_route'), '{{http_route}}'),
  lines('Answers by class of status', 'reqps', rate(REQUESTS, 'status_class'), '{{status_class}}')
]

const ROLES: Readonly<Record<Role, { title: string; panels: readonly Panel[] }>> = {
  gateway: {
    title: 'Gateway',
    panels: [
      lines('Requests being answered', 'short', `sum by (service) (${pick('http_server_active_requests')})`, '{{service}}'),
      lines(
        'Time to first byte, 95th percentile',
        's',
        quantile(0.95, 'rag_http_server_time_to_first_byte_seconds', 'http_route'),
        '{{http_route}}'
      ),
      lines(
        'Calls to other services',
        'reqps',
        rate('rag_dependency_requests_total', 'peer_service, outcome'),
        '{{peer_service}} {{outcome}}'
      ),
      lines('Retries', 'ops', rate('rag_dependency_retries_total', 'peer_service'), '{{peer_service}}', event),
      lines(
        'Refused by the parser, upgraded',
        'ops',
        `${rate('rag_http_server_rejects_total', 'service')} + ${rate('rag_http_server_upgrades_total', 'service')}`,
        '{{service}}',
        event
      )
    ]
  },
  auth: {
    title: 'Authentication',
    panels: [
      lines('Refused callers (4xx)', 'reqps', rate(REQUESTS, 'http_route', 'status_class="4xx"'), '{{http_route}}'),
      lines('Secrets masked', 'ops', rate('rag_masked_total', 'rule'), '{{rule}}', event),
      lines(
        'Calls to stores, 95th percentile',
        's',
        quantile(0.95, 'db_client_operation_duration_seconds', 'db_system_name, db_operation_name'),
        '{{db_system_name}} {{db_operation_name}}',
        event
      )
    ]
  },
  document: {
    title: 'Documents',
    panels: [
      lines('Stages, 95th percentile', 's', quantile(0.95, 'rag_stage_duration_seconds', 'stage'), '{{stage}}', event),
      lines(
        'Size of uploads, 95th percentile',
        'bytes',
        quantile(0.95, 'http_server_request_body_size_bytes', 'http_route'),
        '{{http_route}}',
        event
      ),
      lines('Jobs by outcome', 'ops', rate('rag_job_runs_total', 'job_name, outcome'), '{{job_name}} {{outcome}}', event),
      lines(
        'Documents in the index',
        'short',
        `max by (store, index) (${pick('rag_elasticsearch_index_documents')})`,
        '{{store}} {{index}}',
        event
      )
    ]
  },
  rag: {
    title: 'RAG engine',
    panels: [
      lines('Stages, 95th percentile', 's', quantile(0.95, 'rag_stage_duration_seconds', 'stage'), '{{stage}}'),
      lines('Documents found, median', 'short', quantile(0.5, 'rag_stage_documents', 'stage'), '{{stage}}'),
      lines('Best score, median', 'percentunit', quantile(0.5, 'rag_stage_top_score', 'stage'), '{{stage}}'),
      lines('Empty retrievals', 'ops', rate('rag_stage_empty_results_total', 'stage'), '{{stage}}', event),
      lines(
        'Hit ratio of caches',
        'percentunit',
        `${rate('rag_cache_requests_total', 'cache', 'result=~"hit|stale"')} / (${rate('rag_cache_requests_total', 'cache')} > 0)`,
        '{{cache}}'
      ),
      lines('Calls to models', 'ops', rate('rag_llm_calls_total', 'gen_ai_request_model, outcome'), '{{gen_ai_request_model}} {{outcome}}'),
      lines(
        'Tools and agents, 95th percentile',
        's',
        `${quantile(0.95, 'rag_tool_duration_seconds', 'tool')} or ${quantile(0.95, 'rag_agent_duration_seconds', 'agent')}`,
        '{{tool}}{{agent}}',
        event
      )
    ]
  },
  llm: {
    title: 'Models',
    panels: [
      lines(
        'Calls, 95th percentile',
        's',
        quantile(0.95, 'gen_ai_client_operation_duration_seconds', 'gen_ai_request_model'),
        '{{gen_ai_request_model}}'
      ),
      lines(
        'First token, 95th percentile',
        's',
        quantile(0.95, 'gen_ai_client_operation_time_to_first_chunk_seconds', 'gen_ai_request_model'),
        '{{gen_ai_request_model}}',
        event
      ),
      lines('Tokens by kind', 'short', rate('rag_llm_tokens_total', 'kind'), '{{kind}}'),
      lines(
        'Tokens of one call, 95th percentile',
        'short',
        quantile(0.95, 'gen_ai_client_token_usage', 'gen_ai_token_type'),
        '{{gen_ai_token_type}}'
      ),
      lines(
        'Failed calls',
        'percentunit',
        `${rate('rag_llm_calls_total', 'gen_ai_request_model', 'outcome=~"error|timeout"')} / (${rate('rag_llm_calls_total', 'gen_ai_request_model')} > 0)`,
        '{{gen_ai_request_model}}'
      ),
      lines(
        'Use of rate limits',
        'percentunit',
        `max by (gen_ai_request_model, kind) (${pick('rag_llm_rate_limit_utilisation_ratio')})`,
        '{{gen_ai_request_model}} {{kind}}',
        event
      ),
      lines(
        'Retries and refusals',
        'ops',
        `${rate('rag_llm_retries_total', 'reason')} or ${rate('rag_llm_rate_limited_total', 'gen_ai_request_model')}`,
        '{{reason}}{{gen_ai_request_model}}',
        event
      ),
      lines('Rerouted calls', 'ops', rate('rag_llm_reroutes_total', 'reason'), '{{reason}}', event)
    ]
  },
  frontend: {
    title: 'Frontend',
    panels: [
      lines('Left before the answer', 'reqps', rate(REQUESTS, 'http_route', 'status_class="aborted"'), '{{http_route}}'),
      lines(
        'Size of answers, 95th percentile',
        'bytes',
        quantile(0.95, 'http_server_response_body_size_bytes', 'http_route'),
        '{{http_route}}'
      ),
      lines('Answers from the HTTP cache', 'reqps', rate('rag_cache_http_responses_total', 'cache, result'), '{{cache}} {{result}}', event),
      lines('Verdicts of users', 'ops', rate('rag_feedback_total', 'verdict'), '{{verdict}}', event)
    ]
  }
}

/** The dashboards of all roles. */
export function roleDashboards(): Dashboard[] {
  return Object.entries(ROLES).map(([role, { title, panels }]) => ({
    uid: `rag-${role}`,
    title: `RAG: ${title}`,
    panels: [...requests, ...panels]
  }))
}
