// Everything a clone needs before its first command: dependencies and a build, each only when something changed.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { must, root, run, tool } from './run.mjs'
import { installServers } from './servers.mjs'

const STAMPS = join(root, 'node_modules/.cache/rag/setup.json')
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

async function buildChanged(stamps) {
  const builds = { ...stamps.builds }
  const waiting = packageFolders().filter((folder) => {
    const stamp = digest([
      ...filesOf(join(folder, 'src')),
      join(folder, 'package.json'),
      join(root, 'tsup.config.ts'),
      join(root, 'tsconfig.json')
    ])
    const done = builds[relative(root, folder)] === stamp && existsSync(join(folder, 'dist/index.js'))
    builds[relative(root, folder)] = stamp
    return !done
  })
  if (waiting.length === 0) return
  const worker = async () => {
    for (let folder = waiting.shift(); folder; folder = waiting.shift()) {
      await must(`Building ${relative(root, folder)}`, tool('tsup'), ['--config', '../../tsup.config.ts'], { cwd: folder })
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, cpus().length) }, worker))
  save({ ...stamps, builds })
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
