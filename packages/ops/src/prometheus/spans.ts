// When alerts fired, from the ALERTS series.
import type { Line, Prometheus } from './client.js'

export interface Firing {
  readonly labels: Readonly<Record<string, string>>
  readonly from: number
  /** Undefined while it still fires at the end of the range. */
  readonly to: number | undefined
}

/** Each time an alert fired between two points. Gaps of one step do not end it. */
export async function firings(prometheus: Prometheus, from: number, to: number): Promise<Firing[]> {
  const step = Math.max(1, Math.ceil((to - from) / 10_000))
  const lines = await prometheus.range('ALERTS{alertstate="firing", alertname!="Watchdog"}', from, to, step)
  return lines.flatMap((line) => spansOf(line, step, to)).sort((a, b) => a.from - b.from)
}

function spansOf({ metric, values }: Line, step: number, end: number): Firing[] {
  const spans: { from: number; last: number }[] = []
  for (const [second] of values) {
    const current = spans.at(-1)
    if (current && second - current.last <= 2 * step) current.last = second
    else spans.push({ from: second, last: second })
  }
  const { __name__: _, alertstate: __, ...labels } = metric
  return spans.map(({ from, last }) => ({ labels, from, to: end - last <= 2 * step ? undefined : last }))
}
