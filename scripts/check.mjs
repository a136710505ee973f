// Everything that holds the code beside its tests: types, style, unused code, and the packages as a registry would get them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from './pack.mjs'
import { run, tool } from './run.mjs'
import { ensureSetup } from './setup.mjs'

await ensureSetup()
const scratch = mkdtempSync(join(tmpdir(), 'rag-check-'))
const tarballs = await pack(scratch)
const checks = [
  ['types', tool('tsc'), ['--noEmit', '-p', '.']],
  ['biome', tool('biome'), ['ci', '--error-on-warnings', '.']],
  ['knip', tool('knip'), []],
  ['docs', process.execPath, ['scripts/docs.mjs', '--check']],
  ...Object.entries(tarballs).flatMap(([name, tarball]) => [
    [`publint @rag/${name}`, tool('publint'), ['--strict', tarball]],
    [`attw @rag/${name}`, tool('attw'), [tarball, '--profile', 'node16']]
  ])
]

let failed = 0
for (const [name, command, values] of checks) {
  const { code, output } = await run(command, values, { quiet: true })
  process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}\n`)
  if (code === 0) continue
  failed++
  process.stdout.write(`${output}\n`)
}
rmSync(scratch, { recursive: true, force: true })
process.stdout.write(`${checks.length - failed} passed, ${failed} failed, 0 skipped\n`)
process.exit(failed === 0 ? 0 : 1)
