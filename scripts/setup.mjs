// Everything a clone needs before its first command: dependencies, a build and the vectors of the example, each only when something changed.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { must, root, run, tool } from './run.mjs'
import { installServers } from './servers.mjs'
import { writeTypes } from './types.mjs'

const STAMPS = join(root, 'node_modules/.cache/rag/setup.json')
const VECTORS = join(root, 'node_modules/.cache/rag-example/vectors.bin')
/** Used when no pnpm is installed; also reads the lockfile of the others. */
const PNPM = 'pnpm@10.34.9'

/** Sets the clone up; a second call finds nothing to do. */
export async function ensureSetup({ servers = false } = {}) {
  const stamps = existsSync(STAMPS) ? JSON.parse(readFileSync(STAMPS, 'utf8')) : {}
  const dependencies = digest([join(root, 'pnpm-lock.yaml'), ...manifests()], process.version.split('.')[0])
  if (stamps.dependencies !== dependencies) {
    const [command, ...values] = await pnpm()
    await must('Installing dependencies', command, [...values, 'install', '--frozen-lockfile'], { env: { CI: 'true' } })
    save({ ...stamps, dependencies, builds: {} })
    stamps.builds = {}
  }
  await buildChanged({ ...stamps, dependencies })
  if (!existsSync(VECTORS) && existsSync(join(root, 'examples/rag-system')))
    await must('Embedding the documents of the example', process.execPath, ['--import', 'tsx', 'scripts/vectors.mjs'])
  if (servers) await installServers()
}

/** pnpm 10 or 12 if one is there, else the pinned one through npx. */
export async function pnpm() {
  const { code, output } = await run('pnpm', ['--version'], { quiet: true, cwd: '/' })
  const major = code === 0 ? Number(output.trim().split('.')[0]) : 0
  return major === 10 || major === 12 ? ['pnpm'] : ['npx', '--yes', PNPM]
}

/** Folders of the public packages, core first. */
export function packageFolders() {
  const names = readdirSync(join(root, 'packages')).sort((a, b) => Number(b === 'core') - Number(a === 'core') || a.localeCompare(b))
  return names.map((name) => join(root, 'packages', name)).filter((folder) => existsSync(join(folder, 'package.json')))
}

/** Builds what differs from its stamp, two at a time; what succeeded is not built again when another failed. */
async function buildChanged(stamps) {
  const builds = { ...stamps.builds }
  const waiting = packageFolders()
    .map((folder) => ({ folder, name: relative(root, folder), stamp: stampOf(folder) }))
    .filter(({ folder, name, stamp }) => builds[name] !== stamp || !existsSync(join(folder, 'dist/index.d.cts')))
  if (waiting.length === 0) return
  const count = waiting.length
  let done = 0
  let failed = 0
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { folder, name, stamp } = next
      const started = Date.now()
      const { code, output } = await run(tool('tsup'), ['--config', '../../tsup.config.ts'], { cwd: folder, quiet: true })
      done++
      const seconds = ((Date.now() - started) / 1000).toFixed(1)
      process.stderr.write(`Building ${name} ... ${code === 0 ? 'done' : 'failed'} (${seconds} s, ${done} of ${count})\n`)
      if (code === 0) {
        builds[name] = stamp
      } else {
        delete builds[name]
        failed++
        process.stderr.write(`${output}\n`)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, cpus().length) }, worker))
  const started = Date.now()
  const errors = await writeTypes(packageFolders())
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  process.stderr.write(`Writing declarations ... done (${seconds} s${errors > 0 ? `, ${errors} type errors: npm run check` : ''})\n`)
  save({ ...stamps, builds })
  if (failed > 0) process.exit(1)
}

function stampOf(folder) {
  return digest([
    ...filesOf(join(folder, 'src')),
    join(folder, 'package.json'),
    join(root, 'tsup.config.ts'),
    join(root, 'tsconfig.json'),
    join(root, 'tsconfig.build.json')
  ])
}

function manifests() {
  return [
    '.',
    ...['packages', 'examples', 'examples/rag-system'].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)
    ),
    'benchmarks'
  ]
    .map((folder) => join(root, folder, 'package.json'))
    .filter(existsSync)
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

function digest(files, salt = '') {
  const hash = createHash('sha256').update(salt)
  for (const file of files) hash.update(relative(root, file)).update(readFileSync(file))
  return hash.digest('hex')
}

function save(stamps) {
  mkdirSync(join(STAMPS, '..'), { recursive: true })
  writeFileSync(STAMPS, JSON.stringify(stamps))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await ensureSetup({ servers: process.argv.includes('--servers') })
  process.stderr.write('Ready.\n')
}
