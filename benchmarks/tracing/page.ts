// The measured figures beside their goals, as a table for docs/tracing.md.
import { table } from '../docs.js'
import type { SinkRow } from './sinks.js'
import type { SpanRow } from './spans.js'

export interface Measured {
  node: string
  spans?: Record<string, SpanRow>
  sinks?: Record<string, SinkRow>
}

type Verdict = 'pass' | 'fail' | ''

/** Microseconds of CPU a span; the last is a share of a sampled span. */
const SPAN_GOALS: Record<string, number> = {
  recorded: 1,
  unsampled: 0.1,
  'unsampled, eight attributes': 0.1,
  encoded: 2,
  'encoded, a new text in each': 2
}
const LATE = 'decided on at the end over sampled'
const LATE_GOAL = 0.5
const SINK_GOALS = { throughput: 0.95, grownMiB: 16, resumedMs: 6000, exitMs: 3000, healthyExitMs: 2000 }

export function spansTable({ node, spans = {} }: Measured): string {
  const rows = Object.entries(spans).map(([name, { ours, sdk, ratio }]) => {
    if (name === LATE) return [name, `${ratio!.median} ×`, '', '', `≤ ${LATE_GOAL} ×`, verdict(ratio!.median <= LATE_GOAL)]
    const goal = SPAN_GOALS[name]
    return [
      name,
      `${ours} µs`,
      sdk === undefined ? '' : `${sdk} µs`,
      ratio ? `${ratio.median} (${ratio.quartiles.join(' to ')})` : '',
      goal === undefined ? '' : `≤ ${goal} µs`,
      goal === undefined ? '' : verdict(ours <= goal)
    ]
  })
  const head = ['a span with eight attributes', 'ours, masked', 'SDK, unmasked', 'ours over SDK (middle half)', 'goal', '']
  return `${table(head, rows)}\n\nNode ${node}, CPU time, medians of interleaved rounds.`
}

export function sinksTable({ node, sinks = {} }: Measured): string {
  const rows = Object.entries(sinks).map(([name, row]) => {
    const { throughputOverHealthy: throughput, failed, grownMiB, resumedMs, exitMs } = row
    const exitGoal = name.startsWith('healthy') ? SINK_GOALS.healthyExitMs : SINK_GOALS.exitMs
    const holds =
      throughput.median >= SINK_GOALS.throughput &&
      failed === 0 &&
      grownMiB <= SINK_GOALS.grownMiB &&
      (resumedMs ?? 0) <= SINK_GOALS.resumedMs &&
      exitMs <= exitGoal
    return [
      name,
      `${throughput.median} (${throughput.quartiles.join(' to ')})`,
      String(failed),
      `${grownMiB} MiB`,
      resumedMs === undefined ? '' : `${resumedMs} ms`,
      `${exitMs} ms`,
      verdict(holds)
    ]
  })
  const head = ['the collector is', 'throughput over healthy (middle half)', 'failed', 'heap', 'resumes', 'SIGTERM to exit', '']
  const { throughput, grownMiB, resumedMs, exitMs, healthyExitMs } = SINK_GOALS
  const goals = ['goal', `≥ ${throughput}`, '0', `≤ ${grownMiB} MiB`, `≤ ${resumedMs} ms`, `≤ ${healthyExitMs}, ${exitMs} ms`, '']
  return `${table(head, [goals, ...rows])}\n\nNode ${node}, interleaved rounds of one service each, under load from itself; throughput by the CPU time of its requests.`
}

function verdict(holds: boolean): Verdict {
  return holds ? 'pass' : 'fail'
}
