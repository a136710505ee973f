// The table in docs/llm.md is what the matrix tests: `UPDATE_DOCS=1 npm test -- packages/llm-meter/test/docs.test.ts` writes it anew.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ENDING_TITLES, ENDINGS, type Ending, expectedOf, type Row } from './matrix/cells.js'
import { rows } from './matrix/rows.js'

const FILE = new URL('../../../docs/llm.md', import.meta.url)
const [OPEN, CLOSE] = ['<!-- matrix: written by packages/llm-meter/test/docs.test.ts -->\n', '<!-- /matrix -->']

/** What the record of a cell says. */
function cell(row: Row, ending: Ending, reasons: string[]): string {
  const reason = row.cannot?.[ending]
  if (reason !== undefined) {
    if (!reasons.includes(reason)) reasons.push(reason)
    return `– ${sup(reasons.indexOf(reason) + 1)}`
  }
  const { outcome, errorType, attempts, usage } = expectedOf(row, ending)
  const known = usage && Object.values(usage).some((count) => count !== undefined)
  const kind = outcome === 'error' && errorType ? `error: ${errorType}` : outcome
  return [kind, attempts === 2 ? '2 attempts' : '', known && outcome !== 'ok' ? 'what was counted so far' : '']
    .filter((part) => part)
    .join(', ')
}
const sup = (n: number) => `[${n}]`

function table(): string {
  const reasons: string[] = []
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  const body = rows
    .map((row) =>
      line([row.provider, row.call, Object.keys(row.clients).join(', '), ...ENDINGS.map((ending) => cell(row, ending, reasons))])
    )
    .join('')
  const head = ['provider', 'call', 'clients', ...ENDINGS.map((ending) => ENDING_TITLES[ending])]
  const cells = rows.flatMap((row) => ENDINGS.filter((ending) => !row.cannot?.[ending])).length
  const notes = reasons.map((reason, index) => `- ${sup(index + 1)} cannot occur: ${reason}`).join('\n')
  return `${cells} cells, each with every client named and in ESM and CJS.\n\n${line(head)}${line(head.map(() => '---'))}${body}\n${notes}\n`
}

it('the page shows the cells that are tested', () => {
  const page = readFileSync(FILE, 'utf8')
  const start = page.indexOf(OPEN) + OPEN.length
  const end = page.indexOf(CLOSE)
  expect(start).toBeGreaterThan(OPEN.length)
  expect(end).toBeGreaterThanOrEqual(start)
  const wanted = `\n${table()}\n`
  if (process.env['UPDATE_DOCS']) writeFileSync(FILE, page.slice(0, start) + wanted + page.slice(end))
  const now = readFileSync(FILE, 'utf8')
  expect(plain(now.slice(start, now.indexOf(CLOSE)))).toBe(plain(wanted))
})

/** Without what the formatter does to tables. */
const plain = (text: string) => text.replace(/[ \t]+/g, ' ').replace(/-{3,}/g, '---')
