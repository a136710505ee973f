// Finds the documents that the demo answers from: the Markdown of this repository and of packages in node_modules.
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PACKAGES } from './packages.js'

export interface Document {
  /** `npm:<package>` or `repo:<path>`. */
  readonly id: string
  readonly title: string
  readonly markdown: string
}

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
/** Folders of the repository whose Markdown is read, and how deep. */
const FOLDERS = [
  ['.', 0],
  ['docs', 2],
  ['packages', 1],
  ['examples', 2]
] as const
const MAX_REPOSITORY_DOCUMENTS = 60

/** Every document, in a stable order. A package that is not installed is left out. */
export async function documents(root = ROOT): Promise<Document[]> {
  const own = await Promise.all(FOLDERS.map(([folder, depth]) => markdownFiles(join(root, folder), depth)))
  const repository = own.flat().sort().slice(0, MAX_REPOSITORY_DOCUMENTS)
  const installed = await readdir(join(root, 'node_modules/.pnpm')).catch(() => [])
  const found = await Promise.all([
    ...repository.map(async (file) => {
      const path = relative(root, file).replaceAll('\\', '/')
      return { id: `repo:${path}`, title: path.replace(/\/?README\.md$/i, '') || 'this repository', markdown: await readFile(file, 'utf8') }
    }),
    ...PACKAGES.map(async (name) => {
      const markdown = await readme(root, name, installed)
      return markdown === undefined ? undefined : { id: `npm:${name}`, title: name, markdown }
    })
  ])
  return found.filter((document) => document !== undefined)
}

async function markdownFiles(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.md')).map((entry) => join(folder, entry.name))
  if (depth === 0) return files
  const folders = entries.filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$|test$|src$)/.test(entry.name))
  return [...files, ...(await Promise.all(folders.map((entry) => markdownFiles(join(folder, entry.name), depth - 1)))).flat()]
}

/** The README of the newest installed version of a package. */
async function readme(root: string, name: string, installed: readonly string[]): Promise<string | undefined> {
  const prefix = `${name.replace('/', '+')}@`
  const versions = installed.filter((entry) => entry.startsWith(prefix)).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  for (const folder of [
    ...versions.map((version) => join(root, 'node_modules/.pnpm', version, 'node_modules', name)),
    join(root, 'node_modules', name)
  ]) {
    const file = (await readdir(folder).catch(() => [])).find((entry) => entry.toLowerCase() === 'readme.md')
    if (file) return readFile(join(folder, file), 'utf8')
  }
  return undefined
}
