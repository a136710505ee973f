// Puts what a benchmark of the logger has measured into docs/logs.md, between its markers.
import { putIntoDocs } from '../docs.js'

/** Prints the page of a benchmark; with `--write` it goes into the docs, with `--json` the figures follow. @throws when the docs have no place for it */
export function publish(name: string, text: string, figures: Record<string, unknown>): void {
  process.stdout.write(`${text}\n`)
  if (process.argv.includes('--write')) putIntoDocs('logs.md', { [name]: text })
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ benchmark: name, node: process.version, ...figures })}\n`)
}

/** A ratio with its quartiles. */
export function withSpread(ratio: number, spread: readonly number[]): string {
  return `${ratio.toFixed(2)} (${spread.map((each) => each.toFixed(2)).join('–')})`
}
