// Stages of a RAG pipeline, jobs, tools, agents, feedback and flags.
import { LLM_SECONDS, SCORES, SECONDS } from './buckets.js'
import type { MetricDefinition } from './types.js'

const OUTCOME = { values: ['ok', 'error', 'aborted', 'timeout'] } as const
const STAGE = { max: 50 } as const
const JOB = { max: 50 } as const

export const ragMetrics = [
  {
    name: 'rag_stage_duration_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of the stages of a pipeline.',
    labels: { stage: STAGE, outcome: OUTCOME },
    buckets: SECONDS,
    from: 'stage'
  },
  {
    name: 'rag_stage_documents',
    kind: 'histogram',
    help: 'Documents that a stage found, kept or wrote.',
    labels: { stage: STAGE },
    buckets: [0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 100, 200, 500, 1000],
    from: 'stage'
  },
  {
    name: 'rag_stage_empty_results_total',
    kind: 'counter',
    help: 'Runs of a stage that found no document.',
    labels: { stage: STAGE },
    from: 'stage'
  },
  {
    name: 'rag_stage_top_score',
    kind: 'histogram',
    help: 'Best relevance score of what a stage found.',
    labels: { stage: STAGE },
    buckets: SCORES,
    from: 'stage'
  },
  {
    name: 'rag_job_runs_total',
    kind: 'counter',
    help: 'Runs of a job by outcome.',
    labels: { job_name: JOB, outcome: OUTCOME },
    from: 'job'
  },
  {
    name: 'rag_job_duration_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Duration of the last run of a job.',
    labels: { job_name: JOB },
    from: 'job'
  },
  {
    name: 'rag_job_last_success_timestamp_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Unix time of the last success of a job; 0 until it succeeds.',
    labels: { job_name: JOB },
    from: 'job'
  },
  {
    name: 'rag_job_max_age_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Age of the last success beyond which a job is late.',
    labels: { job_name: JOB },
    from: 'job'
  },
  {
    name: 'rag_job_size_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Size of what the last success of a job made.',
    labels: { job_name: JOB },
    from: 'job'
  },
  {
    name: 'rag_tool_duration_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of tool calls of a model.',
    labels: { tool: { max: 50 }, outcome: OUTCOME },
    buckets: SECONDS,
    from: 'tool'
  },
  {
    name: 'rag_agent_duration_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of agent runs.',
    labels: { agent: { max: 50 }, outcome: OUTCOME },
    buckets: LLM_SECONDS,
    from: 'agent'
  },
  {
    name: 'rag_feedback_total',
    kind: 'counter',
    help: 'Judgements of answers by their users.',
    labels: { verdict: { values: ['positive', 'neutral', 'negative'] } },
    from: 'application'
  },
  {
    name: 'rag_flag_evaluations_total',
    kind: 'counter',
    help: 'Evaluations of feature flags.',
    labels: { flag: { max: 100 }, variant: { max: 20 } },
    from: 'application'
  },
  {
    name: 'rag_evaluation_score',
    kind: 'histogram',
    help: 'Scores of answers by an evaluation, with the name and version of the prompt behind them.',
    labels: { evaluation: { max: 20 }, prompt: { max: 50 }, prompt_version: { max: 20 } },
    buckets: SCORES,
    from: 'application'
  }
] as const satisfies readonly MetricDefinition[]
