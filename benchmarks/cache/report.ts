// Prints what was measured beside what is promised, and with `--write` puts that table into docs/cache.md.
import { readFileSync, writeFileSync } from 'node:fs'

export type Claim = readonly [what: string, value: number, relation: '>=' | '<=', bound: number]

interface Judged {
  readonly what: string
  readonly value: number
  readonly bound: string
  readonly holds: boolean
}

/** With `--json` one line for machines, otherwise the figures and the promises. */
export function report(name: string, rounds: number, figures: object, claims: readonly Claim[]): void {
  const judged = claims.map(([what, value, relation, bound]) => ({
    what,
    value: Math.round(value * 1000) / 1000,
    bound: `${relation === '>=' ? '≥' : '≤'} ${bound}`,
    holds: relation === '>=' ? value >= bound : value <= bound
  }))
  if (process.argv.includes('--write')) write(name, rounds, judged)
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ case: name, node: process.version, rounds, results: figures, claims: judged })}\n`)
    return
  }
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n\n`)
  for (const { what, value, bound, holds } of judged) process.stdout.write(`${holds ? 'holds' : 'FAILS'}  ${what}: ${value} (${bound})\n`)
}

function write(name: string, rounds: number, judged: readonly Judged[]): void {
  const rows = [
    ['what', 'goal', 'measured', ''],
    ...judged.map(({ what, value, bound, holds }) => [what, bound, String(value), holds ? 'holds' : 'FAILS'])
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(3, ...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const [head, ...body] = rows
  const table = [line(head!), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
  const file = new URL('../../docs/cache.md', import.meta.url)
  const marks = new RegExp(`<!-- bench:${name}:start -->[\\s\\S]*?<!-- bench:${name}:end -->`)
  const caption = `\`npm run bench -- ${name}\`, Node ${process.version}, ${rounds} rounds:`
  const text = `<!-- bench:${name}:start -->\n\n${caption}\n\n${table}\n\n<!-- bench:${name}:end -->`
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(marks, () => text)
  )
}
