// The page of requirements: its links lead somewhere, its commands and scenarios exist, its metrics are in the catalogue.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { catalogue } from '@rag/core/catalogue'
import { expect, it } from 'vitest'
import { generate, loadConfig } from '../../../../packages/ops/src/index.js'
import { SCENARIOS } from '../src/scenarios/index.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const file = join(root, 'docs/requirements.md')
const text = readFileSync(file, 'utf8')
const matches = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, one]) => one!))]
const rows = text.split('\n').filter((line) => /^\|.*\|$/.test(line) && !/^\| (row|---)/.test(line))

it('names a place for every row, of each kind', () => {
  for (const row of rows) {
    const [, , kind, place] = row.split('|').map((cell) => cell.trim())
    expect(['S', 'G', 'W', 'D'], row).toContain(kind)
    expect(place!.length, row).toBeGreaterThan(10)
  }
  for (const heading of [
    'Monitoring stack',
    'Main metrics',
    'Logging',
    'Alerts',
    'Deployment',
    'Backup and disaster recovery',
    'Performance',
    'Operating processes'
  ])
    expect(text).toContain(`## ${heading}\n`)
  expect(rows.length).toBeGreaterThan(45)
})

it('links to what is there', () => {
  const links = matches(/\]\(([^)#]+)\)/g)
  expect(links.length).toBeGreaterThan(15)
  expect(links.filter((link) => !existsSync(join(dirname(file), link)))).toEqual([])
})

it('names commands and scenarios that exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  expect(matches(/`npm run ([a-z:]+)/g).filter((name) => !(name in scripts))).toEqual([])
  const known = SCENARIOS.map(({ name }) => name)
  const named = matches(/`scenario ([a-z0-9-]+)`/g).filter((name) => name !== 'x')
  expect(named.filter((name) => !known.includes(name))).toEqual([])
  // The ordinary one and the two that only repeat what tests of packages show are not needed by any row.
  expect(known.filter((name) => !named.includes(name) && name !== 'traffic' && name !== 'client-aborts')).toEqual([])
})

it('names metrics of the catalogue, or of the example itself', () => {
  const own = readFileSync(join(root, 'examples/rag-system/document-service/src/index-figures.ts'), 'utf8')
  const names = new Set<string>((Array.isArray(catalogue) ? catalogue : Object.values(catalogue)).map(({ name }: { name: string }) => name))
  const metrics = matches(/`((?:rag|http|process|container|example)_[a-z0-9_]+)`/g)
  expect(metrics.length).toBeGreaterThan(30)
  expect(metrics.filter((name) => !names.has(name) && !own.includes(`'${name}'`))).toEqual([])
})

it('names generated files that rag-ops makes for this deployment', async () => {
  const { model } = await loadConfig(undefined, join(root, 'examples/rag-system/deploy'))
  const made = Object.keys(generate(model))
  const named = matches(/`generated\/([^`]+)`/g)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((name) => !made.some((path) => path === name || path.startsWith(`${name}/`)))).toEqual([])
})

it('names commands of rag-ops that exist', () => {
  const folder = join(root, 'packages/ops')
  const commands = matches(/`rag-ops ([a-z]+)/g)
  expect(commands).toContain('incident')
  if (!existsSync(join(folder, 'package.json')))
    return void process.stderr.write('left out: the commands of rag-ops, which is not in this checkout\n')
  const source = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, 'src', name), 'utf8'))
    .join('\n')
  expect(commands.filter((name) => !new RegExp(`['"\\s]${name}['":,\\s(]`).test(source))).toEqual([])
})
