// Puts what a benchmark of the logger has measured into docs/logs.md, between its markers.
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = new URL('../../docs/logs.md', import.meta.url)

type Row = readonly (string | number)[]

/** A table in Markdown. */
export function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Prints the page of a benchmark; with `--write` it goes into the docs, with `--json` the figures follow. @throws when the docs have no place for it */
export function publish(name: string, text: string, figures: Record<string, unknown>): void {
  process.stdout.write(`${text}\n`)
  if (process.argv.includes('--write')) {
    const [start, end] = [`<!-- bench:${name}:start -->`, `<!-- bench:${name}:end -->`]
    const docs = readFileSync(FILE, 'utf8')
    const from = docs.indexOf(start)
    const to = docs.indexOf(end)
    if (from < 0 || to < from) throw new Error(`docs/logs.md has no place for ${name}`)
    writeFileSync(FILE, `${docs.slice(0, from)}${start}\n\n${text}\n\n${docs.slice(to)}`)
  }
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ benchmark: name, node: process.version, ...figures })}\n`)
}

/** A ratio with its quartiles. */
export function withSpread(ratio: number, spread: readonly number[]): string {
  return `${ratio.toFixed(2)} (${spread.map((each) => each.toFixed(2)).join('–')})`
}
