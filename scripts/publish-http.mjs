// Puts results of the http benchmark into the README, one line of JSON a run: `cat *.json | node scripts/publish-http.mjs`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

// Each line comes from `npm run bench -- http --json`, with `--node=24`, `--ask`, `--context` or none of them. The table is aligned by
// the formatter: npx biome check --write README.md
const runs = readFileSync(0, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line))
if (runs.length === 0) throw new Error('no result of the http benchmark came in')
const percent = (share) => `${Math.round(share * 100)} %`
const called = { context: 'nothing but a context', 'bare-records': 'a context, a bare line and a bare histogram' }
const rows = runs.flatMap(({ case: request, node, results }) =>
  Object.entries(results).flatMap(([framework, { shares }]) =>
    Object.entries(shares).map(([variant, { share, spread }]) => {
      const kind = request === 'http' ? 'a small answer' : 'one outgoing call'
      return `| ${node} | ${framework} | ${kind} | ${called[variant] ?? variant} | ${percent(share)} | ${spread.map(percent).join(' to ')} |`
    })
  )
)
const table = [
  '| Node | framework | request | ours | share of the peers, median | middle half of the rounds |',
  '| --- | --- | --- | --- | --- | --- |',
  ...rows
]
const rounds = [...new Set(runs.map((run) => run.rounds))].join(' or ')
const text = `${table.join('\n')}\n\n${rounds} interleaved rounds on a shared two-core machine.`
const file = join(root, 'README.md')
const readme = readFileSync(file, 'utf8')
writeFileSync(
  file,
  readme.replace(/<!-- bench:start -->[\s\S]*?<!-- bench:end -->/, () => `<!-- bench:start -->\n\n${text}\n\n<!-- bench:end -->`)
)
