// What the example promises: a service shows the SDK in at most five lines, and its README shows those lines.
import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'

const examples = new URL('../../../', import.meta.url)
const services = [
  ['rag-system/api-gateway/', 'src/'],
  ['rag-system/auth-service/', 'src/'],
  ['rag-system/document-service/', 'src/'],
  ['rag-system/frontend/', 'src/'],
  ['rag-system/llm-service/', 'src/'],
  ['rag-system/rag-engine/', 'src/'],
  ['quickstart-express/', 'src/front.ts'],
  ['quickstart-express/', 'src/back.ts'],
  ['quickstart-fastify/', 'src/front.ts'],
  ['quickstart-fastify/', 'src/back.ts']
] as const

/** What a service does with these is its work, not its telemetry: it keeps answers and fits prompts. */
const LIBRARIES = /@rag\/(cache|llm-meter)'/

async function instrumentation(path: URL): Promise<string[]> {
  const files = path.pathname.endsWith('.ts') ? [path] : (await readdir(path)).map((file) => new URL(file, path))
  const lines = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).flatMap((text) => text.split('\n'))
  return lines.filter((line) => /\bobs\b|@rag\//.test(line) && !LIBRARIES.test(line)).map((line) => line.trim())
}

/** The TypeScript that a README shows. */
function blocks(readme: string): string[] {
  return [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => block)
}

describe.each(services)('%s%s', (folder, source) => {
  it('uses the SDK in one to five lines, all of them in the README', async () => {
    const lines = await instrumentation(new URL(folder + source, examples))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThanOrEqual(5)
    const readme = await readFile(new URL(`${folder}README.md`, examples), 'utf8')
    expect(lines.filter((line) => !readme.includes(line))).toEqual([])
    const [block = ''] = blocks(readme).filter((one) => lines.every((line) => one.includes(line)))
    // Nothing else stands there as if it were the SDK.
    if (folder.startsWith('rag-system/')) expect(block.trim().split('\n').sort()).toEqual([...lines].sort())
  })
})
