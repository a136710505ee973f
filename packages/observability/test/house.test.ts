// The rules of the house that a machine can hold: direction of imports, size and shape of files, codes that are documented.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')
const packages = readdirSync(join(root, 'packages'))
const SIBLINGS = ['logger', 'metrics', 'tracing', 'llm-meter', 'cache']

interface Source {
  path: string
  text: string
  /** Names of packages and files that it imports, types included. */
  imports: string[]
}

const sources = Object.fromEntries(packages.map((name) => [name, sourcesOf(join(root, 'packages', name, 'src'))]))

describe('direction', () => {
  it('finds imports where there are some', () => {
    expect(sources['observability']!.flatMap(({ imports }) => imports)).toEqual(
      expect.arrayContaining(SIBLINGS.map((name) => `@rag/${name}`))
    )
  })

  it.each(SIBLINGS)('%s imports no sibling: only core is shared', (name) => {
    expect(owned(name)).toContain('@rag/core')
    expect(owned(name).filter((other) => !isOf(other, 'core') && !isOf(other, name))).toEqual([])
  })

  it('core imports none of our packages', () => {
    expect(owned('core').filter((other) => !isOf(other, 'core'))).toEqual([])
  })

  it.runIf(packages.includes('ops'))('ops imports core alone: its catalogue and its errors', () => {
    const rooms = ['@rag/core/catalogue', '@rag/core/errors']
    expect(owned('ops').filter((other) => !rooms.includes(other) && !isOf(other, 'ops'))).toEqual([])
  })

  it.each(packages)('%s declares what it imports at run time', (name) => {
    const { dependencies = {}, peerDependencies = {} } = manifestOf(name)
    const declared = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies), `@rag/${name}`])
    const needed = sources[name]!.filter(({ path }) => !path.includes('/test-suite/'))
      .flatMap(({ imports }) => imports)
      .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .map((specifier) => specifier.match(/^(@[^/]+\/[^/]+|[^/]+)/)![1]!)
    expect([...new Set(needed)].filter((specifier) => !declared.has(specifier))).toEqual([])
  })

  it.each(packages)('%s installs without a script', (name) => {
    const { scripts = {} } = manifestOf(name)
    expect(Object.keys(scripts).filter((script) => /^(pre|post)?install$|^prepare$/.test(script))).toEqual([])
  })
})

describe('files', () => {
  const all = Object.values(sources).flat()

  it('have at most 350 lines', () => {
    expect(all.filter(({ text }) => text.split('\n').length > 351).map(({ path }) => path)).toEqual([])
  })

  it('have a median of about a hundred', () => {
    const sizes = all.map(({ text }) => text.split('\n').length).sort((a, b) => a - b)
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(110)
  })

  it('say in their first line what they are for', () => {
    expect(
      all.filter(({ path, text }) => !/index\.ts$/.test(path) && !/^(#!.*\n)?(\/\/|\/\*\*?) ?\S/.test(text)).map(({ path }) => path)
    ).toEqual([])
  })

  it('called index.ts export names and nothing else', () => {
    const others = all
      .filter(({ path }) => path.endsWith('/index.ts') && dirname(path).endsWith('src'))
      .filter(({ text }) => withoutExports(text) !== '')
    expect(others.map(({ path }) => path)).toEqual([])
  })

  it('that join a package to the pass of a framework stay under 15 lines', () => {
    // The cache answers requests itself; the others only hand observers over.
    const adapters = SIBLINGS.filter((name) => name !== 'cache')
      .flatMap((name) => sources[name]!)
      .filter(({ path }) => /src\/(express|fastify)\.ts$/.test(path))
    expect(adapters.length).toBeGreaterThanOrEqual(6)
    expect(adapters.filter(({ text }) => text.trimEnd().split('\n').length >= 15).map(({ path }) => path)).toEqual([])
  })
})

describe('errors', () => {
  const documented = readFileSync(join(root, 'docs/errors.md'), 'utf8')

  it.each(packages)('of %s are in one table, and every code in the sources is there and documented', (name) => {
    const texts = sources[name]!
    const codes = new Set(texts.flatMap(({ text }) => withoutComments(text).match(/\bRAG_[A-Z]+(?:_[A-Z0-9]+)+\b/g) ?? []))
    const tables = Object.values(sources)
      .flat()
      .filter(({ path }) => path.endsWith('src/errors.ts'))
      .map(({ text }) => text)
      .join('\n')
    expect([...codes].filter((code) => !ENVIRONMENT.has(code) && !tables.includes(code))).toEqual([])
    expect([...codes].filter((code) => !ENVIRONMENT.has(code) && !documented.includes(code))).toEqual([])
  })
})

/** Names of environment variables that look like codes. */
const ENVIRONMENT = new Set(['RAG_AUDIT_KEY', 'RAG_AUDIT_ENCRYPTION_KEY'])

function owned(name: string): string[] {
  return [...new Set(sources[name]!.flatMap(({ imports }) => imports).filter((specifier) => specifier.startsWith('@rag/')))]
}

function isOf(specifier: string, name: string): boolean {
  return specifier === `@rag/${name}` || specifier.startsWith(`@rag/${name}/`)
}

function manifestOf(name: string): Record<'dependencies' | 'peerDependencies' | 'scripts', Record<string, string> | undefined> {
  return JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
}

function sourcesOf(folder: string): Source[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sourcesOf(path)
    if (!name.endsWith('.ts')) return []
    const text = readFileSync(path, 'utf8')
    const imports = [...withoutComments(text).matchAll(/(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'|\bimport\('([^']+)'\)/g)]
    return [{ path: relative(root, path), text, imports: imports.map(([, named, dynamic]) => (named ?? dynamic)!) }]
  })
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

function withoutExports(text: string): string {
  return withoutComments(text)
    .replace(/export (type )?(\{[^}]*\}|\*( as \w+)?) from '[^']+'/g, '')
    .trim()
}
