// The goals of the gate, each held against the figures of this run.
import type { Result } from './page.js'

/** One goal: what was measured, the bound, and whether it holds. */
interface Goal {
  goal: string
  bound: string
  measured: number
  holds: boolean
}

const RECALL: Readonly<Record<string, number>> = {
  token: 99.5,
  keyed: 99,
  japanese: 100,
  url: 100,
  header: 100,
  pem: 100,
  gitleaks: 95,
  trufflehog: 80,
  secretlint: 95,
  'detect-secrets': 75
}

export function goals({ columns, clean, objects, lines, worst }: Result): Goal[] {
  const ours = columns[0]!
  const personal = Object.values(ours.personal)
  const one = Math.max(...worst.texts.slowest.map(({ oneMs }) => oneMs))
  const ten = Math.max(...worst.texts.slowest.map(({ tenMs }) => tenMs))
  const growth = Math.max(...worst.texts.slowest.map(({ oneMs, tenMs }) => tenMs / oneMs))
  const { '100,000 keys': _wide, ...shapes } = worst.values
  return [
    ...Object.entries(RECALL).map(([name, bound]) => atLeast(`masked of ${name}, %`, bound, ours.recall[name]!)),
    atLeast('masked of personal data, all kinds, %', 97, personal.reduce((sum, share) => sum + share, 0) / personal.length),
    atLeast('masked of personal data, the worst kind, %', 90, Math.min(...personal)),
    atMost('harmless lines touched, %', 0.1, clean.touched),
    atMost('harmless lines touched with personal data on, %', 0.5, clean.touchedWithPii),
    atMost('random ids touched, %', 0, clean.idsTouched),
    atMost('random ids touched with personal data on, %', 0, clean.idsTouchedWithPii),
    atLeast('records: times the speed of pino redact', 15, objects['pino redact']?.ours.median ?? Number.NaN),
    atMost('records: times the time of JSON.stringify', 5, 1 / objects['JSON.stringify']!.ours.median),
    atLeast('1 KB lines: times the speed of a JSON round trip', 0.32, lines['JSON round trip']!.ours.median),
    atLeast('1 KB lines: times the speed of @redactpii/node', 1, lines['redactpii']?.ours.median ?? Number.NaN),
    atMost('the slowest hostile text of 1 MB, ms', 60, one),
    atMost('the slowest hostile text of 10 MB, ms', 600, ten),
    atMost('ten megabytes cost as many times one (linear: 10)', 13, growth),
    atMost('depth 100,000, cycles, 2^22 shared references, ms', 50, Math.max(...Object.values(shapes)))
  ]
}

const atLeast = (goal: string, bound: number, measured: number): Goal => ({
  goal,
  bound: `≥ ${bound}`,
  measured: short(measured),
  holds: measured >= bound
})
const atMost = (goal: string, bound: number, measured: number): Goal => ({
  goal,
  bound: `≤ ${bound}`,
  measured: short(measured),
  holds: measured <= bound
})
const short = (value: number): number => Number(value.toPrecision(3))
