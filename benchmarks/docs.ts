// Tables in Markdown, and their places in the docs.
import { readFileSync, writeFileSync } from 'node:fs'

export type Row = readonly (string | number)[]

/** A table in Markdown. */
export function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/**
 * Puts texts between their markers (`<!-- bench:name:start -->`, `<!-- bench:name:end -->`) on a page of the docs.
 *
 * @throws Error when the page has no place for one.
 */
export function putIntoDocs(page: string, texts: Readonly<Record<string, string>>): void {
  const file = new URL(`../docs/${page}`, import.meta.url)
  let docs = readFileSync(file, 'utf8')
  for (const [name, text] of Object.entries(texts)) {
    const [start, end] = [`<!-- bench:${name}:start -->`, `<!-- bench:${name}:end -->`]
    const from = docs.indexOf(start)
    const to = docs.indexOf(end)
    if (from < 0 || to < from) throw new Error(`docs/${page} has no place for ${name}`)
    docs = `${docs.slice(0, from)}${start}\n\n${text}\n\n${docs.slice(to)}`
  }
  writeFileSync(file, docs)
}
