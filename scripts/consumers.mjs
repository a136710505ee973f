// Packs the packages, installs them with npm into fresh projects and runs those on every Node: `npm run test:consumers [-- <consumer>]`.
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONSUMERS } from '../packages/observability/test/consumers/matrix.mjs'
import { nodeBinaries } from './nodes.mjs'
import { pack } from './pack.mjs'
import { root, run } from './run.mjs'
import { ensureSetup } from './setup.mjs'

const FIXTURES = join(root, 'packages/observability/test/consumers/fixtures')
const wanted = process.argv.slice(2)
const consumers = CONSUMERS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))

await ensureSetup()
const scratch = mkdtempSync(join(tmpdir(), 'rag-consumers-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
process.on('SIGINT', () => process.exit(130))
const tarballs = await pack(join(scratch, 'tarballs'))
const nodes = await nodeBinaries([...new Set(consumers.flatMap((consumer) => consumer.nodes))])

const counts = { passed: 0, failed: 0, skipped: 0 }
const leftOut = new Set()
for (const consumer of consumers) {
  const folder = await install(consumer)
  if (folder === undefined) continue
  const jobs = consumer.nodes.flatMap((major) => consumer.runs.map((job) => ({ ...job, major })))
  await pool(jobs, async ({ title, values, major }) => {
    const name = `${consumer.name}, Node ${major}: ${title}`
    if (!nodes[major]) {
      leftOut.add(`Node ${major}`)
      return report(process.env.CI === 'true' ? 'failed' : 'skipped', name, `there is no Node ${major} for this machine`)
    }
    const { code, output } = await run(nodes[major], values, { cwd: folder, quiet: true, env: { NODE_OPTIONS: '' }, timeoutMs: 120_000 })
    report(code === 0 ? 'passed' : 'failed', name, output)
  })
}
if (leftOut.size > 0) process.stdout.write(`Left out: ${[...leftOut].join(', ')}\n`)
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`)
process.exitCode = counts.failed === 0 ? 0 : 1

/** A fresh project with the tarballs; what npm made of it is checked as well. */
async function install({ name, dependencies, tools = {}, fixtures }) {
  const folder = join(scratch, name)
  mkdirSync(folder)
  cpSync(join(FIXTURES, fixtures), folder, { recursive: true })
  if (fixtures === 'types') for (const kind of ['cjs', 'esm']) copyFileSync(join(folder, 'service.ts'), join(folder, kind, 'service.ts'))
  const packed = Object.fromEntries(Object.entries(tarballs).map(([short, path]) => [`@rag/${short}`, `file:${path}`]))
  const manifest = { name: `consumer-${name}`, private: true, dependencies: { ...packed, ...dependencies }, devDependencies: tools }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2))
  const values = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  const { code, output } = await run('npm', values, { cwd: folder, quiet: true })
  report(code === 0 ? 'passed' : 'failed', `${name}: npm install`, output)
  if (code !== 0) return undefined
  const installed = Object.entries(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages)
  const scripts = installed.filter(([, entry]) => entry.hasInstallScript && !entry.dev).map(([path]) => path)
  report(scripts.length === 0 ? 'passed' : 'failed', `${name}: nothing runs a script at installation`, scripts.join('\n'))
  const copies = installed.map(([path]) => path).filter((path) => path.endsWith('node_modules/@opentelemetry/api'))
  report(copies.length === 1 ? 'passed' : 'failed', `${name}: one copy of @opentelemetry/api`, copies.join('\n'))
  return folder
}

function report(result, name, output) {
  counts[result]++
  process.stdout.write(`${{ passed: 'ok     ', failed: 'FAILED ', skipped: 'skipped' }[result]} ${name}\n`)
  if (result !== 'passed') process.stdout.write(`${output.trim()}\n`)
}

/** As many at once as there are cores. */
async function pool(jobs, work) {
  const waiting = [...jobs]
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await work(job)
  }
  await Promise.all(Array.from({ length: cpus().length }, worker))
}
