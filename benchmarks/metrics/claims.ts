// What is promised beside what was measured, and the table of it in the guide.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A figure, the most that it may be, and how to print it. */
export interface Claim {
  what: string
  value: number
  most: number
  unit?: string
}

export interface CaseResult {
  figures: Record<string, unknown>
  claims: readonly Claim[]
}

const GUIDE = fileURLToPath(new URL('../../docs/metrics-guide.md', import.meta.url))
const PLACE = /<!-- bench:start -->[\s\S]*?<!-- bench:end -->/

export function tableOf(claims: readonly Claim[], note: string): string {
  const rows = claims.map(({ what, value, most, unit = '' }) => {
    const end = unit === '' ? '' : ` ${unit}`
    return `| ${what} | ${value}${end} | at most ${most}${end} | ${value <= most ? 'holds' : '**missed**'} |`
  })
  return ['| what | measured | goal | |', '| --- | --- | --- | --- |', ...rows, '', note].join('\n')
}

export function writeGuide(table: string): void {
  const guide = readFileSync(GUIDE, 'utf8')
  if (!PLACE.test(guide)) throw new Error('the guide has no place for the table')
  writeFileSync(
    GUIDE,
    guide.replace(PLACE, () => `<!-- bench:start -->\n\n${table}\n\n<!-- bench:end -->`)
  )
}
