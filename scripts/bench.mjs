// Lists the benchmarks or runs one on the built packages: `npm run bench -- <case> [--json]`.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, tool } from './run.mjs'
import { ensureSetup } from './setup.mjs'

const folder = join(root, 'benchmarks')
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.replace('.bench.ts', ''))
const [wanted, ...rest] = process.argv.slice(2)

if (!wanted || !cases.includes(wanted)) {
  for (const name of cases)
    process.stdout.write(
      `${name.padEnd(14)} ${readFileSync(join(folder, `${name}.bench.ts`), 'utf8')
        .split('\n')[0]
        .replace(/^\/\/ /, '')}\n`
    )
  process.stdout.write('\nRun one with: npm run bench -- <case> [--json]\n')
  process.exit(wanted ? 2 : 0)
}
await ensureSetup()
const { code } = await run(tool('tsx'), [join(folder, `${wanted}.bench.ts`), ...rest])
process.exit(code)
