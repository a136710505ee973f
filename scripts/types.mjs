// Writes the declarations of all packages into their dist: one run of the compiler for all of them, each file for `import` and for `require`.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { root, run, tool } from './run.mjs'

const OUTPUT = join(root, 'node_modules/.cache/rag/types')

/**
 * Emits the declarations and copies them. Files are emitted in spite of type errors: `npm run check` is what reports those.
 * @returns {Promise<number>} how many errors the compiler saw.
 */
export async function writeTypes(folders) {
  const { output } = await run(tool('tsc'), ['-p', 'tsconfig.build.json'], { quiet: true })
  for (const folder of folders) {
    const from = join(OUTPUT, basename(folder), 'src')
    const to = join(folder, 'dist')
    for (const path of declarationsIn(to)) rmSync(join(to, path))
    for (const path of declarationsIn(from)) {
      // The incremental compiler leaves what it once wrote.
      if (!existsSync(join(folder, 'src', path.replace(/\.d\.ts$/, '.ts')))) continue
      const text = readFileSync(join(from, path), 'utf8')
      mkdirSync(dirname(join(to, path)), { recursive: true })
      writeFileSync(join(to, path), text)
      writeFileSync(join(to, path.replace(/\.d\.ts$/, '.d.cts')), forRequire(text))
    }
  }
  return output.match(/error TS\d+/g)?.length ?? 0
}

/** The same declarations beside CommonJS: relative paths name the `.cjs` files. */
export function forRequire(text) {
  return text.replace(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*?)\.js(['"])/g, '$1.cjs$2')
}

function declarationsIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => /\.d\.c?ts$/.test(path))
}
