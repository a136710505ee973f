// Prints what was measured beside what is promised.

export type Claim = readonly [what: string, value: number, relation: '>=' | '<=', bound: number]

/** With `--json` one line for machines, otherwise the figures and a table of the promises. */
export function report(name: string, rounds: number, figures: object, claims: readonly Claim[]): void {
  const judged = claims.map(([what, value, relation, bound]) => ({
    what,
    value: Math.round(value * 1000) / 1000,
    bound: `${relation} ${bound}`,
    holds: relation === '>=' ? value >= bound : value <= bound
  }))
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ case: name, node: process.version, rounds, results: figures, claims: judged })}\n`)
    return
  }
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n\n`)
  for (const { what, value, bound, holds } of judged) process.stdout.write(`${holds ? 'holds' : 'FAILS'}  ${what}: ${value} (${bound})\n`)
}
