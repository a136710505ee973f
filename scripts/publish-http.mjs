// Puts a result of the http benchmark into the README: `npm run bench -- http --json | node scripts/publish-http.mjs`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

// The table is aligned by the formatter: npx biome check --write README.md
const { node, rounds, results } = JSON.parse(readFileSync(0, 'utf8').trim().split('\n').at(-1))
const percent = (share) => `${Math.round(share * 100)} %`
const rows = Object.entries(results).flatMap(([framework, { shares }]) =>
  Object.entries(shares).map(
    ([variant, { share, spread }]) => `| ${framework} | ${variant} | ${percent(share)} | ${spread.map(percent).join(' to ')} |`
  )
)
const table = ['| framework | ours | share of the peers, median | middle half of the rounds |', '| --- | --- | --- | --- |', ...rows]
const text = `${table.join('\n')}\n\nNode ${node}, ${rounds} interleaved rounds on a shared two-core machine.`
const file = join(root, 'README.md')
const readme = readFileSync(file, 'utf8')
writeFileSync(
  file,
  readme.replace(/<!-- bench:start -->[\s\S]*?<!-- bench:end -->/, () => `<!-- bench:start -->\n\n${text}\n\n<!-- bench:end -->`)
)
