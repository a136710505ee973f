// Sets up, runs every test and closes with one line that counts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run, tool } from './run.mjs'
import { findServer, INSTALL_COMMAND, SERVERS } from './servers.mjs'
import { ensureSetup } from './setup.mjs'

const ci = process.env.CI === 'true'
await ensureSetup({ servers: ci })
const missing = Object.keys(SERVERS).filter((name) => !findServer(name))

const scratch = mkdtempSync(join(tmpdir(), 'rag-test-'))
const report = join(scratch, 'report.json')
const skipped = join(scratch, 'left-out.txt')
const secondTry = join(scratch, 'second-try.txt')
const { code } = await run(
  tool('vitest'),
  [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--reporter=${join(root, 'scripts/second-try.mjs')}`,
    `--outputFile.json=${report}`,
    ...process.argv.slice(2)
  ],
  { env: { RAG_LEFT_OUT: skipped, RAG_SECOND_TRY: secondTry } }
)

let counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] }
try {
  counts = JSON.parse(readFileSync(report, 'utf8'))
} catch {
  process.stdout.write('The tests left no report.\n')
}
const leftOut = readLines(skipped)
const unsteady = readLines(secondTry)
rmSync(scratch, { recursive: true, force: true })

// A file that fails to load has no test of its own to count.
const brokenFiles = counts.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed')
).length
const failed =
  counts.numFailedTests + brokenFiles + (ci ? missing.length : 0) + (code !== 0 && counts.numFailedTests + brokenFiles === 0 ? 1 : 0)
if (ci) for (const name of missing) process.stdout.write(`Missing: ${SERVERS[name].command}\n`)
for (const name of unsteady) process.stdout.write(`Passed only at the second try: ${name}\n`)
if (leftOut.length > 0) {
  process.stdout.write(`Left out: ${leftOut.join('; ')}\nTo run them as well: ${INSTALL_COMMAND}\n`)
}
process.stdout.write(`${counts.numPassedTests} passed, ${failed} failed, ${counts.numPendingTests} skipped\n`)
process.exit(failed === 0 ? 0 : 1)

function readLines(file) {
  try {
    return [...new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean))].sort()
  } catch {
    return []
  }
}
