// Puts what was measured into docs/demo.md, between the marks of its block: published figures are never typed.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const PAGE = fileURLToPath(new URL('../../../../docs/demo.md', import.meta.url))

/** @throws Error when the page has no such block. */
export async function record(block: 'load' | `overhead-${string}` | 'page', text: string, file = PAGE): Promise<void> {
  const [start, end] = [`<!-- ${block}:start -->`, `<!-- ${block}:end -->`]
  const page = await readFile(file, 'utf8')
  const [from, to] = [page.indexOf(start), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${file} has no block ${block}`)
  await writeFile(file, `${page.slice(0, from + start.length)}\n\`\`\`text\n${text.trim()}\n\`\`\`\n${page.slice(to)}`)
}
