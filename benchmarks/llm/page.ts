// The tables of the benchmark as the docs show them.
import type { Claim } from '../cache/report.js'
import { table } from '../docs.js'
import type { Ratio } from './cpu.js'

const NAMES: Readonly<Record<string, string>> = {
  bare: 'the bare client',
  meter: '`@rag/llm-meter`',
  sdk: '`@rag/llm-meter` with metrics and traces',
  otel: 'OpenTelemetry `instrumentation-openai`',
  traceloop: 'OpenLLMetry',
  openinference: 'OpenInference',
  langfuse: 'Langfuse `observeOpenAI`'
}

/** CPU of each way to watch the client, by kind of call, as a multiple of the bare client in the same rounds. */
export function cpuTable(cpu: Readonly<Record<string, Readonly<Record<string, Ratio>>>>, rounds: number): string {
  const kinds = Object.keys(cpu)
  const names = Object.keys(cpu[kinds[0]!]!)
  const rows = names.map((name) => [NAMES[name] ?? name, ...kinds.map((kind) => cpu[kind]![name]!.ratio.toFixed(2))])
  return `${table([`CPU of a call, lower quartile of ${rounds} rounds, Node ${process.versions.node}`, ...kinds], rows)}`
}

/** Each promise, what was measured, and whether it holds. */
export function claimTable(claims: readonly Claim[]): string {
  const rows = claims.map(([what, value, relation, bound]) => {
    const holds = relation === '<=' ? value <= bound : value >= bound
    return [what, String(Number(value.toPrecision(3))), `${relation === '<=' ? '≤' : '≥'} ${bound}`, holds ? 'holds' : 'fails']
  })
  return table(['figure', 'measured', 'goal', ''], rows)
}
