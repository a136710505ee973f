// The Node versions that consumers run on: their binaries come from npm packages and are kept for the next run.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'

const CACHE = join(root, 'node_modules/.cache/rag/nodes')

/** Paths of the binaries by major version; a version that cannot be had here is left out. */
export async function nodeBinaries(majors) {
  const running = process.versions.node.split('.')[0]
  const others = majors.filter((major) => major !== running)
  const pathOf = (major) => join(CACHE, `node_modules/node-${major}/bin/node`)
  const missing = others.filter((major) => !existsSync(pathOf(major)))
  if (missing.length > 0) {
    mkdirSync(CACHE, { recursive: true })
    writeFileSync(join(CACHE, 'package.json'), '{ "private": true }\n')
    process.stderr.write(`Fetching Node ${missing.join(', ')} ... `)
    const packages = missing.map((major) => `node-${major}@npm:node-${process.platform}-${process.arch}@${major}`)
    const { code, output } = await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], {
      cwd: CACHE,
      quiet: true
    })
    process.stderr.write(code === 0 ? 'done\n' : `failed\n${output}\n`)
  }
  return Object.fromEntries([
    ...(majors.includes(running) ? [[running, process.execPath]] : []),
    ...others.filter((major) => existsSync(pathOf(major))).map((major) => [major, pathOf(major)])
  ])
}
