import { catalogue } from '@rag/core/catalogue'
import { afterEach, describe, expect, it } from 'vitest'
import { createMetrics, type Metrics } from '../src/index.js'
import { announce, families, samples } from './kit.js'

let metrics: Metrics
const make = () => {
  metrics = createMetrics({ service: 'test', version: '1.2.3', environment: 'ci', resources: false })
  return metrics
}
afterEach(() => metrics.shutdown())

describe('operations become metrics', () => {
  it('records a request in a histogram, a counter by class and its sizes', async () => {
    const { observer, text } = make()
    announce(observer, 'server')
    announce(observer, 'server', { attributes: { statusCode: 503 }, outcome: 'error' })
    const page = samples(await text())
    expect(
      page.get(
        'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/users/:id",http_response_status_code="200"}'
      )
    ).toBe(1)
    expect(page.get('rag_http_server_requests_total{http_route="/users/:id",status_class="5xx"}')).toBe(1)
    expect(page.get('rag_http_server_requests_total{http_route="/users/:id",status_class="aborted"}')).toBe(0)
    expect(page.get('http_server_response_body_size_bytes_sum{http_route="/users/:id"}')).toBe(4000)
    expect(page.get('rag_http_server_time_to_first_byte_seconds_sum{http_route="/users/:id"}')).toBeCloseTo(0.008)
  })

  it('shows every class of the unmatched route at 0 before any request, and no histogram', async () => {
    const page = samples(await make().text())
    for (const name of ['1xx', '2xx', '3xx', '4xx', '5xx', 'aborted'])
      expect(page.get(`rag_http_server_requests_total{http_route="unmatched",status_class="${name}"}`)).toBe(0)
    expect([...page.keys()].filter((name) => name.includes('_bucket'))).toEqual([])
  })

  it('counts a client that left as aborted, with status 499', async () => {
    const { observer, text } = make()
    announce(observer, 'server', { attributes: { statusCode: 499 }, outcome: 'aborted' })
    const page = samples(await text())
    expect(page.get('rag_http_server_requests_total{http_route="/users/:id",status_class="aborted"}')).toBe(1)
    expect(
      page.get(
        'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/users/:id",http_response_status_code="499"}'
      )
    ).toBe(1)
  })

  it('puts refused requests and upgrades into counters of their own', async () => {
    const { observer, text } = make()
    announce(observer, 'server', { attributes: { route: 'unmatched', special: 'rejected', statusCode: 400 } })
    announce(observer, 'server', { attributes: { route: 'unmatched', special: 'upgrade', statusCode: 101 } })
    const page = samples(await text())
    expect(page.get('rag_http_server_rejects_total')).toBe(1)
    expect(page.get('rag_http_server_upgrades_total')).toBe(1)
    expect(
      page.get(
        'http_server_request_duration_seconds_count{http_request_method="_OTHER",http_route="unmatched",http_response_status_code="400"}'
      )
    ).toBe(1)
  })

  it('counts calls to other systems by outcome, each outcome born at 0', async () => {
    const { observer, text } = make()
    announce(observer, 'client', { outcome: 'timeout' })
    announce(observer, 'db')
    const page = samples(await text())
    expect(page.get('rag_dependency_requests_total{peer_service="billing",outcome="timeout"}')).toBe(1)
    expect(page.get('rag_dependency_requests_total{peer_service="billing",outcome="ok"}')).toBe(0)
    expect(page.get('rag_dependency_requests_total{peer_service="postgresql",outcome="ok"}')).toBe(1)
    expect(
      page.get(
        'http_client_request_duration_seconds_count{http_request_method="POST",server_address="api.example.com",http_response_status_code="200"}'
      )
    ).toBe(1)
    expect(page.get('rag_db_slow_operations_total{db_system_name="postgresql",db_operation_name="SELECT"}')).toBe(0)
  })

  it('records a model call: tokens by kind, price, first token', async () => {
    const { observer, text } = make()
    announce(observer, 'llm')
    announce(observer, 'llm', { attributes: { costUsd: undefined } })
    const page = samples(await text())
    const model = 'gen_ai_provider_name="openai",gen_ai_request_model="small-1"'
    expect(page.get(`rag_llm_tokens_total{${model},kind="input"}`)).toBe(240)
    expect(page.get(`rag_llm_tokens_total{${model},kind="reasoning"}`)).toBe(10)
    expect(page.has(`rag_llm_tokens_total{${model},kind="audio_input"}`)).toBe(false)
    expect(page.get(`rag_llm_cost_usd_total{${model}}`)).toBe(0.002)
    expect(page.get(`rag_llm_calls_total{${model},outcome="error"}`)).toBe(0)
    expect(page.get('rag_llm_unpriced_calls_total{gen_ai_request_model="small-1"}')).toBe(1)
    expect(page.get(`gen_ai_client_operation_time_to_first_chunk_seconds_sum{gen_ai_operation_name="chat",${model}}`)).toBeCloseTo(0.6)
    expect(page.get('rag_dependency_requests_total{peer_service="llm.example.com",outcome="ok"}')).toBe(2)
  })

  it('records stages, jobs, tools, agents and cache loads', async () => {
    const { observer, text } = make()
    announce(observer, 'stage', { name: 'retrieve' })
    announce(observer, 'job', { name: 'backup' })
    announce(observer, 'job', { name: 'restore', outcome: 'error' })
    announce(observer, 'tool', { name: 'weather' })
    announce(observer, 'agent', { name: 'researcher' })
    announce(observer, 'cache')
    const page = samples(await text())
    expect(page.get('rag_stage_empty_results_total{stage="retrieve"}')).toBe(1)
    expect(page.get('rag_stage_top_score_count{stage="retrieve"}')).toBe(1)
    expect(page.get('rag_job_last_success_timestamp_seconds{job_name="backup"}')! * 1000).toBeGreaterThan(Date.now() - 5000)
    expect(page.get('rag_job_last_success_timestamp_seconds{job_name="restore"}')).toBe(0)
    expect(page.get('rag_job_max_age_seconds{job_name="backup"}')).toBe(60)
    expect(page.get('rag_job_size_bytes{job_name="backup"}')).toBe(4096)
    expect(page.get('rag_job_runs_total{job_name="restore",outcome="error"}')).toBe(1)
    expect(page.get('rag_tool_duration_seconds_count{tool="weather",outcome="ok"}')).toBe(1)
    expect(page.get('rag_agent_duration_seconds_count{agent="researcher",outcome="ok"}')).toBe(1)
    expect(page.get('rag_cache_load_duration_seconds_count{cache="answers",outcome="ok"}')).toBe(1)
  })

  it('counts feedback, flags, releases and evaluations', async () => {
    const { feedback, flag, release, evaluation, text } = make()
    feedback({ target: 'a1', score: 1 })
    feedback({ target: 'a2', score: false })
    flag('ranker', 'on')
    release()
    evaluation({ name: 'faithfulness', score: 0.9, prompt: 'answer', promptVersion: '7' })
    const page = samples(await text())
    expect(page.get('rag_feedback_total{verdict="positive"}')).toBe(1)
    expect(page.get('rag_feedback_total{verdict="negative"}')).toBe(1)
    expect(page.get('rag_feedback_total{verdict="neutral"}')).toBe(0)
    expect(page.get('rag_flag_evaluations_total{flag="ranker",variant="on"}')).toBe(1)
    expect(page.get('rag_release_timestamp_seconds{version="1.2.3"}')).toBeGreaterThan(0)
    expect(page.get('rag_evaluation_score_sum{evaluation="faithfulness",prompt="answer",prompt_version="7"}')).toBe(0.9)
    expect(page.get(`rag_build_info{service="test",version="1.2.3",environment="ci",node_version="${process.version}"}`)).toBe(1)
  })

  it('shows nothing outside the catalogue', async () => {
    const { observer, text } = make()
    for (const kind of ['server', 'client', 'db', 'llm', 'cache', 'stage', 'job', 'tool', 'agent'] as const) announce(observer, kind)
    for (const name of families(await text())) expect(catalogue).toHaveProperty(name)
  })

  it('keeps its account: what was recorded is held or dropped', async () => {
    const { observer, feedback, account, text } = make()
    announce(observer, 'tool')
    feedback({ score: Number.NaN })
    await text()
    const { recorded, exported, dropped, queued } = account()
    expect(recorded).toBe(exported + dropped + queued)
    expect(dropped).toBe(1)
    expect(exported).toBeGreaterThan(0)
  })
})
