// Prints what was measured beside what is promised, and with `--write` puts that table into a page of the docs.
import { putIntoDocs, table } from '../docs.js'

export type Claim = readonly [what: string, value: number, relation: '>=' | '<=', bound: number]
/** A figure that nothing is promised about, to compare with. */
export type Aside = readonly [what: string, value: number]

interface Judged {
  readonly what: string
  readonly value: number
  readonly bound: string
  readonly verdict: 'holds' | 'FAILS' | ''
}

/** With `--json` one line for machines, otherwise the figures and the promises; with `--write` they go into a page of the docs too. */
export function report(name: string, rounds: number, figures: object, claims: readonly (Claim | Aside)[], page?: string): void {
  const judged: Judged[] = claims.map(([what, value, relation, bound]) => ({
    what,
    value: Math.round(value * 1000) / 1000,
    bound: bound === undefined ? '' : `${relation === '>=' ? '≥' : '≤'} ${bound}`,
    verdict: bound === undefined ? '' : (relation === '>=' ? value >= bound : value <= bound) ? 'holds' : 'FAILS'
  }))
  if (page && process.argv.includes('--write')) write(page, name, rounds, judged)
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ case: name, node: process.version, rounds, results: figures, claims: judged })}\n`)
    return
  }
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n\n`)
  for (const { what, value, bound, verdict } of judged)
    process.stdout.write(`${verdict.padEnd(5)}  ${what}: ${value}${bound && ` (${bound})`}\n`)
}

function write(page: string, name: string, rounds: number, judged: readonly Judged[]): void {
  const rows = judged.map(({ what, value, bound, verdict }) => [what, bound, value, verdict])
  const text = `\`npm run bench -- ${name}\`, Node ${process.version}, ${rounds} rounds:\n\n${table(['what', 'goal', 'measured', ''], rows)}`
  putIntoDocs(page, { [name]: text })
}
